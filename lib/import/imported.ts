/** What has been found in a file of somebody else, and a training that goes on from there. */
import { describe, rangeError } from '../arguments/errors.js';
import { damaged } from '../checkpoint/format/damage.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { deserialize, type SerializedOptimizer } from '../optimizers/registry.js';
import type { Shape } from '../variables/shape.js';
import { Variable } from '../variables/variable.js';

/** A variable of the model, with what the optimizer keeps of it. */
export interface ImportedVariable {
  /** What the file calls it, as docs/importing.md has it. */
  readonly name: string;
  /** Lengths of the dimensions, outermost first. */
  readonly shape: Shape;
  /** Its elements, row-major, as many as the shape holds. */
  readonly data: Float32Array;
  /** Whether the optimizer steps it. */
  readonly trainable: boolean;
  /** By their names here; empty where the optimizer has not seen the variable so far, or keeps nothing. */
  readonly slots: Readonly<Record<string, Float32Array>>;
}

/** A training that can go on, as the functions of `adamax/checkpoint` take it, too. */
export interface Resumed {
  /** The optimizer, with its slots and its count of steps. */
  readonly optimizer: Optimizer;
  /** The variables of the model, by the names that they have in the file. */
  readonly variables: Record<string, Variable>;
}

/** What a file has of a training. */
export interface Imported {
  /** What kind of file it was. */
  readonly format: 'keras' | 'weights.h5' | 'h5' | 'safetensors';
  /** Of the library that wrote the file, where that tells. */
  readonly version: string | null;
  /** As `optimizers.deserialize` takes it. */
  readonly optimizer: SerializedOptimizer;
  /** Steps taken so far. */
  readonly iterations: number;
  /** All variables of the model, in the order of the file. */
  readonly variables: readonly ImportedVariable[];
  /** What is not as it was there, in words: what was left out, replaced or converted. */
  readonly notes: readonly string[];
  /** Makes an optimizer and Variables that are where the file left them: others each time. */
  resume(): Resumed;
}

export type Found = Omit<Imported, 'resume'>;

/** @throws RangeError `ERR_ADAMAX_CHECKPOINT` for two variables of one name */
export function importedOf(file: string, found: Found): Imported {
  const names = new Set<string>();
  for (const { name } of found.variables) {
    if (names.has(name)) throw damaged(file, 'names of variables must be unique, as', name);
    names.add(name);
  }
  return { ...found, resume: () => resumed(found) };
}

function resumed({ optimizer: serialized, iterations, variables }: Found): Resumed {
  const optimizer = deserialize(serialized);
  const made = variables.map(({ name, shape, data, trainable, slots }) => {
    return { variable: new Variable(data.slice(), { name, shape, trainable }), slots };
  });
  const withSlots = made.filter(({ slots }) => Object.keys(slots).length > 0);
  if (withSlots.length > 0) optimizer.build(withSlots.map(({ variable }) => variable));
  for (const { variable, slots } of withSlots) {
    for (const [slot, values] of Object.entries(slots)) optimizer.getSlot(variable, slot).assign(values);
  }
  optimizer.iterations.assign(iterations);
  return { optimizer, variables: Object.fromEntries(made.map(({ variable }) => [variable.name, variable])) };
}

/** The names under which all four rules are known there and here. */
const CLASSES = ['Adamax', 'Adagrad', 'RMSprop', 'SGD'] as const;

export type ClassName = (typeof CLASSES)[number];

/** @throws RangeError `ERR_ADAMAX_CONFIG` for a rule that is not here */
export function checkClass(subject: string, name: string): ClassName {
  const known = CLASSES.find((one) => one === name);
  if (known !== undefined) return known;
  throw rangeError('ERR_ADAMAX_CONFIG', `${subject} must be one of ${CLASSES.join(', ')}: received ${describe(name)}`);
}
