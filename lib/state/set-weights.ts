import { checkAttached, checkUnused } from '../arguments/arrays.js';
import { isCoded, rangeError, wrongType, wrongValue } from '../arguments/errors.js';
import { textHint } from '../arguments/hints.js';
import { copyInto, lengthOf } from '../memory/typed-arrays.js';
import { type AnyVariable, type Elements, memoryOf, noteWrites, type Variable } from '../variables/variable.js';
import { checkWeight, elementsFor, type Given, readWeight } from './given-weight.js';
import { byName } from './labels.js';
import { countable } from './step-counter.js';
import type { VariableStates } from './variable-states.js';
import { COUNTER, type Place } from './weight-list.js';
import { misfitsText, type WeightsReport } from './weights-report.js';

/** A place and what is to be written there. */
type Write = readonly [place: Place, elements: Elements];

/** So many items more than there are places may be handed over and named; beyond, it is no list of weights. */
const SURPLUS = 100_000;

/**
 * Overwrites weights: by name where names are there, by position where there are none. Nothing is written unless all of
 * them fit, or, with `partial`, those that do not are to be left out.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`
 * @throws RangeError `ERR_ADAMAX_WEIGHTS`, with the `report`; `ERR_ADAMAX_ARG_VALUE` where some have names and others
 *   not; `ERR_ADAMAX_OVERLAP`, `ERR_ADAMAX_MEMORY` where slots are to be made that cannot be
 */
export function setWeights(optimizer: string, states: VariableStates, given: unknown, partial: boolean): WeightsReport {
  if (!Array.isArray(given)) throw wrongType('weights', `an array as getWeights returns it${textHint(given)}`, given);
  const { writes, report } = new Matching(states, given, partial);
  if (!partial && misfitsText(report) !== '') throw doesNotFit(optimizer, states, report);
  // Slots are made only where all that are there can be written.
  for (const [{ name, variable }] of writes) if (variable !== undefined) checkAttached(`'${name}'`, arrayOf(variable));
  const owners = writes.flatMap(([{ owner, variable }]) => (variable === undefined && owner !== null ? [owner] : []));
  if (owners.length > 0) states.build(owners, () => true, byName);
  const targets = writes.map(([{ owner, kind, variable }]) => {
    return arrayOf(variable ?? states.slots.get(owner as Variable, kind));
  });
  // The caller's getters, and what somebody has put in the place of built-ins, may have taken memory away. From here on
  // nothing runs that anybody could have replaced.
  for (let i = 0; i < targets.length; i++) checkAttached(`'${writes[i][0].name}'`, targets[i]);
  for (let i = 0; i < targets.length; i++) checkUnused(`'${writes[i][0].name}'`, targets[i], true);
  states.journal.do(() => {
    for (let i = 0; i < targets.length; i++) {
      // Memory may have gone where this is done once more, after a timeout.
      if (lengthOf(targets[i]) > 0) copyInto(targets[i], writes[i][1]);
    }
    noteWrites();
  });
  return report;
}

function arrayOf(variable: AnyVariable): Elements {
  return memoryOf(variable as Variable<Elements>);
}

/** What was handed over, matched with the state. All code of the caller runs here. */
class Matching {
  readonly writes: readonly Write[];
  readonly report: WeightsReport;
  readonly #writes = new Map<Place, Elements>();
  readonly #unexpected: string[] = [];
  readonly #misfits: { name: string; message: string }[] = [];
  readonly #seen = new Set<Place>();

