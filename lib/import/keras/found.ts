/** From what a file of Keras has to a training of this package. */
import { wrongType } from '../../arguments/errors.js';
import { damaged } from '../../checkpoint/format/damage.js';
import { BASE_KEYS } from '../../optimizers/config.js';
import { deserialize, serialize } from '../../optimizers/registry.js';
import { equalShapes, formatShape } from '../../variables/shape.js';
import type { Tensor } from '../hdf5/group.js';
import { checkClass, type Found, type ImportedVariable } from '../imported.js';
import { droppedNote, replacedNote } from '../notes.js';
import { conversionOf, type Dialect, isInterleaved, slotsOf } from './rules.js';
import type { OptimizerVariable, SavedModel } from './saved.js';
import { type SlotsByWeight, slotsByName, slotsByOrder } from './trained.js';

/** What the caller says. */
export interface Request {
  readonly optimizer: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly trainable: readonly string[] | null;
}

/**
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT`, `ERR_ADAMAX_CONFIG`; TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 */
export function foundIn(file: string, saved: SavedModel, request: Request): Found {
  const told = Object(saved.config) as { class_name?: unknown; config?: unknown };
  const kerasName = request.optimizer ?? (typeof told.class_name === 'string' ? told.class_name : undefined);
  if (saved.optimizer === null || saved.optimizer.length === 0) {
    throw damaged(file, 'the state of an optimizer must be part', 'a file without');
  }
  if (kerasName === undefined)
    throw wrongType(
      'optimizer',
      `the name of a class, as { optimizer: 'Adamax' } has it, since ${file} has none`,
      undefined,
    );
  const className = checkClass(`the optimizer of ${file}`, kerasName.replace(/^Custom>/, ''));
  const there = { ...(told.config as object) } as Record<string, unknown>;
  const dialect = dialectOf(saved.version, kerasName, there);
  // What the caller says replaces what is to be, and tells how it was where the file does not.
  const layout = layoutOf(file, saved.optimizer, { ...request.config, ...there });
  if (layout.learningRate !== null) there.learning_rate ??= layout.learningRate;
  const wanted = { ...there, ...request.config };
  const { config: known } = serialize(deserialize({ class_name: className, config: wanted }));
  const conversion = conversionOf(className, dialect, known);

  const slots = slotsOf(className, dialect, { ...request.config, ...there });
  const byWeight = slotsIn(file, saved, request, dialect, layout.slots(slots.length), slots, isInterleaved(className));
  const kept = new Set(slotsOf(className, 'keras 3', known).map(({ name }) => name));
  const [variables, strange] = variablesOf(file, saved, byWeight, (name, values) => {
    return kept.has(name) ? conversion.slot(name, values) : null;
  });
  return {
    format: saved.format,
    version: saved.version,
    optimizer: serialize(deserialize({ class_name: className, config: conversion.config })),
    iterations: layout.iterations,
    variables,
    notes: [
      ...replacedNote(there, request.config),
      ...droppedNote(Object.keys(wanted).filter((key) => !Object.hasOwn(known, key) && !Object.hasOwn(BASE_KEYS, key))),
      ...conversion.notes,
      ...strange,
    ],
  };
}

function dialectOf(version: string | null, kerasName: string, config: Readonly<Record<string, unknown>>): Dialect {
  if (version === null || Number.parseInt(version, 10) >= 3) return 'keras 3';
  return kerasName.startsWith('Custom>') || config.is_legacy_optimizer === false ? 'keras 2' : 'legacy';
}

interface Layout {
  readonly iterations: number;
  /** The rate that the optimizer has as a variable. */
  readonly learningRate: number | null;
  /** The variables that are slots. @param kinds - how many each variable has */
  slots(kinds: number): readonly OptimizerVariable[];
}

