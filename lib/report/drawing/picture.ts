/** A whole run as one SVG, and its panels one by one for a page. */
import type { Course } from '../course.js';
import { element, escaped, label, shortened } from './markup.js';
import { grouped } from './numbers.js';
import { drawPanel, oddSign, skipSign } from './panel.js';
import { STYLE } from './style.js';

const WIDTH = 480;
const PANEL = 172;
const HEAD = 70;
const FOOT = 34;
/** Characters of a title that fit in a line. */
const LONGEST = 46;

/** On a page a panel is as wide as a telephone. */
const OWN = { width: 400, height: 200 };

/** Names of the curves, those of every record first. */
export function keysOf(course: Course): string[] {
  const known = ['loss', 'learningRate', 'gradientNorm'].filter((key) => course.curves.has(key));
  return [...known, ...[...course.curves.keys()].filter((key) => !known.includes(key))];
}

/** What a run is, in a line. */
export function summaryOf({ first, last, skipped }: Course): string {
  if (Number.isNaN(first)) return 'no step so far';
  const steps = `step${last === 1 ? '' : 's'}`;
  return [`${grouped(last)} ${steps}`, ...(skipped > 0 ? [`${grouped(skipped)} skipped`] : [])].join(', ');
}

/** The picture as a file of its own. */
export function drawPicture(course: Course, title: string): string {
  const summary = summaryOf(course);
  const panels = keysOf(course).map((key, i) => drawPanel(course, key, i, WIDTH, PANEL));
  const signs = legend(
    course,
    panels.some(({ hasOdd }) => hasOdd),
  );
  const height = HEAD + PANEL * panels.length + (signs.length > 0 ? FOOT : 14);
  const description = [summary, ...panels.map((panel) => panel.description)].join('. ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"` +
      ' role="img" aria-labelledby="title description">',
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}.</desc>`,
    `<style>${STYLE}</style>`,
    element('rect', { width: WIDTH, height, rx: 8, class: 'page' }),
    label(shortened(title, LONGEST), 16, 34, { class: 'title' }),
    label(summary, 16, 55, { class: 'quiet' }),
    ...panels.map(({ markup }, i) => element('g', { transform: `translate(0 ${HEAD + PANEL * i})` }, markup)),
    ...(signs.length > 0 ? [element('g', { transform: `translate(16 ${height - 13})` }, ...signs)] : []),
    '</svg>',
    '',
  ].join('\n');
}

/** Each panel as a picture in a page that has the style sheet. */
export function drawPanels(course: Course): string[] {
  const { width, height } = OWN;
  return keysOf(course).map((key, i) => {
    const { description, markup } = drawPanel(course, key, i, width, height);
    const attributes = { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-labelledby': `panel${i}` };
    return element('svg', attributes, element('title', { id: `panel${i}` }, escaped(description)), markup);
  });
}

/** What the signs of a run mean, in a picture of their own; empty where there are none. */
export function drawLegend(course: Course): string {
  const hasOdd = [...course.curves.values()].some((curve) => curve.points.some(({ odd }) => odd > 0));
  const signs = legend(course, hasOdd);
  if (signs.length === 0) return '';
  return element(
    'svg',
    { viewBox: '0 0 300 24', class: 'legend', 'aria-hidden': 'true' },
    element('g', { transform: 'translate(4 17)' }, ...signs),
  );
}

function legend({ skipped }: Course, hasOdd: boolean): string[] {
  const skips = skipped > 0 ? [skipSign(4, 0), label('skipped step', 14, 0, { class: 'quiet' })] : [];
  const x = skips.length > 0 ? 124 : 4;
  return [...skips, ...(hasOdd ? [oddSign(x, -4), label('NaN or infinite', x + 10, 0, { class: 'quiet' })] : [])];
}