  /** @param partial - whether what is left out of the slots of a variable leaves out all of them */
  constructor(states: VariableStates, given: readonly unknown[], partial: boolean) {
    const { places } = states;
    const weights = places.filter(({ variable }) => variable !== undefined).length;
    const items = this.#read(given, places.length);
    checkNames(items, given.length, partial ? weights : null);
    const byName = new Map(places.map((place) => [place.name, place]));
    for (const item of items) {
      const { name, argument, position } = item;
      const place = name === undefined ? places[position] : byName.get(name);
      // Without names there is no telling whether slots that are still to be made were meant.
      if (place === undefined || (name === undefined && place.variable === undefined)) {
        this.#unexpected.push(name ?? argument);
      } else this.#take(item, place);
    }
    if (partial) this.#keepTogether(places.filter(({ kind, owner }) => owner !== null && states.isOfRule(kind)));
    this.writes = [...this.#writes];
    this.report = {
      loaded: this.writes.map(([{ name }]) => name),
      missing: this.#missing(places),
      unexpected: this.#unexpected,
      misfits: this.#misfits,
    };
  }

  #read(given: readonly unknown[], places: number): (Given & { argument: string; position: number })[] {
    const items: (Given & { argument: string; position: number })[] = [];
    if (given.length > places + SURPLUS) {
      throw wrongValue('weights', `a list of at most ${places + SURPLUS} items`, `${given.length} of them`);
    }
    // By number: the methods of arrays pass over holes.
    for (let position = 0; position < given.length; position++) {
      const argument = `weights[${position}]`;
      const read = readWeight(given[position]);
      this.#noting(argument, () => items.push({ ...checkWeight(argument, read), argument, position }));
    }
    return items;
  }

  #take(given: Given & { argument: string }, place: Place): void {
    const { argument } = given;
    const { name } = place;
    this.#noting(name, () => {
      if (this.#seen.has(place)) throw wrongValue(`${argument}.name`, 'another than those before it', name);
      this.#seen.add(place);
      const elements = elementsFor(argument, given, place);
      if (name === COUNTER && !countable.contains(Number(elements[0]))) {
        throw wrongValue(argument, `${countable.text} for '${COUNTER}'`, elements[0]);
      }
      this.#writes.set(place, elements);
    });
  }

  /** Slots of one variable belong together: a first moment without its second one would be divided by ε. */
  #keepTogether(places: readonly Place[]): void {
    const byOwner = new Map<Variable | null, Place[]>();
    for (const place of places) byOwner.set(place.owner, [...(byOwner.get(place.owner) ?? []), place]);
    for (const fellows of byOwner.values()) {
      const without = fellows.filter((place) => !this.#writes.has(place)).map(({ name }) => `'${name}'`);
      if (without.length === 0) continue;
      for (const place of fellows) {
        if (!this.#writes.delete(place)) continue;
        const message = `'${place.name}' must come with ${without.join(', ')}: received it without`;
        this.#misfits.push({ name: place.name, message });
      }
    }
  }

  /** Slots that are still to be made are missed only where one of their fellows has come. */
  #missing(places: readonly Place[]): string[] {
    const begun = new Set<Variable | null>();
    for (const { variable, owner } of this.#seen) if (variable === undefined) begun.add(owner);
    const isMissing = (place: Place) => {
      return !this.#seen.has(place) && (place.variable !== undefined || begun.has(place.owner));
    };
    return places.filter(isMissing).map(({ name }) => name);
  }

  /** Takes note of what this package says is wrong with an item. */
  #noting(name: string, body: () => void): void {
    try {
      body();
    } catch (error) {
      if (!isCoded(error)) throw error;
      this.#misfits.push({ name, message: error.message });
    }
  }
}

/**
 * Names are there for all or for none. Without them a list that a part of will do must be of the right length: where
 * one is left out, all that come behind it would go to the place before their own.
 * @param places - how many there are, or null where all must be filled anyway
 */
function checkNames(items: readonly Given[], count: number, places: number | null): void {
  const named = items.filter(({ name }) => name !== undefined).length;
  if (named > 0 && named < items.length) {
    throw wrongValue('names of weights', 'there for all or for none', `${named} of ${items.length}`);
  }
  if (places === null || named > 0 || count === places || count === 0) return;
  throw wrongValue('weights without names', `${places} items, one for each weight`, `${count} of them`);
}

function doesNotFit(optimizer: string, states: VariableStates, report: WeightsReport): RangeError {
  const hint = states.slots.names().length === 0 ? ', which has no slots before build(variables) or a step' : '';
  const expected = `weights must fit the state of optimizer '${optimizer}'${hint}`;
  const error = rangeError('ERR_ADAMAX_WEIGHTS', `${expected}: received ${misfitsText(report)}`);
  return Object.assign(error, { report: { ...report, loaded: [] } });
}
