const counts = new Map<string, number>();

/** `adamax`, `adamax_1`, … for a class Adamax: Keras' automatic names, unique in a thread. */
export function uniqueName(className: string): string {
  const base = className.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  const count = counts.get(base) ?? 0;
  counts.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}
