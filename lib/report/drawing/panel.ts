import type { Course } from '../course.js';
import type { Curve, Point } from '../curve.js';
import { type Axis, stepAxis, valueAxis } from './axis.js';
import { element, escaped, label, pathThrough, polyline, segment, shortened } from './markup.js';
import { brief, grouped } from './numbers.js';
import { hueOf } from './style.js';

/** Room around the plot of a panel: for its name above, for marks below, and at the left, with a gap, if they are short. */
const ROOM = { left: 58, gap: 8, right: 14, top: 34, bottom: 26 };
/** Beside the marks of steps stands what they count. */
const UNIT_WIDTH = 46;
/** Room for a character, in pixels, in whatever font there is. */
const CHARACTER = 8;
/** Characters that a figure has which stands at the end of the line of a name, and the words about a scale. */
const FIGURE = 10;
const SCALE = ', log scale';
const MOST_DOTS = 40;
const MOST_HAIRS = 20;

/** The course of one thing that was told, as it is drawn. */
export interface Panel {
  /** In words: what is drawn, and its figures. */
  readonly description: string;
  readonly markup: string;
  /** Whether a value of it is not finite. */
  readonly hasOdd: boolean;
}

interface Plot {
  readonly course: Course;
  readonly x: (step: number) => number;
  readonly y: (value: number) => number;
  readonly top: number;
  readonly bottom: number;
}

/** Curves of every record, as people call them. */
const NAMES: Readonly<Record<string, string>> = { learningRate: 'learning rate', gradientNorm: 'gradient norm' };

export function nameOf(key: string): string {
  return Object.hasOwn(NAMES, key) ? NAMES[key] : key;
}

/** Draws the curve of a name, at the origin. @param i - which of the curves it is */
export function drawPanel(course: Course, key: string, i: number, width: number, height: number): Panel {
  const curve = course.curves.get(key) as Curve;
  const points = curve.points;
  const values = points.filter(({ count }) => count > 0);
  const right = width - ROOM.right;
  const bottom = height - ROOM.bottom;
  const steps = stepAxis(course.first, course.last);
  const range = extremes(values);
  const axis = range === null ? null : valueAxis(range.least, range.most, medianOf(values));
  const left = roomFor(axis);
  const x = (step: number) => left + (right - left) * steps.at(step);
  const y = (value: number) => bottom - (bottom - ROOM.top) * (axis?.at(value) ?? 0);
  const plot: Plot = { course, x, y, top: ROOM.top, bottom };
  const name = nameOf(key);
  const scale = axis?.isLogarithmic ? SCALE : '';
  const heading = shortened(name, Math.floor((right - left) / CHARACTER) - FIGURE - scale.length);
  const markup = element(
    'g',
    { class: hueOf(i) },
    element(
      'text',
      { x: left, y: 20, class: 'name' },
      escaped(heading),
      ...(scale === '' ? [] : [element('tspan', { class: 'quiet plain' }, scale)]),
    ),
    label(brief(curve.last), right, 20, { class: 'now', 'text-anchor': 'end' }),
    ...valueMarks(axis, y, left, right),
    ...stepMarks(steps, x, left, right, bottom),
    ...skipsOf(plot),
    ...curveOf(plot, points),
    ...oddOf(plot, points),
    ...(axis === null ? [label('no finite value', left + 12, (ROOM.top + bottom) / 2, { class: 'quiet' })] : []),
  );
  return { description: descriptionOf(course, name, curve, range), markup, hasOdd: points.some(({ odd }) => odd > 0) };
}

function medianOf(points: readonly Point[]): number {
  const means = points.map(({ sum, count }) => sum / count).sort((a, b) => a - b);
  return means[means.length >> 1];
}

export interface Extremes {
  readonly least: number;
  readonly most: number;
  /** How many values are not finite. */
  readonly odd: number;
}

/** The least and the greatest finite value; null without one. */
export function extremes(points: readonly Point[]): Extremes | null {
  const finite = points.filter(({ count }) => count > 0);
  if (finite.length === 0) return null;
  const least = finite.reduce((a, point) => Math.min(a, point.least), Infinity);
  const most = finite.reduce((a, point) => Math.max(a, point.most), -Infinity);
  return { least, most, odd: points.reduce((sum, { odd }) => sum + odd, 0) };
}

