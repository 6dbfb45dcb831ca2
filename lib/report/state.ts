import { wrongType, wrongValue } from '../arguments/errors.js';
import { Course, MOST_CURVES } from './course.js';
import { Curve, isWithin, MOST_POINTS, type Point } from './curve.js';
import { checkName } from './told.js';

/** A point as numbers: which stretch, least, greatest, sum, how many, how many not finite. */
type SavedPoint = readonly [at: number, least: number, most: number, sum: number, count: number, odd: number];

type SavedCurve = {
  readonly name: string;
  readonly last: number | null;
  readonly points: readonly SavedPoint[];
};

/** All that a report knows, as JSON: to be saved with a training, and to go on from. */
export type ReportState = {
  /** Of this form. */
  readonly version: 1;
  /** Null before the first step. */
  readonly first: number | null;
  /** Number of the last step; null before the first. */
  readonly last: number | null;
  /** How many steps a stretch of the curves has. */
  readonly width: number;
  /** How many steps were skipped. */
  readonly skipped: number;
  /** Where they were. */
  readonly skips: readonly SavedPoint[];
  /** Each series, in the order in which they came. */
  readonly curves: readonly SavedCurve[];
};

export function stateOf(course: Course): ReportState {
  const { first, last, width, skipped, skips, curves } = course;
  return {
    version: 1,
    first: orNull(first),
    last: orNull(last),
    width,
    skipped,
    skips: savedPoints(skips),
    curves: [...curves].map(([name, curve]) => ({ name, last: orNull(curve.last), points: savedPoints(curve) })),
  };
}

function savedPoints(curve: Curve): SavedPoint[] {
  return curve.points.map(({ at, least, most, sum, count, odd }) => [at, least, most, sum, count, odd]);
}

/** JSON has no NaN. */
function orNull(x: number): number | null {
  return Number.isFinite(x) ? x : null;
}

/**
 * A course that goes on from a state, which may come from a file that anybody has written.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function courseOf(state: unknown): Course {
  const given = recordOf('state', state);
  if (given.version !== 1) throw wrongValue('state.version', '1', given.version);
  const course = new Course();
  if (given.first !== null) course.first = whole('state.first', given.first);
  if (given.last !== null) course.last = whole('state.last', given.last);
  course.width = whole('state.width', given.width);
  const { first, last, width } = course;
  const isPower = width >= 1 && Number.isInteger(Math.log2(width));
  if (!isPower) throw wrongValue('state.width', 'a power of two', width);
  const isRun = Number.isNaN(first) ? Number.isNaN(last) : last >= first && last - first < MOST_POINTS * width;
  if (!isRun) throw wrongValue('state.last', `within ${MOST_POINTS} stretches of ${width} from first`, given.last);
  course.skipped = whole('state.skipped', given.skipped);
  // Before the first step there is no stretch.
  const stretches = Number.isNaN(first) ? 0 : Math.floor((last - first) / width) + 1;
  putPoints('state.skips', course.skips, given.skips, stretches);
  const curves = listOf('state.curves', given.curves);
  if (curves.length > MOST_CURVES) throw wrongValue('state.curves', `at most ${MOST_CURVES}`, curves.length);
  for (const [i, item] of curves.entries()) {
    const argument = `state.curves[${i}]`;
    const { name, last: value, points } = recordOf(argument, item);
    if (typeof name !== 'string') throw wrongType(`${argument}.name`, 'a string', name);
    checkName(argument, name);
    const curve = new Curve();
    curve.last = value === null ? Number.NaN : finite(`${argument}.last`, value);
    putPoints(`${argument}.points`, curve, points, stretches);
    course.curves.set(name, curve);
  }
  return course;
}

function putPoints(argument: string, curve: Curve, points: unknown, stretches: number): void {
  let next = 0;
  for (const [i, item] of listOf(argument, points).entries()) {
    const numbers = listOf(`${argument}[${i}]`, item).map((x, k) => finite(`${argument}[${i}][${k}]`, x));
    const [at, least, most, sum, count, odd] = numbers;
    const isOne = numbers.length === 6 && Number.isInteger(at) && at >= next && at < stretches;
    if (!isOne || !(least <= most && isWithin(least) && isWithin(most) && count >= 0 && odd >= 0)) {
      throw wrongValue(`${argument}[${i}]`, 'a point of a report, [at, least, most, sum, count, odd]', item);
    }
    curve.put({ at, least, most, sum, count, odd } satisfies Point);
    next = at + 1;
  }
}

function recordOf(argument: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw wrongType(argument, 'what report.state was', value);
  return value as Readonly<Record<string, unknown>>;
}

function listOf(argument: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(argument, 'an array, as report.state has it', value);
  return value;
}

function finite(argument: string, value: unknown): number {
  if (typeof value !== 'number') throw wrongType(argument, 'a number', value);
  if (!Number.isFinite(value)) throw wrongValue(argument, 'a finite number', value);
  return value;
}

function whole(argument: string, value: unknown): number {
  const number = finite(argument, value);
  if (!Number.isSafeInteger(number) || number < 0) throw wrongValue(argument, 'a whole number ≥ 0', value);
  return number;
}
