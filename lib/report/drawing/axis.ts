import { log } from '../../math/elementary.js';
import { atMark, brief, briefCount, powerOfTen } from './numbers.js';
import { ticksOver } from './ticks.js';

/** A mark on an axis. */
export interface Mark {
  readonly value: number;
  readonly text: string;
}

/** Where values lie on an axis. */
export interface Axis {
  readonly isLogarithmic: boolean;
  readonly marks: readonly Mark[];
  /** From 0, at the lower end, to 1. */
  at(value: number): number;
}

/** A logarithmic axis has at least this ratio of the greatest to the least value, so that there is something to mark. */
const WIDE = 30;
/** Where half of all points lie below this fraction of the greatest value, a linear axis would show no course of them. */
const LOW = 0.1;
/** Below this nothing is drawn on its own: differences of such numbers would not have their digits. */
const TINY = 1e-250;
/** Values that differ less are drawn as a level line, and not as noise from edge to edge. */
const LEVEL = 1e-6;

/**
 * An axis of values: logarithmic where all are positive and most of them would lie at the foot of a linear one.
 * @param median - of what is drawn
 */
export function valueAxis(least: number, most: number, median: number): Axis {
  if (least > TINY && most / least >= WIDE && median < LOW * most) return logarithmic(least, most);
  const size = Math.max(Math.abs(least), Math.abs(most));
  const isLevel = most - least <= LEVEL * size || size < TINY;
  const room = size < TINY ? 1 : size / 2;
  const [low, high] = isLevel ? [least - room, most + room] : [least, most];
  const { values, decimals } = ticksOver(low, high, 4, (high - low) / 2);
  const [first, last] = [values[0], values[values.length - 1]];
  const marks = values.map((value) => ({ value, text: atMark(value, decimals) }));
  return { isLogarithmic: false, marks, at: (value) => (value - first) / (last - first) };
}

function logarithmic(least: number, most: number): Axis {
  const [low, high] = [log(least) - 0.2, log(most) + 0.2];
  const powers: number[] = [];
  for (let power = -250; power <= 300; power++) {
    if (tenTo(power) >= least / 1.2 && tenTo(power) <= most * 1.2) powers.push(power);
  }
  const every = Math.ceil(powers.length / 5);
  const marks =
    powers.length < 3
      ? betweenPowers(least, most, powers[0])
      : powers
          .filter((power) => power % every === 0)
          .map((power) => ({ value: tenTo(power), text: powerOfTen(power) }));
  return { isLogarithmic: true, marks, at: (value) => (log(value) - low) / (high - low) };
}

/** Marks at 1, 2 and 5 times powers of ten, where there are too few powers. */
function betweenPowers(least: number, most: number, first: number): Mark[] {
  const values = [-1, 0, 1, 2].flatMap((power) => [1, 2, 5].map((factor) => Number(`${factor}e${first + power}`)));
  return values.filter((value) => value >= least && value <= most).map((value) => ({ value, text: brief(value) }));
}

/** As a literal is read, which is exact to the last bit; a product of tens would not be. */
function tenTo(power: number): number {
  return Number(`1e${power}`);
}

/** The axis of steps, from the first to the last of them; marks are whole numbers. */
export function stepAxis(first: number, last: number): Axis {
  const [low, high] = first === last ? [first - 1, last + 1] : [first, last];
  const { values } = ticksOver(low, high, 6, (high - low) / 2);
  const marks = values
    .filter((value) => Number.isInteger(value) && value >= first && value <= last)
    .map((value) => ({ value, text: briefCount(value) }));
  return { isLogarithmic: false, marks, at: (value) => (value - low) / (high - low) };
}
