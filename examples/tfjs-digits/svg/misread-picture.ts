import { grouped } from '../../shared/cli/format.js';
import { type Digits, PIXELS, SIDE } from '../../shared/digits/mnist.js';
import { element, FADED, INK, label, picture, RULE } from '../../shared/svg/markup.js';
import type { Reading } from '../reading.js';

const COLUMNS = 12;
const ROWS = 5;
const MARGIN = 36;
const HEADER = 104;
const TILE = { width: 92, height: 124, side: 76 };
const WRONG = '#b5482a';

/** Draws the misread digits, those first of which the network was the surest. */
export function misreadPicture(readings: readonly Reading[], { images }: Digits, note: string): string {
  const misread = readings.filter((reading) => reading.label !== reading.guess);
  misread.sort((a, b) => b.confidence - a.confidence || a.index - b.index);
  const shown = misread.slice(0, COLUMNS * ROWS);
  const rows = Math.max(1, Math.ceil(shown.length / COLUMNS));
  const width = 2 * MARGIN + COLUMNS * TILE.width - (TILE.width - TILE.side);
  const height = HEADER + rows * TILE.height + MARGIN - 16;
  const among = shown.length < misread.length ? `, the ${shown.length} surest shown` : '';
  const title = misread.length === 0 ? 'No digit was misread' : 'The digits that were misread';
  return picture(width, height, title, STYLE, [
    label(title, MARGIN, 46, { class: 'title' }),
    label(`${misread.length} of ${grouped(readings.length)}${among} · ${note}`, MARGIN, 70, { class: 'note' }),
    ...shown.map((reading, i) => {
      const [x, y] = [MARGIN + (i % COLUMNS) * TILE.width, HEADER + Math.floor(i / COLUMNS) * TILE.height];
      const pixels = images.subarray(reading.index * PIXELS, (reading.index + 1) * PIXELS);
      return element('g', { transform: `translate(${x} ${y})` }, ...tile(reading, pixels), '\n');
    }),
  ]);
}

const STYLE = [
  `.card{fill:#fff;stroke:${RULE}}`,
  `.ink{fill:none;stroke:${INK};stroke-width:1}`,
  `.guess{font:600 17px Georgia,'Times New Roman',serif;fill:${WRONG}}`,
  `.truth{font-size:12px;fill:${FADED}}`,
].join('');

/** A digit, and below it what it was read as and what it is. */
function tile({ label: truth, guess }: Reading, pixels: Uint8Array): string[] {
  const { side } = TILE;
  return [
    element('rect', { class: 'card', width: side, height: side, rx: 8 }),
    element('g', { class: 'ink', transform: `translate(6 6) scale(${(side - 12) / SIDE})` }, ...strokes(pixels)),
    label(`${guess}`, 2, side + 22, { class: 'guess' }),
    label(`is ${truth}`, side - 2, side + 21, { class: 'truth', 'text-anchor': 'end' }),
  ];
}

const SHADES = 4;

/** Pixels of a shade as one path of horizontal strokes, those beside each other as one. */
function strokes(pixels: Uint8Array): string[] {
  return Array.from({ length: SHADES }, (_, i) => {
    const shade = i + 1;
    const isOf = (row: number, column: number): boolean =>
      column < SIDE && Math.round((pixels[row * SIDE + column] / 255) * SHADES) === shade;
    let d = '';
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        if (!isOf(row, column)) continue;
        const begin = column;
        while (isOf(row, column + 1)) column++;
        d += `M${begin} ${row + 0.5}h${column + 1 - begin}`;
      }
    }
    return d === '' ? '' : element('path', { d, 'stroke-opacity': shade / SHADES });
  });
}
