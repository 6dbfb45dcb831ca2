import { grouped } from '../../shared/cli/format.js';
import { element, FADED, INK, label, picture, RULE, segment } from '../../shared/svg/markup.js';
import { textWidth } from '../../shared/svg/text-width.js';
import type { Guess } from '../train.js';

const WIDTH = 960;
const PLOT = { left: 72, right: 700, top: 112, bottom: 740 };
const RIGHT = '#1b6a8f';
const WRONG = '#b5482a';
const NAMED = 12;
const LINE = 17;

/**
 * Draws each passage where it is from, and where the model takes it to be from: on the diagonal where that is right.
 */
export function guessesPicture(guesses: readonly Guess[], titles: readonly string[], note: string): string {
  const at = (chapter: number): number => (chapter + 0.5) / titles.length;
  const x = (chapter: number): number => PLOT.left + (PLOT.right - PLOT.left) * at(chapter);
  const y = (chapter: number): number => PLOT.bottom - (PLOT.bottom - PLOT.top) * at(chapter);
  const right = guesses.filter(({ chapter, guess }) => chapter === guess);
  const share = `${((100 * right.length) / guesses.length).toFixed(1)} %`;
  const ticks = titles.map((_, chapter) => chapter).filter((chapter) => chapter === 0 || chapter % 20 === 19);
  return picture(WIDTH, PLOT.bottom + 76, 'Passages of Moby Dick', STYLE, [
    label('From which chapter is it? Passages of Moby Dick that were kept from training', 32, 46, { class: 'title' }),
    label(`${share} of ${grouped(guesses.length)} told right · ${note}`, 32, 70, { class: 'note' }),
    ...ticks.flatMap((chapter) => [
      segment(PLOT.left, y(chapter), PLOT.right, y(chapter), 'grid'),
      segment(x(chapter), PLOT.top, x(chapter), PLOT.bottom, 'grid'),
      label(`${chapter + 1}`, PLOT.left - 10, y(chapter) + 4.5, { class: 'tick', 'text-anchor': 'end' }),
      label(`${chapter + 1}`, x(chapter), PLOT.bottom + 22, { class: 'tick', 'text-anchor': 'middle' }),
    ]),
    label('chapter it is from', (PLOT.left + PLOT.right) / 2, PLOT.bottom + 50, {
      class: 'axis',
      'text-anchor': 'middle',
    }),
    label('chapter it is taken for', PLOT.left, PLOT.top - 14, { class: 'axis' }),
    ...guesses.map(({ chapter, guess, confidence }) => {
      const kind = chapter === guess ? 'right' : 'wrong';
      return element('circle', { cx: x(chapter), cy: y(guess), r: 1.5 + 3 * confidence, class: kind });
    }),
    ...bestKnown(right, titles, y),
  ]);
}

const STYLE = [
  `.tick{font-size:13px;fill:${FADED}}`,
  `.axis{font-size:13px;fill:${INK}}`,
  `.grid{stroke:${RULE}}`,
  `.right{fill:${RIGHT};fill-opacity:.75}`,
  `.wrong{fill:${WRONG};fill-opacity:.28}`,
  `.name{font-size:13px;fill:${RIGHT}}`,
  `.pointer{stroke:${RIGHT};stroke-opacity:.35}`,
].join('');

/** The titles of those chapters of which the most is told right, beside the plot at their height, pushed apart. */
function bestKnown(right: readonly Guess[], titles: readonly string[], y: (chapter: number) => number): string[] {
  const counts = new Map<number, number>();
  for (const { chapter } of right) counts.set(chapter, (counts.get(chapter) ?? 0) + 1);
  const best = [...counts].sort(([a, m], [b, n]) => n - m || a - b).slice(0, NAMED);
  const names = best.map(([chapter]) => ({ chapter, y: y(chapter) })).sort((a, b) => a.y - b.y);
  for (let i = 1; i < names.length; i++) names[i].y = Math.max(names[i].y, names[i - 1].y + LINE);
  const excess = names.length === 0 ? 0 : names[names.length - 1].y - PLOT.bottom;
  for (let i = names.length - 1, most = PLOT.bottom; excess > 0 && i >= 0; i--, most -= LINE) {
    names[i].y = Math.min(names[i].y, most);
  }
  return names.flatMap((name) => [
    segment(PLOT.right + 4, y(name.chapter), PLOT.right + 18, name.y, 'pointer'),
    label(nameOf(name.chapter, titles), PLOT.right + 24, name.y + 4.5, { class: 'name' }),
  ]);
}

/** The number and the title of a chapter, cut where there is no more room for it. */
function nameOf(chapter: number, titles: readonly string[]): string {
  const words = `${chapter + 1} ${titles[chapter]}`.split(' ');
  const room = WIDTH - PLOT.right - 40;
  let name = words[0];
  for (const word of words.slice(1)) {
    if (textWidth(`${name} ${word} …`, 13) > room) return `${name} …`;
    name += ` ${word}`;
  }
  return name;
}
