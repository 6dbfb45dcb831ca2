/** Steps: at once, and off the event loop where they are large enough. */
import type { GradsAndVars } from 'adamax';
import type { Call, CallKind } from '../call.js';
import { demand } from '../faults.js';
import type { OptimizerModel } from '../model/optimizer.js';
import { modelStep, type PairModel } from '../model/step.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';
import { drawPairs, textOf } from './pairs.js';
import { probing } from './probes.js';

type Method = 'applyGradients' | 'applyGradientsAsync';

/** Pairs in one of the forms that a list may have. */
function listed(draw: Draw, pairs: readonly PairModel[], optimizer: OptimizerModel, world: World): GradsAndVars {
  const list = pairs.map(({ target, gradient }) => [gradient.real, target.real]) as never as [never, never][];
  if (draw.chance(0.85)) return list;
  if (draw.chance(0.2)) return probing(draw, list, optimizer, world);
  return draw.chance(0.5) ? new Set(list) : list.values();
}

function malformed(draw: Draw, optimizer: OptimizerModel, method: Method): Call {
  const bad = draw.pick([undefined, null, 1, {}, [1], [[null]], [[]], ['ab'], [[new Float32Array(1)]]]);
  const step = modelStep(optimizer, [], []);
  return {
    text: `${optimizer.id}.${method}(${JSON.stringify(bad)})`,
    faults: step.faults.add('ERR_ADAMAX_ARG_TYPE'),
    act: () => optimizer.real[method](bad as never),
    apply: () => {},
  };
}

function drawOptions(draw: Draw): object | null {
  return draw.pick([
    { name: 'step', experimentalAggregateGradients: draw.chance(0.5) },
    { name: null, experimentalAggregateGradients: undefined },
    { Name: 'step' },
    null,
  ]);
}

function stepCall(usual: Method, world: World, draw: Draw): Call {
  const method = world.isLarge && draw.chance(0.5) ? 'applyGradientsAsync' : usual;
  const free = world.optimizers.filter(({ busy }) => !busy);
  // What another optimizer may do while a step is under way is of more interest than what this one may not.
  const optimizer = draw.pick(free.length > 0 && draw.chance(0.7) ? free : world.optimizers);
  if (draw.chance(0.01)) return malformed(draw, optimizer, method);
  const pairs = drawPairs(world, draw, optimizer);
  world.habits.set(optimizer, pairs);
  const step = modelStep(optimizer, pairs, world.underWay);
  const list = listed(draw, pairs, optimizer, world);
  const options = draw.chance(0.04) ? drawOptions(draw) : undefined;
  if (options === null) step.faults.add('ERR_ADAMAX_ARG_TYPE');
  else if (options && 'Name' in options) step.faults.add('ERR_ADAMAX_OPTION');
  return {
    text: `${optimizer.id}.${method}(${textOf(pairs)})`,
    faults: step.faults,
    step,
    mayLeave: method === 'applyGradientsAsync',
    act: () => optimizer.real[method](list, options as object),
    apply(count) {
      const wanted = step.finish();
      demand(count === wanted, () => `count: have ${count}, want ${wanted}`);
    },
  };
}

export const steps: readonly CallKind[] = [
  { name: 'applyGradients', weight: 100, make: (world, draw) => stepCall('applyGradients', world, draw) },
  {
    name: 'applyGradientsAsync',
    weight: 18,
    make: (world, draw) => stepCall('applyGradientsAsync', world, draw),
  },
];
