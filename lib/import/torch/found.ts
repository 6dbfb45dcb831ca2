/** From what a file of PyTorch has to a training of this package. */
import { describe, rangeError, wrongType, wrongValue } from '../../arguments/errors.js';
import { damaged } from '../../checkpoint/format/damage.js';
import { FORMAT } from '../../checkpoint/metadata.js';
import { deserialize, serialize } from '../../optimizers/registry.js';
import { equalShapes, formatShape } from '../../variables/shape.js';
import { type ClassName, checkClass, type Found, type ImportedVariable } from '../imported.js';
import { replacedNote } from '../notes.js';
import { groupOf, readGroups, readNames } from './groups.js';
import { checkNumbers, checkOff, OFF, RULES, strangeOptions } from './rules.js';
import type { TorchFile, TorchTensor } from './tensors.js';
import { tiedNotes } from './tied.js';

/** What the caller says. */
export interface Request {
  readonly optimizer: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly group: number | null;
  readonly names: readonly string[] | null;
}

type Tensors = ReadonlyMap<string, TorchTensor>;

/**
 * @param model - tensors of another file, by the names of the model; null where they are in this one, under `model.…`
 */
export function foundIn(
  file: string,
  { metadata, tensors }: TorchFile,
  model: Tensors | null,
  request: Request,
): Found {
  if (metadata.param_groups === undefined) throw withoutState(file, metadata.format);
  const groups = readGroups(file, metadata.param_groups);
  const given = request.optimizer ?? metadata.optimizer;
  if (given === undefined)
    throw wrongType(
      'optimizer',
      `the name of a class, as { optimizer: 'Adamax' } has it, since ${file} has none`,
      undefined,
    );
  const className = checkClass(`the optimizer of ${file}`, given);
  const { params, options } = groupOf(file, groups, request.group);
  const off = Object.fromEntries(
    OFF.filter((key) => Object.hasOwn(request.config, key)).map((key) => [key, request.config[key]]),
  );
  const group = { ...options, ...off };
  checkOff(file, group);
  checkNumbers(file, className, group);
  const replaced = Object.fromEntries(Object.entries(request.config).filter(([key]) => !OFF.includes(key)));
  const there = RULES[className].config(group);
  const optimizer = serialize(
    deserialize({ class_name: className, config: { ...withoutMissing(there), ...replaced } }),
  );

  const all = groups.flatMap((one) => one.params);
  const names = request.names ?? readNames(file, metadata.names, groups);
  if (names === null)
    throw wrongType('names', `the names of ${all.length} parameters, since ${file} has none`, undefined);
  if (names.length !== all.length) throw wrongValue('names', `those of ${all.length} parameters of ${file}`, names);
  const twice = new Set(names).size < names.length;
  if (twice) throw damaged(file, 'names of parameters must be unique, as', names);
  const nameOf = new Map(all.map((param, i) => [param, names[i]]));
  const states = statesOf(file, tensors, className, nameOf);
  const variables = variablesOf(file, model ?? modelIn(tensors), new Set(names));
  const chosen = new Set(params.map((param) => nameOf.get(param) as string));
  const kept = Object.keys(optimizerSlots(className, optimizer.config));
  const notes = [...variables.notes, ...tiedNotes(variables.list)];
  const withSlots = variables.list
    .filter(({ name, trainable }) => chosen.has(name) || !trainable)
    .map((variable) => ({
      ...variable,
      slots: slotsOf(file, variable, states.get(variable.name), className, group, kept),
    }));
  const strange = strangeOptions(className, group);
  if (strange.length > 0) notes.push(`options that are not taken over: ${strange.join(', ')}`);
  const iterations = countOf(
    file,
    [...states].filter(([name]) => chosen.has(name)).map(([, state]) => state),
  );
  if (iterations === null && className === 'SGD') {
    notes.push('SGD of PyTorch counts no steps: iterations is 0, which matters to schedules and decay alone');
  }
  return {
    format: 'safetensors',
    version: null,
    optimizer,
    iterations: iterations ?? 0,
    variables: withSlots,
    notes: [...replacedNote({ ...options, ...there }, request.config), ...notes, ...RULES[className].notes(group)],
  };
}

/** The error for the parameters of a model alone, and for what needs no import. */
function withoutState(file: string, format: string | undefined): RangeError {
  const received = format === FORMAT ? 'a saved state of this package, which load reads' : 'a file without';
  const expected = `the state of an optimizer, as docs/importing.md has PyTorch save it, must be part of ${file}`;
  return rangeError('ERR_ADAMAX_CHECKPOINT', `${expected}: received ${received}`);
}

