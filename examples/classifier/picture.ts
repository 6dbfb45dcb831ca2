import { ticksOver } from '#internals';
import { FADED, label, picture, polyline, RULE, segment } from '../shared/svg/markup.js';

const PLOT = { left: 64, right: 680, top: 90, bottom: 380 };

/** Draws the held-out accuracy after each epoch. */
export function accuracyPicture(accuracies: readonly number[], note: string): string {
  const percents = accuracies.map((accuracy) => accuracy * 100);
  const { values, decimals } = ticksOver(Math.min(...percents), Math.max(...percents), 5);
  const [low, high] = [values[0], values[values.length - 1]];
  const x = (epoch: number): number => PLOT.left + ((PLOT.right - PLOT.left) * epoch) / percents.length;
  const y = (percent: number): number => PLOT.bottom - ((PLOT.bottom - PLOT.top) * (percent - low)) / (high - low);
  const epochs = ticksOver(0, percents.length, 10);
  return picture(720, 440, 'Handwritten digits told right', STYLE, [
    label('Handwritten digits told right, of those kept from training', 32, 42, { class: 'title' }),
    label(note, 32, 66, { class: 'note' }),
    ...values.flatMap((value) => [
      segment(PLOT.left, y(value), PLOT.right, y(value), 'grid'),
      label(`${value.toFixed(decimals)} %`, PLOT.left - 8, y(value) + 4, { class: 'tick', 'text-anchor': 'end' }),
    ]),
    ...epochs.values
      .filter((value) => value <= percents.length && Number.isInteger(value))
      .map((value) => label(`${value}`, x(value), PLOT.bottom + 20, { class: 'tick', 'text-anchor': 'middle' })),
    label('epochs', (PLOT.left + PLOT.right) / 2, PLOT.bottom + 42, { class: 'tick', 'text-anchor': 'middle' }),
    polyline(
      percents.map((percent, i) => [x(i + 1), y(percent)]),
      'curve',
    ),
  ]);
}

const STYLE =
  `.tick{font-size:13px;fill:${FADED}}.grid{stroke:${RULE}}` +
  '.curve{fill:none;stroke:#b5482a;stroke-width:2;stroke-linejoin:round}';
