/** What `console.log` and `util.inspect` show of objects of this package. */
import { type InspectOptions, inspect as inspectOfNode } from '../memory/node-util.js';

/** The method that Node asks how an object looks; others, as Chai, ask it as well. */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

/** What it is handed besides the levels that are left to go into. */
export type Inspect = (value: unknown, options?: InspectOptions) => string;

/**
 * An object as Node shows one: the name of its class, then what there is to know. Never throws, since people look at
 * what is broken.
 * @param fields - called only where there is room for them
 */
export function inspected(
  className: string,
  fields: () => object,
  depth: number | null | undefined,
  options: InspectOptions = {},
  inspect: Inspect = inspectOfNode,
): string {
  if (typeof depth === 'number' && depth < 0) return `[${className}]`;
  try {
    return `${className} ${inspect(fields(), { ...options, depth: depth ?? null })}`;
  } catch {
    return `[${className}]`;
  }
}

/** A text that is shown as it is, among fields. */
export function plain(text: string): object {
  return { [INSPECT]: () => text };
}
