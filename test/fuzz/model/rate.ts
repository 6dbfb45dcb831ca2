/** Learning rates: hyperparameters, and schedules with their formulas. */
import { schedules } from 'adamax';
import type { Draw } from '../random.js';
import { drawGiven, type Given } from './hyper.js';

/** A learning rate as it is given. */
export interface Rate extends Given {
  /** Where it is a schedule: the rate after so many steps, and what a config has of it. */
  readonly schedule: { at(step: number): number; readonly config: unknown } | null;
}

export class Halving extends schedules.LearningRateSchedule {
  readonly start: number;

  constructor({ start }: { start: number }) {
    super();
    this.start = start;
  }

  call(step: number): number {
    return this.start / 2 ** Math.min(step, 60);
  }

  getConfig() {
    return { start: this.start };
  }
}

export function drawRate(draw: Draw, badness: number): Rate {
  if (draw.chance(0.75)) return { ...drawGiven(draw, 'learningRate', badness), schedule: null };
  const [value, at, config] = draw.pick([inverse, piecewise, halving])(draw);
  const text = value.constructor.name;
  const worth = () => Number.NaN;
  return { text, value, fault: null, worth, later: null, variable: null, schedule: { at, config } };
}

type Drawn = [schedules.LearningRateSchedule, (step: number) => number, unknown];

function inverse(draw: Draw): Drawn {
  const [rate, steps, decay, staircase] = [
    draw.pick([0.1, 1]),
    draw.pick([1, 3, 10]),
    draw.pick([0.5, 2]),
    draw.chance(0.5),
  ];
  const value = new schedules.InverseTimeDecay({
    initialLearningRate: rate,
    decaySteps: steps,
    decayRate: decay,
    staircase,
  });
  const at = (step: number) => rate / (1 + decay * (staircase ? Math.floor(step / steps) : step / steps));
  const config = { initial_learning_rate: rate, decay_steps: steps, decay_rate: decay, staircase, name: null };
  return [value, at, { class_name: 'InverseTimeDecay', config }];
}

function piecewise(draw: Draw): Drawn {
  const [boundaries, values] = [
    [draw.below(3), 3 + draw.below(5)],
    [0.5, 0.1, 0.01],
  ];
  const value = new schedules.PiecewiseConstantDecay({ boundaries, values });
  const at = (step: number) => (step <= boundaries[0] ? 0.5 : step <= boundaries[1] ? 0.1 : 0.01);
  return [value, at, { class_name: 'PiecewiseConstantDecay', config: { boundaries, values, name: null } }];
}

function halving(draw: Draw): Drawn {
  const start = draw.pick([0.25, 1]);
  const at = (step: number) => start / 2 ** Math.min(step, 60);
  return [new Halving({ start }), at, { class_name: 'Halving', config: { start } }];
}
