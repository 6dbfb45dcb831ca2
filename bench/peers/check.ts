/** A rival that takes another step is not timed: three of its steps are compared with the equations in float64. */
import { BETA1, BETA2, EPSILON } from '../problem.js';
import { generator } from '../random.js';
import type { Check } from './protocol.js';

const LEARNING_RATE = 0.01;
/** PyTorch and optax have ε inside of the maximum: for gradients of 0.1 that is 1e-8 of a parameter. */
const TOLERANCE = 1e-6;
const STEPS = 3;

/** @param rows - whether the gradients are slices of a table */
export function checkOf(rows: boolean): Check {
  const random = generator(3);
  const shapes = rows ? [[10, 4]] : [[37], [5, 3]];
  const indices = rows ? [Int32Array.of(7, 2, 9), Int32Array.of(2, 0, 7), Int32Array.of(3, 7, 2)] : undefined;
  const sizes = shapes.map((shape) => shape.reduce((size, length) => size * length));
  const far = (): number => Math.fround((0.1 + random()) * (random() < 0.5 ? -1 : 1));
  const list = (size: number): number[] => Array.from({ length: size }, far);
  const gradients = Array.from({ length: STEPS }, () => (rows ? [list(3 * 4)] : sizes.map(list)));
  const params = sizes.map(list);
  const check = { shapes, learningRate: LEARNING_RATE, params, gradients };
  return indices === undefined ? check : { ...check, rows: 3, indices: indices.map((step) => [...step]) };
}

/** What is wrong with the parameters, or null. */
export function faultOf(check: Check, actual: readonly (readonly number[])[]): string | null {
  const expected = stepped(check);
  for (const [i, params] of expected.entries()) {
    const at = params.findIndex((x, k) => !(Math.abs(x - actual[i]?.[k]) <= TOLERANCE));
    if (at >= 0) return `takes another step: element ${at} of variable ${i} is ${actual[i]?.[at]}, not ${params[at]}`;
  }
  return null;
}

/** Kingma & Ba 2014, section 7. A row that no slice names stays as it is. */
function stepped({ shapes, learningRate, params, gradients, indices }: Check): number[][] {
  return params.map((start, i) => {
    const p = [...start];
    const m = p.map(() => 0);
    const u = p.map(() => 0);
    gradients.forEach((step, t) => {
      const length = indices ? shapes[i][1] : p.length;
      step[i].forEach((g, k) => {
        const at = (indices?.[t][Math.floor(k / length)] ?? 0) * length + (k % length);
        m[at] = BETA1 * m[at] + (1 - BETA1) * g;
        u[at] = Math.max(BETA2 * u[at], Math.abs(g));
        p[at] -= ((learningRate / (1 - BETA1 ** (t + 1))) * m[at]) / (u[at] + EPSILON);
      });
    });
    return p;
  });
}