/** The counter comes first, in Keras 3 then the learning rate unless it is a schedule, and slots last. */
function layoutOf(
  file: string,
  variables: readonly OptimizerVariable[],
  config: Readonly<Record<string, unknown>>,
): Layout {
  const [first, second] = variables;
  const { integer } = first.tensor;
  if (integer === null || !Number.isSafeInteger(integer) || integer < 0) {
    throw damaged(
      file,
      'the first variable of the optimizer must be a count, as',
      first.tensor.integer ?? first.tensor,
    );
  }
  const { use_ema: averages, gradient_accumulation_steps: steps } = config;
  const isNamed = first.name !== null;
  const hasRate = isNamed
    ? /(^|\/)learning_rate$/.test(second?.name ?? '')
    : second !== undefined && second.tensor.shape.length === 0 && typeof config.learning_rate !== 'object';
  const rest = variables.slice(hasRate ? 2 : 1);
  const isAccumulating = typeof steps === 'number' && steps > 1;
  return {
    iterations: isAccumulating ? Math.floor(integer / steps) : integer,
    learningRate: hasRate ? (second.tensor.data?.[0] ?? null) : null,
    slots(kinds) {
      if (isNamed) return rest.filter(({ name }) => !/_(average|gradient_accumulator)$/.test(name ?? ''));
      const others = (averages === true ? 1 : 0) + (isAccumulating ? 1 : 0);
      return rest.slice((rest.length * others) / (others + kinds || 1));
    },
  };
}

function slotsIn(
  file: string,
  saved: SavedModel,
  { trainable }: Request,
  dialect: Dialect,
  variables: readonly OptimizerVariable[],
  slots: ReturnType<typeof slotsOf>,
  interleaved: boolean,
): SlotsByWeight {
  if (saved.rawNames.size === 0) return slotsByOrder(file, saved, trainable, variables, slots, interleaved);
  return slotsByName(file, saved, variables, slots, (variable, raw, slot) => {
    const endings = {
      'keras 3': `${raw.replaceAll('/', '_')}_${slot}`,
      'keras 2': `${slot}/${raw}`,
      legacy: `${raw.replace(/:\d+$/, '')}/${slot}:0`,
    };
    return variable === endings[dialect] || variable.endsWith(`/${endings[dialect]}`);
  });
}

type Convert = (name: string, values: Float32Array) => Float32Array | null;

function variablesOf(
  file: string,
  { weights }: SavedModel,
  byWeight: SlotsByWeight,
  convert: Convert,
): [ImportedVariable[], string[]] {
  const variables: ImportedVariable[] = [];
  const strange: string[] = [];
  for (const weight of weights.list) {
    const { name, tensor } = weight;
    const tensors = byWeight.get(weight);
    if (tensor.data === null) {
      if (tensors !== undefined) throw damaged(file, `dtype of '${name}' must be float32, as that`, tensor.dtype);
      strange.push(`'${name}' is not float32, and has been left out`);
      continue;
    }
    const slots: Record<string, Float32Array> = {};
    for (const [slot, { shape, data }] of Object.entries(tensors ?? {})) {
      checkSlot(file, name, slot, tensor, shape, data);
      const values = convert(slot, data as Float32Array);
      if (values !== null) slots[slot] = values;
    }
    // Whoever names what is trained, or has an optimizer with slots, knows better than the names of layers.
    const trainable = byWeight.size > 0 ? tensors !== undefined : weight.trainable;
    variables.push({ name, shape: tensor.shape, data: tensor.data, trainable, slots });
  }
  return [variables, strange];
}

function checkSlot(
  file: string,
  name: string,
  slot: string,
  { shape }: Tensor,
  received: readonly number[],
  data: Float32Array | null,
): void {
  if (!equalShapes(shape, received)) {
    throw damaged(file, `shape of '${name}/${slot}' must be ${formatShape(shape)}, as that`, received);
  }
  if (data === null) throw damaged(file, `dtype of '${name}/${slot}' must be float32, as that`, 'another');
}
