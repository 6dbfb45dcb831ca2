import { type Ticks, ticksOver } from '#internals';
import { change } from '../../shared/cli/format.js';
import { element, FADED, INK, label, PAPER, picture, polyline, RULE, segment } from '../../shared/svg/markup.js';
import type { LossPoint } from '../training/curve.js';

const WIDTH = 960;
const HEIGHT = 560;
const PLOT = { left: 64, right: 800, top: 128, bottom: 498 };
const TRAINING = '#1b6a8f';
const HELD_OUT = '#b5482a';
const LINE = 20;

/** Draws the course of a training: its loss, the held-out loss after each epoch, and where both began. */
export function lossPicture(
  training: readonly LossPoint[],
  heldOut: readonly LossPoint[],
  title: string,
  note: string,
): string {
  const untrained = heldOut[0].loss;
  const epochs = heldOut[heldOut.length - 1].epoch;
  const all = [...training, ...heldOut].map(({ loss }) => loss);
  const losses = ticksOver(Math.min(...all), Math.max(...all), 6);
  const low = losses.values[0];
  const high = losses.values[losses.values.length - 1];
  const x = (epoch: number): number => PLOT.left + ((PLOT.right - PLOT.left) * epoch) / epochs;
  const y = (loss: number): number => PLOT.bottom - ((PLOT.bottom - PLOT.top) * (loss - low)) / (high - low);
  const at = ({ epoch, loss }: LossPoint): [number, number] => [x(epoch), y(loss)];
  // Of a long training, beads on a string and not a sausage.
  const r = Math.max(1.5, Math.min(4, 120 / epochs));

  return picture(WIDTH, HEIGHT, title, STYLE, [
    label(title, 32, 46, { class: 'title' }),
    label(note, 32, 70, { class: 'note' }),
    ...lossAxis(losses, y),
    ...epochAxis(epochs, x),
    segment(PLOT.left, y(untrained), PLOT.right, y(untrained), 'untrained'),
    polyline(training.map(at), 'training'),
    polyline(heldOut.map(at), 'heldOut'),
    ...heldOut.slice(1).map((point) => element('circle', { cx: at(point)[0], cy: at(point)[1], r })),
    ...fall(untrained, heldOut[heldOut.length - 1].loss, y),
    ...endLabels(training, heldOut, y),
  ]);
}

const STYLE = [
  `.tick{font-size:13px;fill:${FADED}}`,
  `.axis{font-size:13px;fill:${INK}}`,
  '.end{font-size:14px;font-weight:600}',
  'path{fill:none;stroke-linejoin:round}',
  `.grid{stroke:${RULE}}`,
  `.untrained{stroke:${FADED};stroke-width:1.5;stroke-dasharray:6 5}`,
  `.training{stroke:${TRAINING};stroke-width:1.75}`,
  `.heldOut{stroke:${HELD_OUT};stroke-width:1.25;stroke-opacity:.5}`,
  `.fall{stroke:${HELD_OUT};stroke-width:1.25;stroke-linecap:round}`,
  `circle{fill:${HELD_OUT};stroke:${PAPER};stroke-width:1.5}`,
].join('');

function lossAxis({ values, decimals }: Ticks, y: (loss: number) => number): string[] {
  return [
    ...values.flatMap((value) => [
      segment(PLOT.left, y(value), PLOT.right, y(value), 'grid'),
      label(value.toFixed(decimals), PLOT.left - 10, y(value) + 4.5, { class: 'tick', 'text-anchor': 'end' }),
    ]),
    label('mean loss of a pair', 32, PLOT.top - 18, { class: 'axis' }),
  ];
}

function epochAxis(epochs: number, x: (epoch: number) => number): string[] {
  const { values, decimals } = ticksOver(0, epochs, 15);
  const inside = decimals === 0 ? values.filter((value) => value <= epochs) : [0, 1];
  return [
    ...inside.map((value) => {
      return label(String(value), x(value), PLOT.bottom + 20, { class: 'tick', 'text-anchor': 'middle' });
    }),
    label('epochs', (PLOT.left + PLOT.right) / 2, PLOT.bottom + 44, { class: 'axis', 'text-anchor': 'middle' }),
  ];
}

// How far the held-out loss fell, between the two levels it fell from and to.
function fall(from: number, to: number, y: (loss: number) => number): string[] {
  if (Math.abs(y(to) - y(from)) < 4 * LINE) return [];
  const x = PLOT.right + 40;
  const [top, bottom] = [Math.min(y(from), y(to)) + LINE, Math.max(y(from), y(to)) - LINE];
  const middle = (top + bottom) / 2;
  const tip = to < from ? bottom : top;
  const barb = to < from ? -6 : 6;
  return [
    segment(x, top, x, middle - 16, 'fall'),
    segment(x, middle + 12, x, bottom, 'fall'),
    segment(x - 4, tip + barb, x, tip, 'fall'),
    segment(x + 4, tip + barb, x, tip, 'fall'),
    label(change(from, to), x, middle + 3, { class: 'end', 'text-anchor': 'middle', style: `fill:${HELD_OUT}` }),
  ];
}

// At the ends of the curves, where the eye is anyway, in place of a legend; pushed apart when the curves end close.
function endLabels(
  training: readonly LossPoint[],
  heldOut: readonly LossPoint[],
  y: (loss: number) => number,
): string[] {
  const untrained = heldOut[0].loss;
  const last = heldOut[heldOut.length - 1].loss;
  const labels = [
    { text: `untrained ${untrained.toFixed(2)}`, y: y(untrained), fill: FADED },
    { text: `held-out ${last.toFixed(2)}`, y: y(last), fill: HELD_OUT },
  ];
  const lastTraining = training[training.length - 1]?.loss;
  if (lastTraining !== undefined) {
    labels.push({ text: `training ${lastTraining.toFixed(2)}`, y: y(lastTraining), fill: TRAINING });
  }
  labels.sort((a, b) => a.y - b.y);
  for (let i = 1; i < labels.length; i++) labels[i].y = Math.max(labels[i].y, labels[i - 1].y + LINE);
  const excess = labels[labels.length - 1].y - PLOT.bottom;
  if (excess > 0) for (const each of labels) each.y -= excess;
  return labels.map(({ text, y: height, fill }) => {
    return label(text, PLOT.right + 12, height + 5, { class: 'end', style: `fill:${fill}` });
  });
}
