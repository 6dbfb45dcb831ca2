import { rangeError } from '../errors.js';
import type { IndexedSlices } from '../variables/indexed-slices.js';
import type { Backend, BackendPlan, BadIndex, Clipping, Entry, Target } from './backend.js';
import { checkFloat32Array, checkLength, checkMemory, detached, lengthOf, type WrittenMemory } from './memory.js';
import type { Rule } from './rule.js';

/**
 * The list of a step: who is updated from which gradient. It is rewritten at each step, but only what changed since the
 * last one is checked in full and told to the backend; of the rest it is only asked whether its memory is still whole.
 *
 * Use: `begin`, then `dense` or `rows` for each variable, then `run`. After an error the next step starts afresh.
 */
export class Plan {
  readonly #plan: BackendPlan;
  readonly #scalars: Float32Array;
  readonly #scalarCount: number;
  readonly #written: WrittenMemory;
  #writtenVersion = 0;
  readonly #entries: Entry[] = [];
  #count = 0;
  #newTargets: number[] = [];
  #newGradients: number[] = [];

  constructor(backend: Backend, rule: Rule, scalars: Float32Array, written: WrittenMemory) {
    this.#plan = backend.plan(rule, scalars);
    this.#scalars = scalars;
    this.#scalarCount = rule.scalars;
    this.#written = written;
  }

  begin(): void {
    // A gradient bound before may lie on a variable that has come since.
    if (this.#writtenVersion !== this.#written.version) this.reset();
    this.#writtenVersion = this.#written.version;
    this.#count = 0;
    this.#newTargets = [];
    this.#newGradients = [];
  }

  /** Forgets what it knows, so that everything is checked and bound again. */
  reset(): void {
    this.#entries.length = 0;
  }

  dense(target: Target, grad: Float32Array): void {
    const entry = this.#next(target);
    if (entry.values === grad && entry.indices === null) return;
    const argument = gradientOf(target);
    checkFloat32Array(argument, grad);
    checkLength(argument, grad, target.size, `'${target.name}'`);
    this.#written.check(argument, grad);
    this.#bind(entry, grad, null, 0);
  }

  rows(target: Target, { values, indices }: IndexedSlices): void {
    const entry = this.#next(target);
    if (entry.values === values && entry.indices === indices) return;
    const argument = gradientOf(target);
    checkMemory(`${argument}.values`, values);
    checkMemory(`${argument}.indices`, indices);
    const slices = lengthOf(indices);
    checkLength(`${argument}.values`, values, slices * target.rowLength, `${slices} rows of ${target.rowLength}`);
    this.#written.check(`${argument}.values`, values);
    this.#written.check(`${argument}.indices`, indices);
    this.#bind(entry, values, indices, slices);
  }

  /**
   * Steps everything listed since `begin`, or throws and writes nothing.
   * Nothing here runs code of the user, so no memory can go between the last check and the end of the step.
   */
  run(clipping: Clipping): void {
    // A subclass was handed the scalars, and may have done anything with them.
    if (lengthOf(this.#scalars) !== this.#scalarCount) throw detached('scalars', this.#scalars);
    for (let i = 0; i < this.#count; i++) checkWhole(this.#entries[i]);
    const bad = this.#plan.step(this.#entries, this.#count, this.#newTargets, this.#newGradients, clipping);
    if (bad !== undefined) throw this.#badIndex(bad);
  }

  #next(target: Target): Entry {
    const i = this.#count++;
    const entry = this.#entries[i];
    if (entry !== undefined && entry.target === target) return entry;
    this.#newTargets.push(i);
    const fresh: Entry = { target, values: NOTHING, indices: null, slices: 0 };
    this.#entries[i] = fresh;
    return fresh;
  }

  #bind(entry: Entry, values: Float32Array, indices: Entry['indices'], slices: number): void {
    entry.values = values;
    entry.indices = indices;
    entry.slices = slices;
    this.#newGradients.push(this.#count - 1);
  }

  #badIndex({ entry, position }: BadIndex): RangeError {
    const { target, indices } = this.#entries[entry];
    const rows = target.rowLength === 0 ? 0 : target.param.length / target.rowLength;
    return rangeError(
      'ERR_ADAMAX_INDEX',
      `${gradientOf(target)}.indices[${position}] must be in [0, ${rows}): received ${indices?.[position]}`,
    );
  }
}

/** Stands for "no gradient yet"; never equal to an array of the user's. */
const NOTHING = new Float32Array(0);

function gradientOf(target: Target): string {
  return `gradient of '${target.name}'`;
}

/** Throws when an array bound before has lost its memory since: a detached array has length 0. */
function checkWhole({ target, values, indices, slices }: Entry): void {
  const { param, slots, size } = target;
  let whole = lengthOf(param) === size;
  for (let k = 0; k < slots.length; k++) whole &&= lengthOf(slots[k]) === size;
  if (!whole) throw detached(`'${target.name}' and its slots`, param);
  if (indices === null) {
    if (lengthOf(values) !== size) throw detached(gradientOf(target), values);
  } else if (lengthOf(indices) !== slices || lengthOf(values) !== slices * target.rowLength) {
    throw detached(gradientOf(target), lengthOf(indices) === slices ? values : indices);
  }
}
