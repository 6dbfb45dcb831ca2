import { element, label, picture } from '../../shared/svg/markup.js';
import { textWidth } from '../../shared/svg/text-width.js';
import { type Box, declutter } from '../map/declutter.js';
import type { PlacedWord } from '../map/word-map.js';

const WIDTH = 1400;
const HEIGHT = 1080;
const MARGIN = 36;
const HEADER = 100;
const FOOTER = 64;
const SMALLEST = 12.5;
const LARGEST = 32;

// Eight inks apart in hue and lightness, each dark enough for small type on paper.
const INKS = ['#1b6a8f', '#b5482a', '#2f7a3d', '#7b4fa3', '#9a6b00', '#a8326e', '#4a5a68', '#00776b'];

/** How many groups the map can tell apart by colour. */
export const GROUPS = INKS.length;

/** Draws the words where they have been placed, larger the more frequent they are, in the colour of their group. */
export function mapPicture(words: readonly PlacedWord[], title: string, note: string): string {
  const size = fontSizes(words);
  const boxes = place(words, size);
  const marks = words.map(({ word, group }, i) => {
    const { x, y } = boxes[i];
    return label(word, MARGIN + x, HEADER + y + size[i] * 0.32, { class: `g${group}`, 'font-size': size[i] });
  });
  const style = `.map text{text-anchor:middle}${INKS.map((ink, group) => `.g${group}{fill:${ink}}`).join('')}`;
  return picture(WIDTH, HEIGHT, title, style, [
    label(title, MARGIN, 46, { class: 'title' }),
    label(note, MARGIN, 70, { class: 'note' }),
    element('g', { class: 'map' }, '\n', ...marks.map((mark) => `${mark}\n`)),
    ...legend(words),
  ]);
}

// Area in proportion to the logarithm would hide the whale; to the count, all but the whale. Between: the fourth root.
function fontSizes(words: readonly PlacedWord[]): number[] {
  const weight = words.map(({ count }) => Math.sqrt(Math.sqrt(count)));
  const least = Math.min(...weight);
  const range = Math.max(...weight) - least || 1;
  return weight.map((w) => SMALLEST + ((LARGEST - SMALLEST) * (w - least)) / range);
}

function place(words: readonly PlacedWord[], size: readonly number[]): Box[] {
  const width = WIDTH - 2 * MARGIN;
  const height = HEIGHT - HEADER - FOOTER;
  const x = scale(
    words.map((word) => word.x),
    width,
  );
  const y = scale(
    words.map((word) => word.y),
    height,
  );
  const boxes = words.map(({ word }, i) => ({
    x: x[i],
    y: y[i],
    halfWidth: textWidth(word, size[i]) / 2 + 3,
    halfHeight: size[i] * 0.52 + 1,
  }));
  declutter(boxes, width, height);
  return boxes;
}

function scale(values: readonly number[], length: number): number[] {
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  return values.map((value) => (range > 0 ? ((value - least) / range) * length : length / 2));
}

function legend(words: readonly PlacedWord[]): string[] {
  const y = HEIGHT - 26;
  let x = MARGIN;
  return INKS.flatMap((ink, group) => {
    const members = words.filter((word) => word.group === group).slice(0, 3);
    if (members.length === 0) return [];
    const text = members.map(({ word }) => word).join(', ');
    const marks = [
      element('circle', { cx: x + 5, cy: y - 4.5, r: 5, fill: ink }),
      label(text, x + 16, y, { class: 'note' }),
    ];
    x += 16 + textWidth(text, 13) + 22;
    return marks;
  });
}
