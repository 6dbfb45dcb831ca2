import type { Weights } from './layers.js';

/**
 * Gives weights that a file only numbers the names that the caller has for them: the first one of a layer is its number
 * 0.
 * @param given - as Keras has them, `net/layer/kernel`
 */
export function named(weights: Weights, given: readonly string[]): Weights {
  const layers = new Set(weights.list.flatMap(({ name }) => /^(.+)\/\d+$/.exec(name)?.[1] ?? []));
  const counts = new Map<string, number>();
  const names = new Map<string, string>();
  for (const path of given) {
    const [, there, last] = /^(.+)\/([^/]*?)(?::\d+)?$/.exec(path) ?? [];
    const layer = [...layers].find((name) => there === name || there?.endsWith(`/${name}`));
    if (layer === undefined || /^\d+$/.test(last)) continue;
    const count = counts.get(layer) ?? 0;
    counts.set(layer, count + 1);
    names.set(`${layer}/${count}`, `${layer}/${last}`);
  }
  return {
    ...weights,
    list: weights.list.map((weight) => ({ ...weight, name: names.get(weight.name) ?? weight.name })),
  };
}
