import { Adamax, type Gradient, IndexedSlices, type OptimizerOptions, RMSprop, SGD, Variable } from 'adamax';
import { setThreads, threads } from 'adamax/kernels';
import { expect } from 'chai';
import { stepperOf } from '#internals';
import { expectSameBits, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

/** Around a vector, a stage, an aligned sweep, and a piece. */
const SIZES = [0, 1, 17, 512, 513, 4099, 70000];
const STEPS = 4;

onEveryImplementation('a step out of place', () => {
  const cases: [string, (options: OptimizerOptions) => Adamax | RMSprop | SGD, OptimizerOptions][] = [
    ['of Adamax', (options) => new Adamax(options), {}],
    ['of Adamax with clipping', (options) => new Adamax(options), { clipnorm: 0.5, clipvalue: 0.1 }],
    ['of Adamax with bfloat16 slots', (options) => new Adamax(options), { slotDtype: 'bfloat16' }],
    ['of RMSprop', (options) => new RMSprop({ ...options, momentum: 0.9, centered: true, epsilon: 0.01 }), {}],
    ['of SGD', (options) => new SGD(options), {}],
  ];
  for (const [title, make, options] of cases) {
    for (const count of [1, 2]) {
      it(`${title} on ${count} thread(s) has the bits of a step in place, and leaves what it reads alone`, () => {
        const before = threads();
        setThreads(count);
        try {
          const random = new Random(6);
          const starts = SIZES.map((size) => random.normals(size));
          const [placed, moved] = [starts, starts].map((list) => list.map((data) => new Variable(data.slice())));
          const [a, b] = [make({ learningRate: 0.1, ...options }), make({ learningRate: 0.1, ...options })];
          for (let k = 0; k < STEPS; k++) {
            const gradients = SIZES.map((size) => random.normals(size));
            a.applyGradients(placed.map((variable, i) => [gradients[i], variable]));
            const read = moved.map(({ data }) => data.slice());
            // Every other one in place, as where a library hands out new arrays for some variables only.
            const outs = moved.map(({ size }, i) => (i % 2 === 0 ? new Float32Array(size) : null));
            stepperOf(b).step(
              'step',
              moved.map((variable, i): [Gradient, Variable] => [gradients[i], variable]),
              true,
              outs,
            );
            moved.forEach((variable, i) => {
              const out = outs[i];
              if (out === null) return;
              expectSameBits(variable.data, read[i], `${SIZES[i]}, what was read`);
              variable.rebind(out);
            });
            moved.forEach(({ data }, i) => {
              expectSameBits(data, placed[i].data, `${SIZES[i]}, step ${k}`);
            });
          }
        } finally {
          setThreads(before);
        }
      });
    }
  }

  it('refuses an out that is other memory of the step, and rows; nothing has changed', () => {
    const [p, q] = [new Variable(new Float32Array(4), { name: 'p', shape: [2, 2] }), new Variable(new Float32Array(4))];
    const optimizer = new Adamax();
    const gradient = new Float32Array(4).fill(1);
    const step = (outs: (Float32Array | null)[], g: Gradient = gradient) => {
      return stepperOf(optimizer).step(
        'step',
        [
          [g, p],
          [gradient.slice(), q],
        ] as [Gradient, Variable][],
        true,
        outs,
      );
    };
    step([null, null]);
    const state = [p.data.slice(), q.data.slice(), optimizer.getSlot(p, 'm').data.slice()];
    const out = new Float32Array(6);
    const refused: [() => unknown, RegExp][] = [
      [
        () => step([q.data, null]),
        /^out of 'p' at gradsAndVars\[0\]\[1\] must not share memory with variable at gradsAndVars\[1\]\[1\]/,
      ],
      [
        () => step([optimizer.getSlot(p, 'm').data, null]),
        /^out of 'p' at gradsAndVars\[0\]\[1\] must not share memory with slot/,
      ],
      [
        () => step([out.subarray(0, 4), out.subarray(2, 6)]),
        /^out of variable at gradsAndVars\[1\]\[1\] must not share memory with out of 'p' at gradsAndVars\[0\]\[1\]/,
      ],
      [
        () => step([gradient, null]),
        /^gradient of 'p' at gradsAndVars\[0\]\[0\] must not share memory with out of 'p'/,
      ],
    ];
    for (const [call, message] of refused) expectError(call, RangeError, 'ERR_ADAMAX_OVERLAP', message);
    const rows = () => step([out.subarray(0, 4), null], new IndexedSlices(new Float32Array(2), [1]));
    expectError(
      rows,
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^gradient of 'p' at gradsAndVars\[0\]\[0\] must be dense, out of place: received Ind/,
    );
    expectError(
      () => step([new Float32Array(3), null]),
      RangeError,
      'ERR_ADAMAX_LENGTH',
      /^out of 'p' at gradsAndVars\[0\]\[1\] must have 4/,
    );
    expect(optimizer.iterations.item()).to.equal(1);
    [p.data, q.data, optimizer.getSlot(p, 'm').data].forEach((array, i) => {
      expectSameBits(array, state[i], `array ${i}`);
    });
  });
});
