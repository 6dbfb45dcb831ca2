import { types } from 'node:util';
import type { ErrorCode } from 'adamax';
import { adamaxScalars, adamaxStep, adamaxStepOut, adamaxStepRows, setIsa, sumSquares } from 'adamax/kernels';
import { lengthOf } from '#internals';
import { expectSameBits } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach, GrowableSharedArrayBuffer, ResizableArrayBuffer } from '../support/memory.js';

const SCALARS = { oneMinusBeta1: 0.1, beta2: 0.999, alpha: 0.01, epsilon: 1e-7 };

type Args = Record<string, unknown>;
type Call = (args: Args) => void;

const fresh = (n = 6) => Float32Array.from({ length: n }, (_, i) => i + 1);

const kernels: Record<string, { call: Call; args: () => Args }> = {
  adamaxStep: {
    call: ({ param, m, u, grad, scalars }) =>
      adamaxStep(param as never, m as never, u as never, grad as never, scalars as never),
    args: () => ({ param: fresh(), m: fresh(), u: fresh(), grad: fresh(), scalars: SCALARS }),
  },
  adamaxStepOut: {
    call: ({ param, m, u, grad, out, scalars }) =>
      adamaxStepOut(param as never, m as never, u as never, grad as never, out as never, scalars as never),
    args: () => ({ param: fresh(), m: fresh(), u: fresh(), grad: fresh(), out: fresh(), scalars: SCALARS }),
  },
  adamaxStepRows: {
    call: ({ param, m, u, rowLength, values, indices, scalars }) =>
      adamaxStepRows(
        param as never,
        m as never,
        u as never,
        rowLength as never,
        values as never,
        indices as never,
        scalars as never,
      ),
    args: () => ({
      param: fresh(),
      m: fresh(),
      u: fresh(),
      rowLength: 2,
      values: fresh(4),
      indices: Int32Array.of(0, 2),
      scalars: SCALARS,
    }),
  },
  sumSquares: { call: ({ x }) => void sumSquares(x as never), args: () => ({ x: fresh() }) },
};

function detachedArray(): Float32Array {
  const array = fresh();
  detach(array);
  return array;
}

function staleWasmView(): Float32Array {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 });
  const view = new Float32Array(memory.buffer, 0, 6);
  memory.grow(1);
  return view;
}

/** What every Float32Array argument of every kernel must refuse. */
const ARRAYS: readonly [string, unknown, typeof TypeError | typeof RangeError, ErrorCode, RegExp][] = [
  ['undefined', undefined, TypeError, 'ERR_ADAMAX_ARG_TYPE', /must be a Float32Array: received undefined$/],
  ['null', null, TypeError, 'ERR_ADAMAX_ARG_TYPE', /received null$/],
  ['a plain array', [1, 2], TypeError, 'ERR_ADAMAX_ARG_TYPE', /received \[ 1, 2 \]$/],
  ['a Float64Array', new Float64Array(6), TypeError, 'ERR_ADAMAX_ARG_TYPE', /received Float64Array\(6\)$/],
  ['an Int32Array', new Int32Array(6), TypeError, 'ERR_ADAMAX_ARG_TYPE', /received Int32Array\(6\)$/],
  ['a Buffer', Buffer.alloc(24), TypeError, 'ERR_ADAMAX_ARG_TYPE', /received Uint8Array\(24\)$/],
  ['a DataView', new DataView(new ArrayBuffer(24)), TypeError, 'ERR_ADAMAX_ARG_TYPE', /received DataView\(24\)$/],
  ['an ArrayBuffer', new ArrayBuffer(24), TypeError, 'ERR_ADAMAX_ARG_TYPE', /received ArrayBuffer/],
  ['an imposter', { __proto__: Float32Array.prototype, length: 6 }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /received /],
  ['a detached array', detachedArray(), TypeError, 'ERR_ADAMAX_DETACHED', /received Float32Array\(0\) on a detached/],
  ['a stale view of WebAssembly memory', staleWasmView(), TypeError, 'ERR_ADAMAX_DETACHED', /detached buffer$/],
  [
    'a view on a resizable buffer',
    new Float32Array(new ResizableArrayBuffer(24, { maxByteLength: 48 })),
    TypeError,
    'ERR_ADAMAX_RESIZABLE',
    /received Float32Array\(6\) on a resizable one$/,
  ],
  [
    'a view on a growable shared buffer',
    new Float32Array(new GrowableSharedArrayBuffer(24, { maxByteLength: 48 })),
    TypeError,
    'ERR_ADAMAX_RESIZABLE',
    /on a resizable one$/,
  ],
];

