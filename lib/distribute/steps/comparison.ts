import { Digest } from '../../backend/digest.js';
import type { Label } from '../../state/labels.js';
import type { VariableStates } from '../../state/variable-states.js';
import { lastWriteTo, memoryOf, timesWritten, type Variable } from '../../variables/variable.js';
import { type Claim, eachOf } from '../claims.js';
import type { Shards } from './shards.js';
import { bytesOf } from './slices.js';

/** Bits of a whole number that float64 holds in any case, in halves that fit bitwise operators. */
const BITS = 52;
const HALF = BITS / 2;

/**
 * Knows of which variables all replicas have the same numbers: those that were compared, and that no method of this
 * package has written to since. Steps keep them equal. A replica knows only what it has written itself, so that all of
 * them say at each step which variables are due, and then compare all that any of them has named.
 */
export class Comparison {
  readonly #states: VariableStates;
  readonly #shards: Shards | null;
  /** By variable, up to which write it is known to be as it was compared. */
  readonly #known = new WeakMap<Variable, number>();
  /** How many writes there were when `due` was asked. */
  #asked = 0;

  constructor(states: VariableStates, shards: Shards | null) {
    this.#states = states;
    this.#shards = shards;
  }

  /** Which variables are due here: bit `i % BITS` of one number is set for the variable at `i`. */
  due(variables: readonly Variable[]): number {
    this.#asked = timesWritten();
    let [low, high] = [0, 0];
    for (let i = 0; i < variables.length; i++) {
      if (this.#isKnown(variables[i])) continue;
      const bit = i % BITS;
      if (bit < HALF) low |= 1 << bit;
      else high |= 1 << (bit - HALF);
    }
    return high * 2 ** HALF + low;
  }

  #isKnown(variable: Variable): boolean {
    const known = this.#known.get(variable);
    if (known === this.#asked) return true;
    if (known === undefined) return false;
    const isSame = (written: Variable) => lastWriteTo(written) <= known;
    if (!isSame(variable) || !this.#slotsOf(variable).every(isSame)) return false;
    this.#known.set(variable, this.#asked);
    return true;
  }

  /** Those that are due in any replica. @param notes - what `due` has said in each of them */
  named(variables: readonly Variable[], notes: readonly number[]): readonly Variable[] {
    const low = notes.reduce((bits, note) => bits | (note % 2 ** HALF), 0);
    const high = notes.reduce((bits, note) => bits | Math.floor(note / 2 ** HALF), 0);
    if (low === 0 && high === 0) return [];
    return variables.filter((_, i) => {
      const bit = i % BITS;
      return (((bit < HALF ? low : high) >>> (bit % HALF)) & 1) === 1;
    });
  }

  /** What must be the same of variables, and of those slots that every replica keeps whole. */
  claims(variables: readonly Variable[], label: Label): readonly Claim[] {
    const slots = variables
      .filter((variable) => (this.#shards?.of(variable) ?? null) === null)
      .flatMap((owner) => this.#slotsOf(owner).map((slot, k) => ({ slot, kind: this.#states.ruleSlots[k], owner })));
    const which = 'variables that are new or were written to';
    return [
      sameNumbers(
        `the numbers of ${which} (build(variables) or broadcast(variables) makes them equal)`,
        variables,
        (i) => label(variables[i]),
      ),
      sameNumbers(
        `the slots of ${which}, or whose slots were (broadcast(optimizer.weights) makes them equal)`,
        slots.map(({ slot }) => slot),
        (i) => `slot '${slots[i].kind}' of ${label(slots[i].owner)}`,
      ),
    ];
  }

  /** Says that variables have been compared since `due` was asked. */
  note(variables: readonly Variable[]): void {
    for (const variable of variables) this.#known.set(variable, this.#asked);
  }

  /** Says that variables were made equal; of their slots that is known only where nobody has written to them. */
  noteBuilt(variables: readonly Variable[]): void {
    for (const variable of variables) {
      if (this.#slotsOf(variable).every((slot) => lastWriteTo(slot) === 0)) this.#known.set(variable, timesWritten());
    }
  }

  /** What must be the same of variables once their constraints have been applied. */
  constrainedClaim(variables: readonly Variable[], label: Label): Claim {
    this.#asked = timesWritten();
    return sameNumbers('what constraints make of variables', variables, (i) => label(variables[i]));
  }

  /** Says that this was the same. What constraints have assigned is known by that, unless it was to slots. */
  noteConstrained(variables: readonly Variable[]): void {
    for (const variable of variables) {
      const known = this.#known.get(variable) ?? 0;
      if (this.#slotsOf(variable).every((slot) => lastWriteTo(slot) <= known)) this.#known.set(variable, this.#asked);
    }
  }

  #slotsOf(variable: Variable): readonly Variable[] {
    return this.#states.slotsOf(variable) as readonly Variable[];
  }
}

/** @param label - what a message calls the variable at a place of the list */
function sameNumbers(about: string, variables: readonly Variable[], label: (place: number) => string): Claim {
  const digests = variables.map((variable) => new Digest().update(bytesOf(memoryOf(variable))).hex());
  // The beginning tells two of them apart as well as the whole.
  return eachOf(
    about,
    digests,
    (hash, digest) => hash.addText(digest),
    (digest) => digest.slice(0, 8),
    label,
  );
}
