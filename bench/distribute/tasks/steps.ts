/** Steps of one variable, each with gradients of all replicas, beside what takes a part of that. */
import { isMainThread } from 'node:worker_threads';
import type { Collective } from '#internals';
import { hasTraffic, moveDense } from '../../traffic.js';
import { byAllreduce, loadAllreduce } from '../allreduce.js';
import { type Contestant, raceTogether } from './lockstep.js';
import { STEPS, type StepsTask, type Timings } from './task.js';
import { gradientOf, StrategyOn, sumFirst, trainingOf } from './trainings.js';

/** Elements of a bucket: 2 MiB. */
const BUCKET = 2 ** 19;

export function steps(collective: Collective, { elements, pace, only }: StepsTask): Promise<Timings> {
  const gradient = gradientOf(elements, collective.rank);
  const wanted = (name: string) => only === undefined || only.includes(name);
  const makers = { ...ours(collective, gradient), ...(isMainThread ? byMpi(collective, gradient) : traffic(gradient)) };
  const contestants = Object.entries(makers)
    .filter(([name]) => wanted(name))
    .map(([name, make]): Contestant => ({ name, isAlone: name === STEPS.alone, run: make() }));
  return raceTogether(collective, contestants, pace);
}

type Makers = Readonly<Record<string, () => () => unknown>>;

function ours(collective: Collective, gradient: Float32Array): Makers {
  const plain = () => trainingOf(null, gradient).step;
  const replicated = () => trainingOf(new StrategyOn(collective), gradient);
  return {
    [STEPS.alone]: plain,
    [STEPS.plain]: plain,
    [STEPS.ours]: () => replicated().step,
    [STEPS.whole]: () => {
      const training = replicated();
      sumFirst(training, collective, gradient, BUCKET);
      return training.step;
    },
    [STEPS.sharded]: () => trainingOf(new StrategyOn(collective, true), gradient).step,
    [STEPS.async]: () => replicated().stepLater,
  };
}

function byMpi(collective: Collective, gradient: Float32Array): Makers {
  const allreduce = loadAllreduce();
  const buckets = byAllreduce(collective, allreduce, BUCKET);
  const replicated = () => trainingOf(new StrategyOn(buckets), gradient);
  return {
    [STEPS.mpi]: () => replicated().step,
    [STEPS.mpiWhole]: () => {
      const training = replicated();
      sumFirst(training, buckets, gradient, BUCKET);
      return training.step;
    },
    [STEPS.mpiOnce]: () => {
      const sum = new Float32Array(gradient.length);
      const { step } = trainingOf(null, sum);
      return () => {
        allreduce(gradient, sum, gradient.length);
        step();
      };
    },
  };
}

function traffic(gradient: Float32Array): Makers {
  if (!hasTraffic) return {};
  return {
    [STEPS.traffic]: () => {
      const [param, m, u] = [0.5, 0.1, 1].map((value) => new Float32Array(gradient.length).fill(value));
      return () => moveDense({ param, m, u, grad: gradient });
    },
  };
}
