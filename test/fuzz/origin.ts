/**
 * How a world is called: by its seed and the implementation it begins on, `123@avx2`; `123@avx2!` where it stays there.
 */
import { availableIsa, type Isa } from 'adamax/kernels';

/** Where a world comes from: everything in it follows from this. */
export interface Origin {
  readonly seed: number;
  readonly isa: Isa;
  /** Whether its calls keep to that implementation. */
  readonly isFixed: boolean;
}

export const nameOf = ({ seed, isa, isFixed }: Origin): string => `${seed}@${isa}${isFixed ? '!' : ''}`;

/** The world of that name; null where its implementation is not available here. */
export function originOf(name: string): Origin | null {
  const [, seed, isa, fixed] = /^(\d+)@([a-z0-9]+)(!?)$/.exec(name) ?? [];
  if (seed === undefined) throw new Error(`--world must be like 123@avx2: received ${name}`);
  if (!(availableIsa() as string[]).includes(isa)) return null;
  return { seed: Number(seed), isa: isa as Isa, isFixed: fixed === '!' };
}
