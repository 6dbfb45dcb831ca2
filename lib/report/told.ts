import { wrongType, wrongValue } from '../arguments/errors.js';
import { checkRecord } from '../arguments/options.js';
import type { Told } from './course.js';

/** A step as `optimizer.lastStep` has it, or a copy of that, for instance from another thread. */
export interface ReportedStep {
  /** Number of steps taken so far. */
  readonly steps: number;
  /** The rate that the step took, decay included. */
  readonly learningRate?: number | undefined;
  /** The value of the loss, where it said one. */
  readonly loss?: number | undefined;
  /** The Euclidean norm of all gradients of the step as one vector, before clipping. */
  readonly gradientNorm?: number | undefined;
  /** Whether the step was skipped for a NaN or an infinity. Default: false. */
  readonly skipped?: boolean | undefined;
}

/**
 * Numbers of a step by name, in whatever units the names say. `loss`, `learningRate` and `gradientNorm` stand for those
 * of the record; what is undefined is passed over.
 */
export type Series = Readonly<Record<string, number | undefined>>;

const KNOWN = ['loss', 'learningRate', 'gradientNorm'] as const;

/** A name is drawn in one line. */
const LONGEST = 60;

/**
 * What a report is told of a step; getters run here, and nothing after this fails for what they are.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function readTold(record: unknown, series: unknown): Told {
  if (record === null || record === undefined) {
    throw wrongType('record', 'lastStep of an optimizer that has stepped', record);
  }
  checkRecord('record', record, 'lastStep of an optimizer, or a copy of it');
  const given = record as Readonly<Record<string, unknown>>;
  const { steps, skipped = false } = given;
  if (typeof steps !== 'number') throw wrongType('record.steps', 'a number', steps);
  if (!Number.isSafeInteger(steps) || steps < 0) throw wrongValue('record.steps', 'a whole number ≥ 0', steps);
  if (typeof skipped !== 'boolean') throw wrongType('record.skipped', 'a boolean', skipped);
  const values = new Map<string, number>();
  for (const name of KNOWN) take(values, name, given[name], `record.${name}`);
  if (series !== undefined && series !== null) {
    checkRecord('series', series, 'an object of numbers, { loss: 0.5 }');
    for (const [name, value] of Object.entries(series)) {
      checkName('series', name);
      take(values, name, value, `series.${name}`);
    }
  }
  return { steps, isSkipped: skipped, values };
}

/** Throws unless a curve can have this name. @throws RangeError `ERR_ADAMAX_ARG_VALUE` */
export function checkName(argument: string, name: string): void {
  if (name.trim() !== '' && name.length <= LONGEST) return;
  throw wrongValue(argument, `named by 1 to ${LONGEST} characters`, name);
}

function take(values: Map<string, number>, name: string, value: unknown, argument: string): void {
  if (value === undefined) return;
  if (typeof value !== 'number') throw wrongType(argument, 'a number', value);
  values.set(name, value);
}
