import { checkAttached } from '../arguments/arrays.js';
import { isCoded, rangeError, wrongType, wrongValue } from '../arguments/errors.js';
import { copyInto } from '../memory/typed-arrays.js';
import { type Elements, memoryOf, type Variable } from '../variables/variable.js';
import { elementsFor, type Given, readWeight } from './given-weight.js';
import { COUNTER, type NamedWeight } from './weight-names.js';

/** What became of weights that were handed over, by the names that `getWeights` gives them. */
export interface WeightsReport {
  /** Written. */
  readonly loaded: readonly string[];
  /** In the state, but not handed over. */
  readonly missing: readonly string[];
  /** Handed over, but not in the state. */
  readonly unexpected: readonly string[];
  /** In both, but with another shape, or numbers that the state cannot hold; each with what is wrong. */
  readonly misfits: readonly { readonly name: string; readonly message: string }[];
}

/** A weight and what is to be written there. */
type Write = readonly [weight: NamedWeight, elements: Elements];

/** Most names in one list of a message. */
const NAMED = 8;

/**
 * Overwrites weights: by name where names are there, by position where there are none. Nothing is written unless all of
 * them fit, or, with `partial`, those that do not are to be left out.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`
 * @throws RangeError `ERR_ADAMAX_WEIGHTS`, with the `report`; `ERR_ADAMAX_ARG_VALUE` where some have names and others not
 */
export function setWeights(
  optimizer: string,
  weights: readonly NamedWeight[],
  given: unknown,
  partial: boolean,
): WeightsReport {
  if (!Array.isArray(given)) throw wrongType('weights', 'an array as getWeights returns it', given);
  const { writes, report } = new Matching(weights, given);
  const { missing, unexpected, misfits } = report;
  if (!partial && missing.length + unexpected.length + misfits.length > 0) throw doesNotFit(optimizer, report);
  // A getter of the caller's may have taken memory away meanwhile. Nothing of theirs runs from here on.
  for (const [{ name, variable }] of writes) checkAttached(`'${name}'`, memoryOf(variable as Variable<Elements>));
  for (const [{ variable }, elements] of writes) copyInto(memoryOf(variable as Variable<Elements>), elements);
  return report;
}

/** What was handed over, matched with the state. All code of the caller runs here. */
class Matching {
  readonly writes: Write[] = [];
  readonly report: WeightsReport;
  readonly #unexpected: string[] = [];
  readonly #misfits: { name: string; message: string }[] = [];
  readonly #seen = new Set<string>();

  constructor(weights: readonly NamedWeight[], given: readonly unknown[]) {
    const read = this.#read(given);
    const named = read.filter(({ name }) => name !== undefined).length;
    if (named > 0 && named < read.length) {
      throw wrongValue('names of weights', 'there for all or for none', `${named} of ${read.length}`);
    }
    const byName = new Map(weights.map((weight) => [weight.name, weight]));
    for (const item of read) {
      const { name, argument, position } = item;
      const weight = name === undefined ? weights[position] : byName.get(name);
      if (weight === undefined) this.#unexpected.push(name ?? argument);
      else this.#take(item, weight);
    }
    this.report = {
      loaded: this.writes.map(([{ name }]) => name),
      missing: weights.map(({ name }) => name).filter((name) => !this.#seen.has(name)),
      unexpected: this.#unexpected,
      misfits: this.#misfits,
    };
  }

  #read(given: readonly unknown[]): (Given & { argument: string; position: number })[] {
    const read: (Given & { argument: string; position: number })[] = [];
    // By number: the methods of arrays pass over holes.
    for (let position = 0; position < given.length; position++) {
      const argument = `weights[${position}]`;
      this.#noting(argument, () => read.push({ ...readWeight(argument, given[position]), argument, position }));
    }
    return read;
  }

  #take(given: Given & { argument: string }, weight: NamedWeight): void {
    const { argument } = given;
    const { name } = weight;
    this.#noting(name, () => {
      if (this.#seen.has(name)) throw wrongValue(`${argument}.name`, 'another than those before it', name);
      this.#seen.add(name);
      const elements = elementsFor(argument, given, weight);
      if (name === COUNTER && !(elements[0] >= 0n && elements[0] <= Number.MAX_SAFE_INTEGER)) {
        throw wrongValue(argument, `a number of steps, in [0, 2⁵³), for '${COUNTER}'`, elements[0]);
      }
      this.writes.push([weight, elements]);
    });
  }

  /** Takes note of what is wrong, where that is what this package says of it. */
  #noting(name: string, body: () => void): void {
    try {
      body();
    } catch (error) {
      if (!isCoded(error)) throw error;
      this.#misfits.push({ name, message: error.message });
    }
  }
}

function doesNotFit(optimizer: string, report: WeightsReport): RangeError {
  const { missing, unexpected, misfits } = report;
  const parts = misfits.slice(0, NAMED).map(({ message }) => message);
  if (misfits.length > NAMED) parts.push(`${misfits.length - NAMED} more of that kind`);
  if (missing.length > 0) parts.push(`nothing for ${listOf(missing)}`);
  if (unexpected.length > 0) parts.push(`${listOf(unexpected)} without a place`);
  const error = rangeError(
    'ERR_ADAMAX_WEIGHTS',
    `weights must fit the state of optimizer '${optimizer}': received ${parts.join('; ')}`,
  );
  return Object.assign(error, { report: { ...report, loaded: [] } });
}

function listOf(names: readonly string[]): string {
  const list = names.slice(0, NAMED).map((name) => `'${name}'`);
  if (names.length > NAMED) list.push(`and ${names.length - NAMED} more`);
  return list.join(', ');
}
