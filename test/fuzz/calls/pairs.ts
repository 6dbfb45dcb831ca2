/**
 * The pairs of a step: mostly those of the last one again, since a step that is known goes another way than a new one.
 */
import type { OptimizerModel } from '../model/optimizer.js';
import type { PairModel } from '../model/step.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';
import { drawGradient, refill } from './gradients.js';
import { drawTarget, drawTargets } from './targets.js';

const BADNESS = 0.035;

function pairOf(world: World, draw: Draw, target: PairModel['target'], badness: number): PairModel {
  const { variable } = target;
  const gradient = drawGradient(world, draw, variable ?? draw.pick(world.variables), badness);
  return { target, gradient };
}

/** Other numbers in the arrays of the gradients that came before. */
function refresh(world: World, draw: Draw, pairs: readonly PairModel[]): void {
  for (const { gradient } of pairs) {
    const memory = gradient.kind === 'dense' ? gradient.memory : gradient.kind === 'rows' ? gradient.values : null;
    if (memory === null || memory.block.gone || world.isUsed(memory) || memory.length > 2 ** 16) continue;
    const isSlot = memory.block.bytes === 0;
    if (!isSlot && !world.variables.some((variable) => variable.memory.block === memory.block)) refill(draw, memory);
  }
}

export function drawPairs(world: World, draw: Draw, optimizer: OptimizerModel): readonly PairModel[] {
  const habit = world.habits.get(optimizer);
  if (habit !== undefined && draw.chance(0.6)) {
    if (draw.chance(0.7)) refresh(world, draw, habit);
    if (draw.chance(0.6)) return habit;
    return habit.map((pair) => (draw.chance(0.5) ? pairOf(world, draw, pair.target, BADNESS) : pair));
  }
  if (draw.chance(0.015)) return [];
  const pairs = drawTargets(world, draw, BADNESS).map((target) => pairOf(world, draw, target, BADNESS));
  if (draw.chance(0.01)) pairs.push(pairOf(world, draw, drawTarget(world, draw, 1), 0));
  return pairs;
}

export function textOf(pairs: readonly PairModel[]): string {
  return `[${pairs.map(({ target, gradient }) => `${gradient.text} → ${target.text}`).join('; ')}]`;
}
