/** What versions of Keras keep of a variable, and how that becomes what is kept here. */
import type { ClassName } from '../imported.js';

/** Keras 3; tf_keras and Keras 2 since 2.11; optimizers of before, `tf.keras.optimizers.legacy` since. */
export type Dialect = 'keras 3' | 'keras 2' | 'legacy';

/** Slots by their names here, each with those that it has there, by dialect. */
const SLOTS: Readonly<Record<ClassName, Readonly<Record<string, Readonly<Record<Dialect, string>>>>>> = {
  Adamax: {
    m: { 'keras 3': 'momentum', 'keras 2': 'm', legacy: 'm' },
    v: { 'keras 3': 'norm', 'keras 2': 'u', legacy: 'v' },
  },
  Adagrad: {
    accumulator: { 'keras 3': 'accumulator', 'keras 2': 'accumulator', legacy: 'accumulator' },
  },
  RMSprop: {
    rms: { 'keras 3': 'velocity', 'keras 2': 'velocity', legacy: 'rms' },
    momentum: { 'keras 3': 'momentum', 'keras 2': 'momentum', legacy: 'momentum' },
    mg: { 'keras 3': 'average_gradient', 'keras 2': 'average_gradient', legacy: 'mg' },
  },
  SGD: {
    momentum: { 'keras 3': 'momentum', 'keras 2': 'm', legacy: 'momentum' },
  },
};

type Config = Readonly<Record<string, unknown>>;

/** A slot that an optimizer has there. */
export interface Slot {
  readonly name: string;
  readonly there: string;
}

/** Slots in the order of Keras. @param config - as the file has it */
export function slotsOf(className: ClassName, dialect: Dialect, config: Config): Slot[] {
  return Object.entries(SLOTS[className]).flatMap(([name, names]) => {
    // SGD of Keras 2 has one for momentum, whether there is any or not.
    const isThere = isOn(name, config) || (className === 'SGD' && dialect === 'keras 2');
    return isThere ? [{ name, there: names[dialect] }] : [];
  });
}

function isOn(slot: string, { momentum, centered }: Config): boolean {
  if (slot === 'mg') return centered === true;
  return slot !== 'momentum' || (typeof momentum === 'number' && momentum !== 0);
}

/** Whether slots come variable by variable; else all of one kind come before the next. */
export function isInterleaved(className: ClassName): boolean {
  return className === 'Adamax';
}

/** What must be otherwise here, so that steps come to the same. */
export interface Conversion {
  readonly config: Config;
  slot(name: string, values: Float32Array): Float32Array;
  readonly notes: readonly string[];
}

/** ε of Adagrad where the accumulator has it in it. It matters nowhere, and may not be 0. */
const NO_EPSILON = 1e-30;

/** ε lies elsewhere in some rules of some dialects. @param config - checked, and as it is here */
export function conversionOf(className: ClassName, dialect: Dialect, config: Config): Conversion {
  const { epsilon, momentum } = config as { epsilon: number; momentum?: number };
  if (className === 'Adagrad' && dialect !== 'legacy') {
    const added = Math.fround(epsilon);
    return {
      config: { ...config, epsilon: NO_EPSILON },
      slot: (_, values) => values.map((a) => a + added),
      notes: [
        `epsilon ${epsilon} is inside of the root there: it has been added to each accumulator, and is ${NO_EPSILON} here`,
      ],
    };
  }
  if (className === 'RMSprop' && dialect === 'legacy' && momentum === 0) {
    return {
      config: { ...config, epsilon: epsilon ** 2 },
      slot: (_, values) => values,
      notes: [`epsilon ${epsilon} is outside of the root there: it is ${epsilon ** 2} here, inside`],
    };
  }
  return { config, slot: (_, values) => values, notes: [] };
}