onEveryImplementation('arguments of the kernels', () => {
  for (const [name, { call, args }] of Object.entries(kernels)) {
    const arrays = Object.keys(args()).filter((key) => args()[key] instanceof Float32Array);

    /** Expects the error, and that no array of the call has changed. */
    function refuses(change: Args, ...error: [typeof TypeError | typeof RangeError, ErrorCode, RegExp]): void {
      const given = { ...args(), ...change };
      const live = arrays.map((key) => given[key]).filter((array): array is Float32Array => isLive(array));
      const before = live.map((array) => array.slice());
      expectError(() => call(given), ...error);
      live.forEach((array, i) => {
        expectSameBits(array, before[i], `array ${i}`);
      });
    }

    for (const key of arrays) {
      for (const [kind, value, type, code, message] of ARRAYS) {
        it(`${name} refuses ${kind} as ${key}`, () => {
          refuses({ [key]: value }, type, code, message);
        });
      }
      if (name !== 'sumSquares') {
        it(`${name} refuses ${key} of another length`, () => {
          const odd = key === 'param' ? 'm' : key; // the others are measured by param
          const message = new RegExp(`^${odd} must have \\d+ elements like .*: received \\d+$`);
          for (const length of [0, 5, 7]) refuses({ [key]: fresh(length) }, RangeError, 'ERR_ADAMAX_LENGTH', message);
        });
      }
    }

    for (const [a, b] of pairs(arrays)) {
      it(`${name} refuses ${b} that shares memory with ${a}`, () => {
        const lengths = [(args()[a] as Float32Array).length, (args()[b] as Float32Array).length];
        const buffer = new ArrayBuffer(4 * (lengths[0] + lengths[1]));
        const change = {
          [a]: new Float32Array(buffer, 0, lengths[0]),
          [b]: new Float32Array(buffer, 4 * (lengths[0] - 1), lengths[1]),
        };
        refuses(
          change,
          RangeError,
          'ERR_ADAMAX_OVERLAP',
          /must not share memory with \w+: received Float32Array\(\d\) at byte/,
        );
      });

      it(`${name} takes ${a} and ${b} side by side in one buffer`, () => {
        const lengths = [(args()[a] as Float32Array).length, (args()[b] as Float32Array).length];
        const buffer = new ArrayBuffer(4 * (lengths[0] + lengths[1]));
        const [first, second] = [
          new Float32Array(buffer, 0, lengths[0]),
          new Float32Array(buffer, 4 * lengths[0], lengths[1]),
        ];
        call({ ...args(), [a]: first, [b]: second });
      });
    }

    if (name !== 'sumSquares') {
      it(`${name} refuses scalars that are not four numbers`, () => {
        for (const [scalars, message] of [
          [undefined, /^scalars must be an object: received undefined$/],
          [{ ...SCALARS, beta2: '0.9' }, /^scalars\.beta2 must be a number: received '0\.9'$/],
          [{ oneMinusBeta1: 0.1, beta2: 0.999, alpha: 0.1 }, /^scalars\.epsilon must be a number: received undefined$/],
        ] as const) {
          refuses({ scalars }, TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
        }
      });

      it(`${name} runs getters of scalars before it checks the arrays`, () => {
        const given = args();
        const param = given.param as Float32Array;
        const scalars = {
          ...SCALARS,
          get epsilon() {
            detach(param);
            return 1e-7;
          },
        };
        expectError(
          () => call({ ...given, scalars }),
          TypeError,
          'ERR_ADAMAX_DETACHED',
          /^param must be a view on live memory/,
        );
      });
    }
  }

  it('adamaxStepRows refuses row lengths and indices that do not fit', () => {
    const { call, args } = kernels.adamaxStepRows;
    for (const rowLength of [0, -2, 1.5, NaN, 4, 7, Infinity]) {
      expectError(
        () => call({ ...args(), rowLength }),
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        new RegExp(`received ${rowLength}$`),
      );
    }
    expectError(
      () => call({ ...args(), rowLength: '2' }),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^rowLength must be a number: received '2'$/,
    );
    for (const indices of [[0, 2], new Float32Array(2), new Int16Array(2), new BigUint64Array(2), null]) {
      expectError(
        () => call({ ...args(), indices }),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^indices must be an Int32Array/,
      );
    }
    expectError(
      () => call({ ...args(), indices: new Int32Array(3) }),
      RangeError,
      'ERR_ADAMAX_LENGTH',
      /^values must have 6 elements like 3 rows of 2: received 4$/,
    );
    const param = fresh(6);
    const indices = new Int32Array(param.buffer, 0, 2);
    expectError(
      () => call({ ...args(), param, indices }),
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^indices must not share memory with param/,
    );
  });

  it('takes zero-length arrays as nothing to do', () => {
    const none = () => new Float32Array(0);
    adamaxStep(none(), none(), none(), none(), SCALARS);
    adamaxStepOut(none(), none(), none(), none(), none(), SCALARS);
    adamaxStepRows(none(), none(), none(), 3, none(), new Int32Array(0), SCALARS);
  });

  it('steps views on SharedArrayBuffers and on WebAssembly memory', () => {
    const shared = () => new Float32Array(new SharedArrayBuffer(24)).fill(2);
    const memory = new WebAssembly.Memory({ initial: 1 });
    const inWasm = (k: number) => new Float32Array(memory.buffer, 1024 * k, 6).fill(2);
    const plain = () => new Float32Array(6).fill(2);
    const results = [
      [shared(), shared(), shared(), shared()],
      [1, 2, 3, 4].map(inWasm),
      [plain(), plain(), plain(), plain()],
    ];
    for (const [param, m, u, grad] of results) adamaxStep(param, m, u, grad, SCALARS);
    expectSameBits(results[0][0], results[2][0], 'shared');
    expectSameBits(results[1][0], results[2][0], 'wasm');
  });

  it('takes arrays whose length property lies at their true length', () => {
    const param = fresh();
    Object.defineProperty(param, 'length', { value: 1000 });
    expectError(
      () => adamaxStep(param, fresh(1000), fresh(1000), fresh(1000), SCALARS),
      RangeError,
      'ERR_ADAMAX_LENGTH',
      /^m must have 6/,
    );
    adamaxStep(param, fresh(), fresh(), fresh(), SCALARS);
  });
});

describe('adamaxScalars and setIsa', () => {
  it('refuse what is out of range or of the wrong kind', () => {
    expectError(
      () => adamaxScalars(undefined as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^adamaxScalars must be an object/,
    );
    expectError(() => adamaxScalars({ step: 1, beta: 1 } as never), TypeError, 'ERR_ADAMAX_OPTION', /received 'beta'$/);
    for (const [options, message] of [
      [{ step: 0 }, /^step must be a whole number ≥ 1: received 0$/],
      [{ step: 1.5 }, /received 1\.5$/],
      [{ step: 1, beta1: 1 }, /^beta1 must be in \[0, 1\): received 1$/],
      [{ step: 1, beta2: -0.1 }, /^beta2 must be in \[0, 1\): received -0\.1$/],
      [{ step: 1, epsilon: 0 }, /^epsilon must be a finite number > 0/],
      [{ step: 1, learningRate: NaN }, /^learningRate must be a finite number \(in float32\): received NaN$/],
    ] as const) {
      expectError(() => adamaxScalars(options), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
    }
    expectError(
      () => setIsa('sse9' as never),
      RangeError,
      'ERR_ADAMAX_ISA',
      /^isa must be one of portable, .*: received 'sse9'$/,
    );
  });
});

/** A detached array has no elements to compare, nor has an array that only claims to be one. */
function isLive(array: unknown): boolean {
  return types.isFloat32Array(array) && lengthOf(array) > 0;
}

function pairs(names: readonly string[]): [string, string][] {
  return names.flatMap((a, i) => names.slice(i + 1).map((b): [string, string] => [a, b]));
}
