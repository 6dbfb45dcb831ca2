import { Adamax, type GradsAndVars, Variable } from 'adamax';
import { fromBytes, load, save } from 'adamax/checkpoint';
import { expect } from 'chai';

const FILE = 'arguments/stacks.test.';
const wrong: GradsAndVars = [[new Float32Array(2), new Variable(new Float32Array(3))]];
const file = '/nowhere/training.safetensors';

/** Calls that fail deep within the package. */
const CALLS: Record<string, () => unknown> = {
  applyGradients: () => new Adamax().applyGradients(wrong),
  applyGradientsAsync: () => new Adamax().applyGradientsAsync(wrong),
  minimize: () => new Adamax().minimize(() => ({ loss: 1, gradients: [new Float32Array(2)] }), new Float32Array(3)),
  setWeights: () => new Adamax().setWeights([new Float32Array(3)]),
  save: () => save(file, { optimizer: new Adamax() }),
  load: () => load(file, { optimizer: new Adamax() }),
  fromBytes: () => fromBytes(new Uint8Array(3), { optimizer: new Adamax() }),
};

describe('the stack of an error', () => {
  // That of Node.js: mocha sets another.
  const { stackTraceLimit } = Error;
  beforeEach(() => {
    Error.stackTraceLimit = 10;
  });
  afterEach(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  for (const [name, call] of Object.entries(CALLS)) {
    it(`leads to the line that called ${name}`, async () => {
      let error: unknown;
      try {
        await call();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).to.be.an.instanceOf(Error).with.property('code');
      expect((error as Error).stack).to.include(FILE);
      expect(Error.stackTraceLimit).to.equal(10);
    });
  }

  it('is as short as a program wants it, where that wants none', () => {
    Error.stackTraceLimit = 0;
    expect(CALLS.applyGradients).to.throw(RangeError).with.property('stack').that.does.not.include('\n');
  });
});
