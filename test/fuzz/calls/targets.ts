/** What calls list as variables: mostly variables of the world, sometimes other views of them, rarely what is none. */
import { Variable } from 'adamax';
import { piece, samePlace, viewAgain } from '../memory.js';
import type { Target, VariableModel } from '../model/variable.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';

export function targetOf(draw: Draw, variable: VariableModel): Target {
  const { id, memory, bareAt } = variable;
  const isArray = variable.real === null || (bareAt !== null && !memory.block.gone && samePlace(bareAt, memory));
  if (variable.real !== null && !(isArray && draw.chance(0.5))) {
    return { text: id, real: variable.real, variable, fault: null };
  }
  const again = !memory.block.gone && draw.chance(0.3);
  const real = again ? viewAgain(memory).real : memory.real;
  return { text: again ? `another view of ${id}` : id, real, variable, fault: null };
}

const NO_VARIABLES: readonly (readonly [text: string, value: unknown])[] = [
  ['null', null],
  ['a number', 1],
  ['a Float64Array', new Float64Array(2)],
  ['an object', {}],
  ['undefined', undefined],
  ['an int64 Variable', new Variable(new BigInt64Array(1))],
];

function badTarget(world: World, draw: Draw): Target {
  const bad = { variable: null };
  if (draw.chance(0.3)) {
    const { real } = world.floatsApart(draw, 3, 'resizable');
    return { text: 'an array on a resizable buffer', real, ...bad, fault: 'ERR_ADAMAX_RESIZABLE' };
  }
  const [text, real] = draw.pick(NO_VARIABLES);
  return { text, real, ...bad, fault: 'ERR_ADAMAX_ARG_TYPE' };
}

/** One of the variables, refused with the given probability. */
export function drawTarget(world: World, draw: Draw, badness: number): Target {
  if (draw.chance(badness)) return badTarget(world, draw);
  if (draw.chance(0.02)) {
    // A part of a variable, as a bare array: another variable on its memory.
    const { memory } = draw.pick(world.variables);
    if (!memory.block.gone && memory.length > 1 && world.variables.length < 14) {
      const part = piece(Float32Array, memory.block, memory.begin + 4, memory.length - 1);
      return targetOf(draw, world.bareAt(part));
    }
  }
  return targetOf(draw, draw.pick(world.variables));
}

/** Variables of the world, each at most once but for a chance. */
export function drawTargets(world: World, draw: Draw, badness: number): Target[] {
  const count = 1 + draw.below(Math.min(4, world.variables.length));
  const targets = draw
    .shuffled(world.variables)
    .slice(0, count)
    .map((variable) => targetOf(draw, variable));
  const flown = world.underWay.flatMap(({ variables }) => variables);
  if (flown.length > 0 && draw.chance(0.4)) return [targetOf(draw, draw.pick(flown))];
  if (draw.chance(0.03)) targets.push(targetOf(draw, draw.pick(world.variables)));
  if (draw.chance(badness)) targets[draw.below(targets.length)] = drawTarget(world, draw, 0.7);
  return targets;
}