function descriptionOf(course: Course, name: string, curve: Curve, range: Extremes | null): string {
  const run = `${name}, steps ${grouped(course.first)} to ${grouped(course.last)}`;
  if (range === null) return `${run}: no finite value`;
  const last = `${brief(curve.last)} at the end, between ${brief(range.least)} and ${brief(range.most)}`;
  return `${run}: ${last}`;
}

/** Room at the left of a plot, so that no number at a mark is cut. */
function roomFor(axis: Axis | null): number {
  const longest = Math.max(0, ...(axis?.marks ?? []).map(({ text }) => text.length));
  return Math.max(ROOM.left, ROOM.gap + CHARACTER * longest);
}

function valueMarks(axis: Axis | null, y: (value: number) => number, left: number, right: number): string[] {
  return (axis?.marks ?? []).flatMap(({ value, text }) => [
    segment(left, y(value), right, y(value), 'grid'),
    label(text, left - ROOM.gap, y(value) + 4.5, { class: 'quiet', 'text-anchor': 'end' }),
  ]);
}

function stepMarks(
  { marks }: Axis,
  x: (step: number) => number,
  left: number,
  right: number,
  bottom: number,
): string[] {
  const free = marks.filter(({ value }) => x(value) <= right - UNIT_WIDTH);
  return [
    segment(left, bottom, right, bottom, 'axis'),
    ...marks.map(({ value }) => segment(x(value), bottom, x(value), bottom + 4, 'axis')),
    ...free.map(({ value, text }) => label(text, x(value), bottom + 18, { class: 'quiet', 'text-anchor': 'middle' })),
    label('steps', right, bottom + 18, { class: 'quiet', 'text-anchor': 'end' }),
  ];
}

/** Means as a line, and from the least to the greatest of each stretch a band; broken where nothing is finite. */
function curveOf({ course, x, y }: Plot, points: readonly Point[]): string[] {
  const runs: Point[][] = [[]];
  for (const point of points) {
    if (point.count > 0) runs[runs.length - 1].push(point);
    else runs.push([]);
  }
  const place = (point: Point, value: number): [number, number] => [x(course.stepAt(point.at)), y(value)];
  const mean = ({ sum, count, least, most }: Point) => Math.min(Math.max(sum / count, least), most);
  return runs.flatMap((run) => {
    if (run.length === 0) return [];
    const line = run.map((point) => place(point, mean(point)));
    const upper = run.map((point) => place(point, point.most));
    const lower = run.map((point) => place(point, point.least)).reverse();
    const isBand = run.some(({ least, most }) => least < most);
    const band = isBand ? [element('path', { d: `${pathThrough([...upper, ...lower])}Z`, class: 'band' })] : [];
    const dots =
      run.length > MOST_DOTS ? [] : line.map(([cx, cy]) => element('circle', { cx, cy, r: 2.25, class: 'dot' }));
    return [...band, polyline(line, 'line'), ...dots];
  });
}

/** A triangle on the axis and, unless there are many of them, a hair above it. */
function skipsOf({ course, x, top, bottom }: Plot): string[] {
  const places = course.skips.points.map(({ at }) => x(course.stepAt(at)));
  return places.flatMap((place) => {
    const hair = places.length > MOST_HAIRS ? [] : [segment(place, top, place, bottom, 'skipline')];
    return [...hair, skipSign(place, bottom)];
  });
}

export function skipSign(x: number, y: number): string {
  return element('path', {
    d: `${pathThrough([
      [x - 4, y],
      [x + 4, y],
      [x, y - 7],
    ])}Z`,
    class: 'skip',
  });
}

/** A cross at the upper edge. */
function oddOf({ course, x, top }: Plot, points: readonly Point[]): string[] {
  return points.filter(({ odd }) => odd > 0).map(({ at }) => oddSign(x(course.stepAt(at)), top));
}

export function oddSign(x: number, y: number): string {
  const d = `${pathThrough([
    [x - 3.5, y - 3.5],
    [x + 3.5, y + 3.5],
  ])}${pathThrough([
    [x - 3.5, y + 3.5],
    [x + 3.5, y - 3.5],
  ])}`;
  return element('path', { d, class: 'odd' });
}
