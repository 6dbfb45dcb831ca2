/** The dense cases of one variable and one thread as a line chart: ours, the other libraries, and the bare traffic. */
import { drawLines, type Line } from '../chart.js';
import type { Result } from '../group.js';
import { RIVALS } from './catalog.js';
import { JS, OURS, TRAFFIC } from './run.js';

const TITLE = 'One Adamax step beside other libraries: nanoseconds per element';

/** The name of a contestant in the chart, and a class of the style sheet: a hue for each family. */
const LOOKS: Readonly<Record<string, readonly [caption: string, color: string]>> = {
  [OURS]: ['adamax', 'ours1 strong'],
  [TRAFFIC]: ['memory traffic alone', 'bound'],
  [JS]: ['JS loop by hand', 'rival1'],
  'tf.js cpu': ['tf.js, cpu', 'tfjs1'],
  'tf.js wasm': ['tf.js, wasm', 'tfjs2'],
  'PyTorch foreach': ['PyTorch, foreach', 'torch1'],
  'PyTorch loop': ['PyTorch, foreach=False', 'torch2'],
  'PyTorch compile': ['PyTorch, torch.compile', 'torch3'],
  'TensorFlow op': ['TensorFlow, its native op', 'tf1'],
  'Keras 3 TF': ['Keras 3, TensorFlow XLA', 'tf2'],
  'Keras 3 JAX': ['Keras 3, JAX', 'jax1'],
  'optax XLA': ['optax, XLA', 'jax2'],
  'DeepSpeed Adam': ['DeepSpeed, Adam', 'other'],
};

/** @param results - of all groups */
export function drawPeers(results: readonly Result[], cpu: string): string {
  const points = new Map<string, [number, number][]>();
  for (const { group, case: name, contestant, elements, nsPerElement } of results) {
    const single = group === 'peers' && /^\d+[kM]?, 1 thread$/.test(name);
    if (!single || elements === undefined || nsPerElement === undefined) continue;
    const list = points.get(contestant) ?? [];
    points.set(contestant, [...list, [elements, nsPerElement]]);
  }
  // ours comes last, so that it lies on top
  const names = [TRAFFIC, JS, ...RIVALS.map(({ name }) => name), OURS].filter((name) => points.has(name));
  const lines = names.map((name): Line => {
    const [caption, color] = LOOKS[name] ?? [name, 'other'];
    return { name: caption, color, points: points.get(name) ?? [] };
  });
  return drawLines(TITLE, `${cpu}, one thread`, lines);
}
