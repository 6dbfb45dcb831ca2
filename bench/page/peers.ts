/** The tables of docs/performance.md that are about other libraries. */
import { MANY } from '../peers/cases.js';
import { JS, OURS, TRAFFIC } from '../peers/run.js';
import { type Figures, figuresOf, NONE, ratioText, sourceOf, table, timeText } from './figures.js';
import type { Block } from './tables.js';

export interface Rival {
  readonly caption: string;
  /** Contestants of the bench; the best of them counts. */
  readonly names: readonly string[];
  readonly color: string;
  /** Registry name and version of what was raced, and how it was run. */
  readonly versions: string;
  readonly how: string;
}

export const SHOWN: readonly Rival[] = [
  {
    caption: 'tf.js, wasm',
    names: ['tf.js wasm'],
    color: 'tfjs2',
    versions: '@tensorflow/tfjs 4.22.0',
    how: '`tf.train.adamax`, backend wasm; its backend cpu is slower',
  },
  {
    caption: 'JS loop',
    names: [JS],
    color: 'rival1',
    versions: 'none',
    how: 'by hand, arithmetic in doubles',
  },
  {
    caption: 'PyTorch',
    names: ['PyTorch', 'PyTorch foreach', 'PyTorch loop'],
    color: 'torch1',
    versions: 'torch 2.15.0',
    how: '`torch.optim.Adamax`, the better of `foreach` and not',
  },
  {
    caption: 'PyTorch compiled',
    names: ['PyTorch compile'],
    color: 'torch3',
    versions: 'torch 2.15.0',
    how: 'the same step, by `torch.compile`',
  },
  {
    caption: 'TensorFlow',
    names: ['TensorFlow op'],
    color: 'tf1',
    versions: 'tensorflow-cpu 2.21.0',
    how: '`ResourceApplyAdaMax` in a graph; rows by tf_keras 2.21.0',
  },
  {
    caption: 'Keras 3',
    names: ['Keras 3 TF', 'Keras 3 JAX'],
    color: 'tf2',
    versions: 'keras 3.15.1',
    how: 'by XLA, the better of its backends TensorFlow and JAX',
  },
  {
    caption: 'optax',
    names: ['optax XLA'],
    color: 'jax2',
    versions: 'optax 0.2.8, jax 0.10.2',
    how: 'by XLA, arrays donated; rows by hand',
  },
  {
    caption: 'DeepSpeed',
    names: ['DeepSpeed Adam'],
    color: 'other',
    versions: 'deepspeed 0.19.8',
    how: '`DeepSpeedCPUAdam`: Adam, another rule over as many bytes',
  },
];

/** A case as the bench names it, and as the page does. */
const ROWS: readonly (readonly [name: string, shown: string])[] = [
  ...['64', '4k', '256k', '1M', '4M', '16M', '64M'].map((size) => [size, size] as const),
  [MANY, '100 variables of 64'],
  ['GPT-2', 'GPT-2 small, 124M'],
  ['512 of 10M', '512 rows of 10M'],
];
const HALVES = [
  ['PyTorch', 'PyTorch compiled', 'TensorFlow', 'optax'],
  ['Keras 3', 'tf.js, wasm', 'DeepSpeed'],
];

/** How many times as long the best of a rival's ways takes as ours. */
export function ratioOf(figures: Figures, name: string, { names }: Rival): number | undefined {
  const ratios = names.flatMap((rival) => figures.ratio(name, rival, OURS) ?? []);
  return ratios.length === 0 ? undefined : Math.min(...ratios);
}

function timeOf(figures: Figures, name: string, { names }: Rival): number | undefined {
  const times = names.flatMap((rival) => figures.time(name, rival) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}

export const single = (name: string): string => `${name}, 1 thread`;

/** Times on one thread, in two tables, so that they fit a narrow page. */
export const peers: Block = (runs) =>
  figuresOf(runs, 'peers')
    .flatMap((figures) =>
      HALVES.map((captions, half) => {
        const rivals = SHOWN.filter(({ caption }) => captions.includes(caption));
        const base = half === 0 ? OURS : TRAFFIC;
        const cell = (name: string, rival: Rival): string => {
          const time = timeOf(figures, single(name), rival);
          return time === undefined ? NONE : `${timeText(time)} (${ratioText(ratioOf(figures, single(name), rival))})`;
        };
        return `${sourceOf([figures])}\n\n${table(
          ['elements', base, ...rivals.map(({ caption }) => caption)],
          ROWS.map(([name, shown]) => [
            shown,
            timeText(figures.time(single(name), base)),
            ...rivals.map((rival) => cell(name, rival)),
          ]),
        )}`;
      }),
    )
    .join('\n\n');

export const versions: Block = () =>
  table(
    ['library', 'version', 'how it was run'],
    SHOWN.map(({ caption, versions, how }) => [caption, versions, how]),
  );
