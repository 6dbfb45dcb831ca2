/** What is saved or loaded, as the caller hands it over; read once, and in one place. */
import { describe, rangeError, wrongType, wrongValue } from '../../arguments/errors.js';
import { checkRecord } from '../../arguments/options.js';
import { Optimizer } from '../../optimizers/optimizer.js';
import { statesOf, stepperOf } from '../../optimizers/optimizer-state.js';
import { byName } from '../../state/labels.js';
import { COUNTER, type NamedWeight } from '../../state/weight-list.js';
import type { Variable } from '../../variables/variable.js';
import { type NamedVariables, type Names, namesOf, readVariables } from './names.js';

/** What is saved or loaded. */
export interface Content {
  /** Its counter and slots, and, unless `variables` is null, the variables that it has seen. */
  optimizer?: Optimizer | null;
  /** Several, each under a name without a slash. */
  optimizers?: Readonly<Record<string, Optimizer>> | null;
  /**
   * Variables that go into the file beside those of the optimizers, and in front of them: a list, nested or not, or an
   * object that names them. Variables without a name go by their position. Null: no variables, only what optimizers keep.
   */
  variables?: NamedVariables | null;
}

/** The same for `keys`, whoever calls. */
export interface KeyOptions {
  /**
   * What a tensor is called in the file: gets `variables/w`, `slots/w/m`, … Two may not come to the same. Meanwhile the
   * optimizers are busy: they take no step.
   */
  keys?: ((key: string) => string) | null;
}

export const CONTENT = ['optimizer', 'optimizers', 'variables'] as const;

/** An optimizer, and what its names begin with in a file. */
export interface Part {
  /** Empty for the only one. */
  readonly prefix: string;
  readonly name: string | null;
  readonly optimizer: Optimizer;
}

export interface ReadContent {
  readonly parts: readonly Part[];
  readonly names: Names;
  /** Whether variables are meant, and not only what optimizers keep of them. */
  readonly withVariables: boolean;
  /** Whether nobody has said what the variables are: neither the caller, nor an optimizer that has seen some. */
  readonly isWithoutAny: boolean;
}

/**
 * Options of the caller's beside these are read before, since their getters may take steps.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; RangeError `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_ARG_VALUE`
 */
export function readContent(method: string, content: Content): ReadContent {
  const { variables } = content;
  const parts = readParts(content);
  const names = namesOf(
    readVariables(variables),
    parts.map((part) => part.optimizer),
  );
  // Their variables may have been given other memory since the last step.
  for (const { optimizer } of parts) {
    stepperOf(optimizer).turn.check(method);
    statesOf(optimizer).follow(byName);
  }
  const isWithoutAny = parts.length > 0 && variables === undefined && names.size === 0;
  return { parts, names, withVariables: variables !== null, isWithoutAny };
}

/** @throws as `readContent` */
export function readParts({ optimizer, optimizers }: Content): Part[] {
  if (optimizer !== undefined && optimizer !== null) {
    if (optimizers !== undefined && optimizers !== null) {
      throw wrongValue('optimizers', 'left out where there is an optimizer', optimizers);
    }
    return [{ prefix: '', name: null, optimizer: checkOptimizer('optimizer', optimizer) }];
  }
  if (optimizers === undefined || optimizers === null) return [];
  checkRecord('optimizers', optimizers, 'an object of optimizers by name');
  const parts = Object.entries(optimizers).map(([name, one]): Part => {
    if (name === '' || name.includes('/'))
      throw wrongValue('names of optimizers', 'without a slash, and not empty', name);
    return { prefix: `optimizers/${name}/`, name, optimizer: checkOptimizer(`optimizers.${name}`, one) };
  });
  const distinct = new Set(parts.map((part) => part.optimizer));
  if (distinct.size < parts.length) {
    throw rangeError('ERR_ADAMAX_DUPLICATE', `optimizers must be listed once each: received ${describe(optimizers)}`);
  }
  return parts;
}

function checkOptimizer(argument: string, value: unknown): Optimizer {
  if (!(value instanceof Optimizer)) throw wrongType(argument, 'an Optimizer', value);
  return value;
}

/** What a weight of an optimizer is called in a file. */
export function keyOf(prefix: string, { owner, kind }: Pick<NamedWeight, 'owner' | 'kind'>, names: Names): string {
  if (owner !== null) return `${prefix}slots/${names.get(owner)}/${kind}`;
  return kind === COUNTER ? `${prefix}${COUNTER}` : `${prefix}weights/${kind}`;
}

export function variableKey(names: Names, variable: Variable): string {
  return `variables/${names.get(variable)}`;
}

/**
 * What tensors are called in a file, in their order.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`, `ERR_ADAMAX_DUPLICATE`
 */
export function mappedKeys(keys: KeyOptions['keys'], canonical: readonly string[]): string[] {
  const taken = new Set<string>();
  return canonical.map((key) => {
    const mapped = mappedKey(keys, key);
    // Such a name has no UTF-8, so that readers in other languages refuse the file.
    if (/\p{Surrogate}/u.test(mapped)) throw wrongValue('names of tensors', 'well-formed Unicode', mapped);
    if (taken.has(mapped)) {
      const expected = 'keys must give each tensor another name';
      throw rangeError('ERR_ADAMAX_DUPLICATE', `${expected}: received ${describe(mapped)} twice`);
    }
    taken.add(mapped);
    return mapped;
  });
}

function mappedKey(keys: KeyOptions['keys'], key: string): string {
  if (keys === null || keys === undefined) return key;
  const mapped: unknown = keys(key);
  if (typeof mapped !== 'string') throw wrongType(`keys(${describe(key)})`, 'a string', mapped);
  if (mapped === '__metadata__') throw wrongValue(`keys(${describe(key)})`, "another than '__metadata__'", mapped);
  return mapped;
}
