/** What a call may throw: the codes that the state of the world allows. */
import type { ErrorCode } from 'adamax';

/** An error of the fuzzer's own, thrown by code that a call runs. */
export class Planned extends Error {
  readonly code = 'PLANNED';
}

export type FaultCode = ErrorCode | 'PLANNED';

export const short = (code: string): string => code.replace('ERR_ADAMAX_', '');

export class Faults {
  /** Where there is any, the call must throw one of these, or of the others. */
  readonly must = new Set<string>();
  /** The call may throw one of these, or succeed. */
  readonly may = new Set<string>();

  add(code: FaultCode | null): this {
    if (code !== null) this.must.add(code);
    return this;
  }

  maybe(code: FaultCode | null): this {
    if (code !== null) this.may.add(code);
    return this;
  }

  take(other: Faults): this {
    for (const code of other.must) this.must.add(code);
    for (const code of other.may) this.may.add(code);
    return this;
  }

  allows(code: string): boolean {
    return this.must.has(code) || this.may.has(code);
  }

  toString(): string {
    const list = [...this.must].map(short).join(' or ');
    return list === '' ? `success${[...this.may].map((code) => ` or ${short(code)}`).join('')}` : list;
  }
}

/** What the model says is not so. */
export class Mismatch extends Error {}

export function demand(condition: boolean, text: () => string): asserts condition {
  if (!condition) throw new Mismatch(text());
}
