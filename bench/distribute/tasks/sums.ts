/** Sums of arrays by an engine alone. */
import type { Collective } from '#internals';
import { raceTogether } from './lockstep.js';
import type { SumsTask, Timings } from './task.js';
import { gradientOf } from './trainings.js';

export function sums(collective: Collective, { lengths, pace }: SumsTask): Promise<Timings> {
  const most = Math.max(...lengths);
  const all = gradientOf(most, collective.rank);
  const sum = new Float32Array(most).fill(0);
  const contestants = lengths.map((length) => {
    const [from, to] = [all.subarray(0, length), sum.subarray(0, length)];
    return { name: String(length), run: () => collective.run([{ kind: 'sum', from, to }]) };
  });
  return raceTogether(collective, contestants, pace);
}
