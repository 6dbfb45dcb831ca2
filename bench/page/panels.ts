/**
 * Line charts that are as wide as a phone: panels below each other, each with names at the ends of its lines. On a page
 * that is wider they grow, and their text with them.
 */
import { apart, drawLine, pixel, type Scale, STYLE, scale, text } from '../chart.js';
import { formatCount } from '../format.js';

export interface PanelLine {
  readonly name: string;
  /** Classes of the style sheet. */
  readonly color: string;
  readonly points: readonly (readonly [elements: number, value: number])[];
}

export interface Panel {
  readonly title: string;
  readonly lines: readonly PanelLine[];
}

const WIDTH = 360;
const SHOWN_WIDTH = 540;
const TOP = 46;
const PLOT = { left: 50, right: 226, top: 34, height: 220 };
const PANEL_HEIGHT = 306;
const LABEL_HEIGHT = 15;
/** Pixels that a number below the axis takes. */
const NUMBER_WIDTH = 34;

export interface Axis {
  /** What the vertical axis has, as the begin of a sentence. */
  readonly name: string;
  /** A value that is drawn as a heavier line. */
  readonly mark?: number;
}

export function drawPanels(title: string, axis: Axis, panels: readonly Panel[]): string {
  const values = panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([, value]) => value)));
  const height = TOP + panels.length * PANEL_HEIGHT;
  const size = `viewBox="0 0 ${WIDTH} ${height}" width="${SHOWN_WIDTH}" height="${(height * SHOWN_WIDTH) / WIDTH}"`;
  const parts = [
    `<rect class="page" width="${WIDTH}" height="${height}" rx="6"/>`,
    text(12, 22, title, 'heading'),
    text(12, 40, `${axis.name}: lower is better. Axes are logarithmic.`, 'quiet'),
    ...panels.map((panel, i) => {
      return `<g transform="translate(0 ${TOP + i * PANEL_HEIGHT})">\n${drawPanel(panel, axis, values)}\n</g>`;
    }),
  ];
  const style = `${STYLE}\n  .heading { font-size: 14px; font-weight: 600 } .sub { font-weight: 600 }`;
  const open = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>`;
  return `${open}\n<title>${title}</title>\n<style>${style}\n</style>\n${parts.join('\n')}\n</svg>\n`;
}

/** All panels have the range of all values, so that they can be compared. */
function drawPanel({ title, lines }: Panel, { mark }: Axis, values: readonly number[]): string {
  const sizes = [...new Set(lines.flatMap(({ points }) => points.map(([size]) => size)))].sort((a, b) => a - b);
  const x = scale(sizes, PLOT.left, PLOT.right, 1);
  const y = scale(values, PLOT.top + PLOT.height, PLOT.top, 1.25);
  return [
    text(12, 20, title, 'sub'),
    ...horizontals(y, mark),
    ...verticals(sizes, x),
    ...lines.map((line) => drawLine(line, x, y, 2.5)),
    ...labels(lines, y),
  ].join('\n');
}

/** A line at each power of ten, and at twice and five times that where there are few of them. */
function horizontals(y: Scale, mark: number | undefined): string[] {
  const few = y.high / y.low < 1000;
  const parts: string[] = [];
  for (let power = Math.floor(Math.log10(y.low)); 10 ** power <= y.high; power++) {
    for (const factor of few ? [1, 2, 5] : [1]) {
      const value = Number((factor * 10 ** power).toPrecision(1));
      if (value < y.low || value > y.high) continue;
      const at = pixel(y.at(value));
      const style = value === mark ? 'axis' : factor === 1 ? 'grid' : 'minor';
      parts.push(`<path class="${style}" d="M${PLOT.left} ${at}H${PLOT.right}"/>`);
      parts.push(text(PLOT.left - 6, Number(at) + 4, value.toLocaleString('en'), 'quiet', 'end'));
    }
  }
  return parts;
}

/** Every length has a line, and those a number that have room for one. */
function verticals(sizes: readonly number[], x: Scale): string[] {
  const bottom = PLOT.top + PLOT.height;
  const parts = [`<path class="axis" d="M${PLOT.left} ${bottom}H${PLOT.right}"/>`];
  const last = x.at(sizes[sizes.length - 1]);
  let taken = -Infinity;
  for (const size of sizes) {
    const at = x.at(size);
    parts.push(`<path class="grid" d="M${pixel(at)} ${PLOT.top}V${bottom}"/>`);
    const hasRoom = at - taken >= NUMBER_WIDTH && (at === last || last - at >= NUMBER_WIDTH);
    if (!hasRoom) continue;
    taken = at;
    parts.push(text(at, bottom + 17, formatCount(size), 'quiet', 'middle'));
  }
  parts.push(text((PLOT.left + PLOT.right) / 2, bottom + 36, 'elements of the variable', 'quiet', 'middle'));
  return parts;
}

/** Names at the ends of the lines. */
function labels(lines: readonly PanelLine[], y: Scale): string[] {
  const ends = lines.map((line) => ({ ...line, end: y.at(line.points[line.points.length - 1][1]) }));
  ends.sort((a, b) => a.end - b.end);
  const places = apart(
    ends.map(({ end }) => end),
    LABEL_HEIGHT,
  );
  return ends.map(({ name, color, end }, i) => {
    const lead = `M${PLOT.right + 4} ${pixel(end)}L${PLOT.right + 11} ${pixel(places[i])}h3`;
    return `<path class="lead ${color}" d="${lead}"/>${text(PLOT.right + 17, places[i] + 4, name, '')}`;
  });
}
