import { ticksOver } from '#internals';
import { grouped } from '../../shared/cli/format.js';
import { element, FADED, INK, label, PAPER, picture, polyline, RULE, segment } from '../../shared/svg/markup.js';
import type { Look } from '../../shared/tfjs/train.js';
import { accuracyOf, type Reading } from '../reading.js';

const PLOT = { left: 84, right: 700, top: 128, bottom: 440 };
const CURVE = '#1b6a8f';
const END = '#b5482a';
/** Parts of a hundred that are misread: the axis is logarithmic, since each halving is as hard as the one before. */
const LEVELS = [50, 20, 10, 5, 2, 1, 0.5];

/** Draws how fewer and fewer held-out digits are misread. */
export function accuracyPicture(looks: readonly Look[], readings: readonly Reading[], note: string): string {
  const error = Math.max(1 - accuracyOf(readings), 1 / readings.length);
  const total = Math.max(1, ...looks.map(([done]) => done));
  const lowest = LEVELS.find((level) => level <= 100 * Math.min(error, ...looks.map(([, right]) => 1 - right || 1)));
  const levels = LEVELS.slice(0, 1 + LEVELS.indexOf(lowest ?? LEVELS[LEVELS.length - 1]));
  const [high, low] = [Math.log(90), Math.log(levels[levels.length - 1])];
  const x = (done: number): number => PLOT.left + ((PLOT.right - PLOT.left) * done) / total;
  const y = (misread: number): number => {
    const height = (Math.log(Math.max(100 * misread, levels[levels.length - 1])) - low) / (high - low);
    return PLOT.bottom - (PLOT.bottom - PLOT.top) * height;
  };
  return picture(820, 520, 'Handwritten digits that are misread', STYLE, [
    label('Handwritten digits that are misread, of those kept from training', 32, 46, { class: 'title' }),
    label(note, 32, 70, { class: 'note' }),
    ...levels.flatMap((level) => [
      segment(PLOT.left, y(level / 100), PLOT.right, y(level / 100), 'grid'),
      label(`${level} %`, PLOT.left - 10, y(level / 100) + 4.5, { class: 'tick', 'text-anchor': 'end' }),
    ]),
    ...ticksOver(0, total, 6)
      .values.filter((value) => value <= total)
      .map((value) => label(grouped(value), x(value), PLOT.bottom + 22, { class: 'tick', 'text-anchor': 'middle' })),
    label('digits trained on', (PLOT.left + PLOT.right) / 2, PLOT.bottom + 48, {
      class: 'axis',
      'text-anchor': 'middle',
    }),
    polyline(
      looks.map(([done, right]) => [x(done), y(1 - right)]),
      'curve',
    ),
    element('circle', { cx: PLOT.right, cy: y(error), r: 4.5 }),
    label(`${(100 * error).toFixed(2)} %`, PLOT.right + 14, y(error) + 2, { class: 'end' }),
    label('of all', PLOT.right + 14, y(error) + 19, { class: 'tick' }),
  ]);
}

const STYLE = [
  `.tick{font-size:13px;fill:${FADED}}`,
  `.axis{font-size:13px;fill:${INK}}`,
  `.grid{stroke:${RULE}}`,
  `.curve{fill:none;stroke:${CURVE};stroke-width:2;stroke-linejoin:round}`,
  `circle{fill:${END};stroke:${PAPER};stroke-width:1.5}`,
  `.end{font-size:16px;font-weight:600;fill:${END}}`,
].join('');
