/** Runs worlds until there have been enough calls, or one of them finds something. The corpus comes first. */
import { availableIsa, type Isa } from 'adamax/kernels';
import { corpus } from './corpus.js';
import { nameOf, type Origin, originOf } from './origin.js';
import { Draw } from './random.js';
import { type Finding, lengthOf, runWorld, type Tally } from './run-world.js';

export interface Exploration {
  readonly seed: number;
  /** Which implementation to keep to; undefined for all, in turns. */
  readonly isa: Isa | undefined;
  /** Whether to go on after `calls` calls made so far. */
  readonly goesOn: (calls: number) => boolean;
  /** Is told of each world before it is run. */
  readonly begin?: (name: string) => void;
}

const allCalls = (origin: Origin) => Array.from({ length: lengthOf(origin) }, (_, number) => number);

/** Runs a world of which only the name is left. */
export function replay(name: string, tally: Tally, log?: (line: string) => void): Promise<Finding | null> {
  const origin = originOf(name);
  if (origin === null) return Promise.resolve(null);
  return runWorld(origin, allCalls(origin), tally, log);
}

export async function explore({ seed, isa, goesOn, begin }: Exploration, tally: Tally): Promise<Finding | null> {
  let calls = 0;
  const counting: Tally = {
    count(...what) {
      calls++;
      tally.count(...what);
    },
  };
  for (const [name] of corpus) {
    begin?.(name);
    const finding = await replay(name, counting);
    if (finding !== null) return finding;
  }
  const draw = new Draw(seed);
  const available = isa === undefined ? availableIsa() : [isa];
  for (let world = 0; goesOn(calls); world++) {
    const worldSeed = draw.word() * 2 ** 20 + draw.below(2 ** 20);
    const origin = { seed: worldSeed, isa: available[world % available.length], isFixed: isa !== undefined };
    begin?.(nameOf(origin));
    const finding = await runWorld(origin, allCalls(origin), counting);
    if (finding !== null) return finding;
  }
  return null;
}