/** Defaults of ours stand for what an older PyTorch did not write. */
function withoutMissing(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

function modelIn(tensors: Tensors): Tensors {
  const own = [...tensors].filter(([key]) => key.startsWith('model.'));
  return new Map(own.map(([key, tensor]) => [key.slice('model.'.length), tensor]));
}

/** The state of each parameter by its name. */
function statesOf(
  file: string,
  tensors: Tensors,
  className: ClassName,
  nameOf: ReadonlyMap<number, string>,
): Map<string, Map<string, TorchTensor>> {
  const known = ['step', ...Object.values(RULES[className].slots)];
  const states = new Map<string, Map<string, TorchTensor>>();
  for (const [key, tensor] of tensors) {
    const [, position, kind] = /^state\.(0|[1-9]\d*)\.(.*)$/s.exec(key) ?? [];
    if (position === undefined) {
      if (key.startsWith('model.')) continue;
      throw damaged(file, "tensors must be called 'model.…' or 'state.<number>.…', as", key);
    }
    const name = nameOf.get(Number(position));
    if (name === undefined) throw damaged(file, 'states must belong to parameters, as', key);
    if (!known.includes(kind)) {
      throw damaged(file, `the state of ${className} must be ${known.join(', ')}, as`, key);
    }
    states.set(name, (states.get(name) ?? new Map<string, TorchTensor>()).set(kind, tensor));
  }
  return states;
}

function variablesOf(
  file: string,
  model: Tensors,
  trained: ReadonlySet<string>,
): { list: Omit<ImportedVariable, 'slots'>[]; notes: string[] } {
  const notes: string[] = [];
  const list: Omit<ImportedVariable, 'slots'>[] = [];
  for (const [name, { shape, dtype, data }] of model) {
    const trainable = trained.has(name);
    if (data !== null) list.push({ name, shape, data, trainable });
    else if (trainable) throw damaged(file, `dtype of '${name}' must be F32, F16 or BF16, as that`, dtype);
    else notes.push(`'${name}' is ${dtype}, and has been left out`);
  }
  for (const name of trained) {
    if (!model.has(name)) throw damaged(file, `parameters of the optimizer must be in the model, as`, name);
  }
  return { list, notes };
}

function optimizerSlots(className: ClassName, { momentum, centered }: Readonly<Record<string, unknown>>) {
  const entries = Object.entries(RULES[className].slots);
  return Object.fromEntries(
    entries.filter(([slot]) => (slot !== 'momentum' || momentum !== 0) && (slot !== 'mg' || centered === true)),
  );
}

function slotsOf(
  file: string,
  { name, shape }: Pick<ImportedVariable, 'name' | 'shape'>,
  state: ReadonlyMap<string, TorchTensor> | undefined,
  className: ClassName,
  group: Readonly<Record<string, unknown>>,
  kept: readonly string[],
): Record<string, Float32Array> {
  const rule = RULES[className];
  if (state === undefined) return {};
  const entries = kept.map((slot) => {
    const there = rule.slots[slot];
    const tensor = state.get(there);
    if (tensor === undefined) throw damaged(file, `'${there}' of '${name}' must be there, as`, [...state.keys()]);
    if (!equalShapes(tensor.shape, shape)) {
      throw damaged(file, `shape of '${there}' of '${name}' must be ${formatShape(shape)}, as that`, tensor.shape);
    }
    if (tensor.data === null)
      throw damaged(file, `dtype of '${there}' of '${name}' must be F32, as that`, tensor.dtype);
    return [slot, tensor.data.map((x) => rule.convert(slot, x, group))] as const;
  });
  return Object.fromEntries(entries);
}

/** The number of steps, which must be one here; there it is one for each parameter. Null where nobody counts. */
function countOf(file: string, states: readonly ReadonlyMap<string, TorchTensor>[]): number | null {
  const counts = new Set<number>();
  for (const state of states) {
    const step = state.get('step');
    if (step === undefined) continue;
    const count = step.data?.length === 1 ? step.data[0] : NaN;
    if (!Number.isSafeInteger(count) || count < 0)
      throw damaged(file, "'step' must be a count, as", step.data ?? step.dtype);
    counts.add(count);
  }
  if (counts.size > 1) {
    const expected = `parameters of ${file} must have made one number of steps, since an optimizer here counts once`;
    throw rangeError('ERR_ADAMAX_CONFIG', `${expected}: received ${[...counts].map((n) => describe(n)).join(', ')}`);
  }
  const [count] = counts;
  return count ?? null;
}
