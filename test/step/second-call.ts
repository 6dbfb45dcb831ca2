import { Adamax, type ErrorCode, Variable } from 'adamax';
import { expect } from 'chai';

/** Elements from which on a step leaves the event loop, on a native implementation. */
export const LARGE = 2 ** 19;
export const SMALL = 3;

/** When a second call comes: while the first runs code of the user, applies a constraint, or is off the event loop. */
export const MOMENTS = ['user code', 'constraint', 'off the loop'] as const;
export type Moment = (typeof MOMENTS)[number];

export type Outcome = 'allowed' | ErrorCode;

/** An optimizer that knows two variables, of which its step takes the first. */
export interface Scene {
  readonly optimizer: Adamax;
  readonly p: Variable;
  readonly g: Float32Array;
  readonly spare: Variable;
}

/** Takes one step, of rate 1 and gradient 1, and calls `second` once at a moment of it. Rejects as the step does. */
export async function step(
  moment: Moment,
  second: (scene: Scene) => void,
): Promise<Scene & { readonly count: number }> {
  const size = moment === 'off the loop' ? LARGE : SMALL;
  let calls = -1;
  const callIf = (now: Moment): void => {
    if (moment === now && calls++ === 0) second(scene);
  };
  const learningRate = (): number => {
    callIf('user code');
    return 1;
  };
  const scene: Scene = {
    optimizer: new Adamax({ learningRate }),
    p: new Variable(new Float32Array(size), {
      name: 'p',
      ...(moment === 'constraint' && { constraint: () => callIf('constraint') }),
    }),
    g: new Float32Array(size).fill(1),
    spare: new Variable(Float32Array.of(7), { name: 'spare' }),
  };
  const { optimizer, p, g, spare } = scene;
  optimizer.build([p, spare]);
  calls = 0;
  const away = moment === 'off the loop';
  const count = away ? optimizer.applyGradientsAsync([[g, p]]) : optimizer.applyGradients([[g, p]]);
  callIf('off the loop');
  expect(calls).to.be.greaterThan(0);
  return { ...scene, count: await count };
}

/** What becomes of a call: `allowed`, or the code of its error or of its rejection. */
export async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return 'allowed';
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
}
