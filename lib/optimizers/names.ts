import { inCustomObjects, Registry } from '../serialization/registry.js';

/**
 * Optimizer classes by the names that configs have for them, whose case does not matter. `registry.ts` fills it: it
 * knows all classes, while this file must not, since `Optimizer` asks it for the name of each class that is
 * constructed.
 */
export const optimizerClasses = new Registry<object>(true, inCustomObjects);

const counts = new Map<string, number>();

/**
 * `adamax`, `adamax_1`, … for a class Adamax: Keras' automatic names, unique in a thread.
 * @param otherwise - the name of a class that has none
 */
export function uniqueName(Class: { readonly name: string }, otherwise: string): string {
  const className = optimizerClasses.nameOf(Class) ?? (Class.name || otherwise);
  const base = className.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  const count = counts.get(base) ?? 0;
  counts.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}
