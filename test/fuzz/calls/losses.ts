/** Losses that bring their gradients: `minimize` and its kin. */
import type { Call, CallKind } from '../call.js';
import { demand, Faults } from '../faults.js';
import { modelStep, type PairModel } from '../model/step.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';
import { drawPairs, textOf } from './pairs.js';

type Method = 'minimize' | 'minimizeAsync' | 'getGradients' | 'getUpdates';

/** Gradients in one of the forms in which a loss may bring them. */
function broughtBy(draw: Draw, pairs: readonly PairModel[], isAsync: boolean): unknown {
  const list = pairs.map(({ gradient }) => gradient.real);
  const targets = pairs.map(({ target }) => target);
  const isDistinct = new Set(targets.map(({ variable }) => variable)).size === targets.length;
  const form = draw.below(isAsync ? 4 : 3);
  if (form === 1 && isDistinct) return new Map(pairs.map(({ target, gradient }) => [target.real, gradient.real]));
  if (form === 2) return () => list;
  return form === 3 ? Promise.resolve(list) : list;
}

function lossCall(method: Method, world: World, draw: Draw): Call | null {
  const optimizer = draw.pick(world.optimizers);
  const pairs = drawPairs(world, draw, optimizer);
  const targets = pairs.map(({ target }) => target);
  // What is nothing may stand for a list here, and a loss is evaluated before a list without an end.
  if (targets.some(({ fault, variable }) => fault !== null || variable?.memory.block.gone)) return null;
  if (method === 'minimizeAsync' && optimizer.busy) return null;
  const step = modelStep(optimizer, pairs, world.underWay);
  // While a large one is waited for, other steps that are under way may be done.
  if (method === 'minimizeAsync' && world.leaves(step) && world.underWay.length > 0) return null;
  const value = draw.chance(0.2) ? undefined : draw.normal();
  const brought = broughtBy(draw, pairs, method === 'minimizeAsync');
  const loss = () => ({ ...(value !== undefined && { loss: value }), gradients: brought });
  const list: unknown = draw.chance(0.3) ? () => [targets.map(({ real }) => real)] : targets.map(({ real }) => real);
  const text = `${optimizer.id}.${method}(${textOf(pairs)})`;
  const act = () => optimizer.real[method](loss as never, list as never);
  const missing = pairs.some(({ target, gradient }) => {
    return gradient.kind === 'none' && (method === 'getGradients' || target.variable?.trainable === true);
  });
  if (method === 'getGradients') {
    const faults = new Faults().add(missing ? 'ERR_ADAMAX_NO_GRADIENTS' : null);
    return {
      text,
      faults,
      act,
      apply(result) {
        optimizer.lastLoss = value;
        const gradients = result as unknown[];
        const fits =
          gradients.length === pairs.length && pairs.every(({ gradient }, i) => Object.is(gradients[i], gradient.real));
        demand(fits, () => 'other gradients than those of the loss');
      },
    };
  }
  world.habits.set(optimizer, pairs);
  if (method === 'getUpdates' && missing) step.faults.add('ERR_ADAMAX_NO_GRADIENTS');
  return {
    text,
    faults: step.faults,
    act,
    step,
    apply(result) {
      const wanted = step.finish();
      optimizer.lastLoss = value;
      const count = method === 'getUpdates' ? (result as [number])[0] : result;
      demand(count === wanted, () => `count: have ${count}, want ${wanted}`);
    },
  };
}

const kind = (name: Method, weight: number): CallKind => ({
  name,
  weight,
  make: (world, draw) => lossCall(name, world, draw),
});

export const losses: readonly CallKind[] = [
  kind('minimize', 8),
  kind('minimizeAsync', 3),
  kind('getGradients', 2),
  kind('getUpdates', 3),
];
