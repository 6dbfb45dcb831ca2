/** The settings of an optimizer: options, attributes, and the config they make. */
import type { Optimizer } from 'adamax';
import { Faults } from '../faults.js';
import type { Bounds } from '../oracle/clip.js';
import { round } from '../oracle/round.js';
import type { Draw } from '../random.js';
import { drawGiven, type Given, given, type HyperName } from './hyper.js';
import { drawRate, type Rate } from './rate.js';
import type { RuleModel } from './rules.js';

export const POLICIES = ['propagate', 'throw', 'skip'] as const;
export type NonFinite = (typeof POLICIES)[number];

export class Settings {
  readonly rule: RuleModel;
  readonly slotDtype: 'float32' | 'bfloat16';
  rate: Rate;
  readonly hypers = new Map<HyperName, Given>();
  clipnorm: number | undefined;
  clipvalue: number | undefined;
  nonFinite: NonFinite = 'propagate';
  /** Whether null is given for what is not set. */
  #saysNull = false;
  /** As the optimizer says itself where none was given. */
  name = '';

  constructor(rule: RuleModel, slotDtype: 'float32' | 'bfloat16', rate: Rate) {
    this.rule = rule;
    this.slotDtype = slotDtype;
    this.rate = rate;
  }

  static draw(draw: Draw, rule: RuleModel): Settings {
    const isNarrow = draw.chance(0.3) && rule.fixed.centered !== true;
    const settings = new Settings(rule, isNarrow ? 'bfloat16' : 'float32', drawRate(draw, 0));
    settings.hypers.set('decay', draw.chance(0.2) ? drawGiven(draw, 'decay', 0) : given(0));
    for (const name of Object.keys(rule.hypers) as HyperName[]) settings.hypers.set(name, drawOption(draw, rule, name));
    if (draw.chance(0.3)) settings.clipnorm = draw.pick(CLIPS);
    if (draw.chance(0.25)) settings.clipvalue = draw.pick(CLIPS);
    if (draw.chance(0.4)) settings.nonFinite = draw.pick(POLICIES);
    settings.#saysNull = draw.chance(0.15);
    return settings;
  }

  /** The optimizer that these settings are of. */
  make(name: string | null | undefined): Optimizer {
    const options: Record<string, unknown> = { ...this.rule.fixed, learningRate: this.rate.value };
    if (this.#saysNull) Object.assign(options, { lr: null, clipnorm: null, clipvalue: null, engine: null });
    for (const [hyper, { value }] of this.hypers) {
      options[hyper] = this.#saysNull && value === NULLS[hyper] ? null : value;
    }
    if (this.clipnorm !== undefined) options.clipnorm = this.clipnorm;
    if (this.clipvalue !== undefined) options.clipvalue = this.clipvalue;
    if (this.slotDtype !== 'float32') options.slotDtype = this.slotDtype;
    if (this.nonFinite !== 'propagate') options.nonFinite = this.nonFinite;
    if (name !== undefined) options.name = name;
    const optimizer = new this.rule.make(options as never);
    this.name = optimizer.name;
    return optimizer;
  }

  get bounds(): Bounds {
    return { clipnorm: this.clipnorm, clipvalue: this.clipvalue };
  }

  /** Why a step refuses the hyperparameters, or what their functions return. */
  faultsAt(iterations: number): Faults {
    const faults = new Faults();
    faults.add(this.rate.later);
    for (const [name, { later }] of this.hypers) if (this.#isRead(name)) faults.add(later);
    // Adamax divides the rate by less than 1: what comes of it may be too much for float32.
    const isTooMuch = faults.must.size === 0 && this.scalarsAt(iterations).some((scalar) => !Number.isFinite(scalar));
    return isTooMuch ? faults.add('ERR_ADAMAX_ARG_VALUE') : faults;
  }

  /** The scalars of the step after `iterations` steps, each rounded once. */
  scalarsAt(iterations: number): number[] {
    const worth = (hyper: HyperName) => this.#worth(hyper, iterations);
    return this.rule.scalars(this.rateAt(iterations), iterations + 1, worth).map(round);
  }

  /** The learning rate in force after `iterations` steps, which is not rounded. */
  rateAt(iterations: number): number {
    const { schedule, worth } = this.rate;
    const rate = schedule === null ? worth(iterations) : schedule.at(iterations);
    return rate / (1 + this.#worth('decay', iterations) * iterations);
  }

  /** What `getConfig` returns after `iterations` steps. */
  config(iterations: number): Record<string, unknown> {
    const { rate, clipnorm, clipvalue, slotDtype, nonFinite, name, rule } = this;
    return {
      name,
      ...(clipnorm !== undefined && { clipnorm }),
      ...(clipvalue !== undefined && { clipvalue }),
      ...(slotDtype !== 'float32' && { slot_dtype: slotDtype }),
      ...(nonFinite !== 'propagate' && { non_finite: nonFinite }),
      learning_rate: rate.schedule === null ? rate.worth(iterations) : rate.schedule.config,
      decay: this.#worth('decay', iterations),
      ...Object.fromEntries(
        rule.keys.map(([key, value]) => [
          key,
          typeof value === 'object' ? value.fixed : this.#worth(value, iterations),
        ]),
      ),
    };
  }

  /** What an optimizer that is made of the config goes by: numbers in place of functions and variables. */
  asNumbers(iterations: number): Settings {
    const { rule, slotDtype, rate } = this;
    const copy = new Settings(
      rule,
      slotDtype,
      rate.schedule === null ? { ...given(rate.worth(iterations)), schedule: null } : rate,
    );
    for (const [name, { worth }] of this.hypers) copy.hypers.set(name, given(worth(iterations)));
    copy.clipnorm = this.clipnorm;
    copy.clipvalue = this.clipvalue;
    copy.nonFinite = this.nonFinite;
    copy.name = this.name;
    return copy;
  }

  /** Whether a config names a rule of the same form: momentum of none makes another. */
  survivesConfig(iterations: number): boolean {
    const { momentum } = this.rule;
    return momentum === null || (momentum === 'none') === (this.#worth('momentum', iterations) === 0);
  }

  #worth(name: HyperName, iterations: number): number {
    return (this.hypers.get(name) as Given).worth(iterations);
  }

  /** Plain SGD never asks for its momentum at a step, and a config always does. */
  #isRead(name: HyperName): boolean {
    return !(name === 'momentum' && this.rule.make.name === 'SGD' && this.rule.momentum === 'none');
  }

  /** Why `currentLearningRate` throws. */
  get rateFaults(): Faults {
    return new Faults().add(this.rate.later).add((this.hypers.get('decay') as Given).later);
  }

  /** Why `getConfig` throws. */
  get configFaults(): Faults {
    const faults = new Faults();
    if (this.rate.schedule === null) faults.add(this.rate.later);
    for (const { later } of this.hypers.values()) faults.add(later);
    return faults;
  }
}

/** Numbers that null stands for. */
const NULLS: Readonly<Partial<Record<HyperName, number>>> = { decay: 0, epsilon: 1e-7 };

export const CLIPS: readonly number[] = [1, 0.5, 0.01, 3, 0, 1e-30, 100, 1e39];

function drawOption(draw: Draw, rule: RuleModel, name: HyperName): Given {
  if (name !== 'momentum' || rule.momentum === null) return drawGiven(draw, name, 0);
  if (rule.momentum === 'none') return given(0);
  const drawn = drawGiven(draw, name, 0);
  return drawn.value === 0 ? given(0.9) : drawn;
}
