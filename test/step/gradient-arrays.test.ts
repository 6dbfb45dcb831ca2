import { Adamax, type Gradient, Variable } from 'adamax';
import { adamaxScalars } from 'adamax/kernels';
import { expect } from 'chai';
import { expectSameBits, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach, ResizableArrayBuffer } from '../support/memory.js';
import { type State, stepDense } from '../support/oracle.js';

const LEARNING_RATE = 0.1;
/** Around the size up to which gradients in passing are copied. */
const SIZES = [0, 1, 16, 17, 64, 511, 512, 513, 2000];

/** Ways in which the gradients of a variable come, step by step, into the hands of the optimizer. */
const WAYS: Readonly<Record<string, (size: number) => (values: Float32Array, step: number) => Float32Array>> = {
  'one array, filled anew': (size) => {
    const array = new Float32Array(size);
    return (values) => {
      array.set(values);
      return array;
    };
  },
  'another array each time': () => (values) => values.slice(),
  'two arrays in turn': (size) => {
    const arrays = [new Float32Array(size), new Float32Array(size)];
    return (values, step) => {
      arrays[step % 2].set(values);
      return arrays[step % 2];
    };
  },
  'one array now and then, kept for a while': (size) => {
    let array = new Float32Array(size);
    return (values, step) => {
      if (step % 5 === 0) array = new Float32Array(size);
      array.set(values);
      return array;
    };
  },
};

onEveryImplementation('gradients', (isa) => {
  for (const [way, handOver] of Object.entries(WAYS)) {
    it(`may lie in ${way}`, () => {
      const random = new Random(5);
      const optimizer = new Adamax({ learningRate: LEARNING_RATE });
      const hands = SIZES.map(handOver);
      const variables = SIZES.map((size) => new Variable(random.normals(size)));
      const expected = variables.map(
        ({ data, size }): State => ({
          param: data.slice(),
          m: new Float32Array(size),
          u: new Float32Array(size),
        }),
      );
      for (let step = 1; step <= 23; step++) {
        const values = SIZES.map((size) => random.normals(size));
        optimizer.applyGradients(variables.map((variable, i) => [hands[i](values[i], step), variable]));
        const scalars = adamaxScalars({ learningRate: LEARNING_RATE, step });
        expected.forEach((state, i) => {
          stepDense(state, values[i], scalars);
        });
        variables.forEach((variable, i) => {
          expectSameBits(variable.data, expected[i].param, `${isa}, step ${step}, variable of ${SIZES[i]}`);
        });
      }
    });
  }

  it('are checked at each step where each has another array: gradient length, kind and memory', () => {
    const p = new Variable(new Float32Array(8).fill(1), { name: 'p' });
    const other = new Float32Array(8).fill(2);
    const optimizer = new Adamax();
    const step = (gradient: Gradient) =>
      optimizer.applyGradients([
        [new Float32Array(8).fill(1), other],
        [gradient, p],
      ]);
    const detached = new Float32Array(8);
    detach(detached);
    for (let k = 0; k < 4; k++) {
      step(new Float32Array(8).fill(0.5));
      const before = [p.data.slice(), other.slice()];
      const { iterations } = optimizer;
      const count = iterations.item();
      const bad = [
        [
          new Float32Array(7),
          RangeError,
          'ERR_ADAMAX_LENGTH',
          /^gradient of 'p' at gradsAndVars\[1\]\[0\] must have 8 elements/,
        ],
        [new Float64Array(8), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^gradient of 'p' at gradsAndVars\[1\]\[0\] must be/],
        [
          detached,
          TypeError,
          'ERR_ADAMAX_DETACHED',
          /^gradient of 'p' at gradsAndVars\[1\]\[0\] must be a view on live memory/,
        ],
        [
          p.data.subarray(0),
          RangeError,
          'ERR_ADAMAX_OVERLAP',
          /^gradient of 'p' at gradsAndVars\[1\]\[0\] must not share memory with 'p'/,
        ],
        [
          new Float32Array(new ResizableArrayBuffer(32, { maxByteLength: 64 })),
          TypeError,
          'ERR_ADAMAX_RESIZABLE',
          /^gradient of 'p' at gradsAndVars\[1\]\[0\] must lie on a buffer of fixed length/,
        ],
      ] as const;
      for (const [gradient, type, code, message] of bad) {
        step(new Float32Array(8));
        step(new Float32Array(8));
        const [pBefore, otherBefore] = [p.data.slice(), other.slice()];
        expectError(() => step(gradient as Gradient), type, code, message);
        expectSameBits(p.data, pBefore, 'p');
        expectSameBits(other, otherBefore, 'the other variable');
      }
      expect(iterations.item()).to.equal(count + 2 * bad.length);
      expect(before).to.have.length(2);
    }
  });
});
