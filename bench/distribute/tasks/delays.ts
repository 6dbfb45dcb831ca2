/** How late a timer of 1 ms is while large steps are taken off the event loop, one after another. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Collective } from '#internals';
import { now } from '../../measure.js';
import { DELAYS, type Delays, type DelaysTask, type Reports } from './task.js';
import { gradientOf, StrategyOn, trainingOf } from './trainings.js';

/** Milliseconds from one look at the event loop to the next. */
const RESOLUTION = 1;

export async function delays(
  collective: Collective,
  { elements, milliseconds }: DelaysTask,
): Promise<Reports['delays']> {
  const gradient = gradientOf(elements, collective.rank);
  const strategy = new StrategyOn(collective);
  const plain = trainingOf(null, gradient);
  const training = trainingOf(strategy, gradient);
  /** All replicas stop at the same step. */
  const goesOn = async (going: boolean): Promise<boolean> => (await strategy.reduceAsync('sum', going ? 0 : 1)) === 0;
  const report: Record<string, Delays> = {};
  report[DELAYS.nothing] = await watch(milliseconds, () => sleep(20), goesOn);
  report[DELAYS.plain] = await watch(milliseconds, plain.stepLater, goesOn);
  report[DELAYS.steps] = await watch(milliseconds, training.stepLater, goesOn);
  return report;
}

async function watch(
  milliseconds: number,
  step: () => Promise<unknown>,
  goesOn: (going: boolean) => Promise<boolean>,
): Promise<Delays> {
  await step();
  await goesOn(true);
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  histogram.enable();
  const end = now() + milliseconds * 1e6;
  let steps = 0;
  for (; await goesOn(now() < end); steps++) await step();
  histogram.disable();
  const late = (ns: number): number => Math.max(0, ns - RESOLUTION * 1e6);
  return { p50: late(histogram.percentile(50)), p99: late(histogram.percentile(99)), most: late(histogram.max), steps };
}
