import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { Adamax as CoreAdamax, type ErrorCode, Variable as OwnVariable } from 'adamax';
import { save } from 'adamax/checkpoint';
import { type AdamaxForTfjs, createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { perceptron, valuesOf } from './models.js';
import { onBackends, tf } from './peer.js';

/** Everything public of `adamax/tfjs`, with arguments that nobody should hand over. */
onBackends('clumsy calls', () => {
  const adamax: AdamaxForTfjs = createTfjs(tf);
  const { Adamax } = adamax;
  let v: Variable;
  let table: Variable;
  let gone: Variable;
  let goneTensor: Tensor;
  const loss = () => tf.sum(tf.square(v)) as never;
  const optimizer = () => new Adamax(0.1);

  before(() => {
    v = tf.variable(tf.tensor1d([1, 2]), true, 'clumsy/v') as Variable;
    table = tf.variable(tf.ones([3, 2]), true, 'clumsy/table') as Variable;
    gone = tf.variable(tf.ones([2]), true, 'clumsy/gone') as Variable;
    gone.dispose();
    goneTensor = tf.ones([2]);
    goneTensor.dispose();
  });
  after(() => tf.dispose([v, table]));

  const TYPE = ['ERR_ADAMAX_ARG_TYPE', TypeError] as const;
  const VALUE = ['ERR_ADAMAX_ARG_VALUE', RangeError] as const;
  const SHAPE = ['ERR_ADAMAX_SHAPE', RangeError] as const;
  const INDEX = ['ERR_ADAMAX_INDEX', RangeError] as const;
  const DETACHED = ['ERR_ADAMAX_DETACHED', TypeError] as const;
  const WEIGHTS = ['ERR_ADAMAX_WEIGHTS', RangeError] as const;
  type Kind = readonly [ErrorCode, typeof TypeError | typeof RangeError];

  function endless(): unknown[] {
    const list: unknown[] = [];
    list.push(list);
    return list;
  }

  function refused(call: (value: never) => unknown, cases: readonly (readonly [unknown, Kind, RegExp])[]): void {
    const { numTensors } = tf.memory();
    const before = valuesOf(v);
    for (const [value, [code, type], message] of cases) {
      expectError(() => call(value as never), type, code, message);
      expect(tf.memory().numTensors).to.equal(numTensors);
      expect(valuesOf(v)).to.deep.equal(before);
    }
  }

  it("minimize in TensorFlow.js' order: of the list", () => {
    const must = /^varList must be a variable of TensorFlow\.js: received /;
    refused(
      (list) => optimizer().minimize(loss, false, list),
      [
        [{}, TYPE, must],
        [{ a: v }, TYPE, must],
        ['v', TYPE, must],
        ['', TYPE, must],
        [1, TYPE, must],
        [0, TYPE, must],
        [false, TYPE, must],
        [1n, TYPE, must],
        [Symbol('s'), TYPE, must],
        [{ [Symbol.iterator]: null }, TYPE, must],
        [new Set([1]), TYPE, /^varList\[0\] must be a variable of TensorFlow\.js: received 1$/],
        [[v, null], TYPE, /^varList\[1\] must be a variable of TensorFlow\.js: received null$/],
        [new Array(2), TYPE, /^varList\[0\] must be .*: received undefined$/],
        [[v, gone], TYPE, /^'clumsy\/gone' must be a variable that was not disposed of: received Variable/],
        [[goneTensor], TYPE, /^varList\[0\] must be .* \(tf\.variable makes one of a tensor\): received Tensor/],
        [[{ read: () => null, originalName: 'x' }], TYPE, /^varList\[0\] must be a variable of TensorFlow\.js/],
        [endless(), VALUE, /^varList must be nested at most 100 deep: received \[ \[Array\] \]$/],
        [
          [],
          ['ERR_ADAMAX_NO_GRADIENTS', RangeError],
          /^varList must list a variable \(a layer has none before it is built or called\): received none$/,
        ],
      ],
    );
    refused(
      (returnCost) => optimizer().minimize(loss, returnCost),
      [1, 0, 'v', '', 1n, Symbol('s')].map((value) => [value, TYPE, /^returnCost must be a boolean: received /]),
    );
  });

  it("minimize in TensorFlow.js' order takes any list of variables, and none for all", () => {
    const list = new Set([v]);
    const one = optimizer();
    for (const given of [list, [[v]], v]) one.minimize(loss, false, given as never);
    expect(one.iterations).to.equal(3);
  });

  it('variables of a model that was disposed of, wherever they are listed', () => {
    const model = perceptron();
    const layer = model.layers[0];
    const weights = [...layer.trainableWeights];
    const variables = adamax.variablesOf(model);
    model.dispose();
    const must = /^'.*' must be a variable that was not disposed of: received /;
    const one = optimizer();
    for (const call of [
      () => one.minimize(loss, false, weights as never),
      () => one.minimize(loss, weights),
      () => one.minimize(loss, () => weights),
      () => one.applyGradients([[tf.ones([20, 33]), weights[0]]]),
      () => one.constrain(weights),
      () => one.core.getSlot(weights[0], 'm'),
      () => adamax.variablesOf(weights),
      () => adamax.commit(variables),
      () => adamax.embeddingLookup(weights[0], [0]),
      () => new adamax.GradientTape().watch(weights[0]),
    ]) {
      expectError(() => tf.tidy(() => void call()), TypeError, 'ERR_ADAMAX_ARG_TYPE', must);
    }
    expect(one.iterations).to.equal(0);
  });

  it('applyGradients', () => {
    const pair = (item: unknown) => [item, v];
    refused(
      (gradients) => optimizer().applyGradients(gradients),
      [
        [1, TYPE, /^gradients must be an object of tensors by name, or a list: received 1$/],
        [null, TYPE, /^gradients must be .*: received null$/],
        [Symbol('s'), TYPE, /^gradients must be .*: received Symbol\(s\)$/],
        [Promise.resolve([]), TYPE, /^gradients must be .*: received a promise$/],
        [new Date(0), TYPE, /^gradients must be /],
        [[null], TYPE, /^gradients must be a list of \{ name, tensor \} or of \[gradient, variable\]: received null$/],
        [{ toString: null }, TYPE, /^names of gradients must be those of variables in use: received 'toString'$/],
        [
          [pair(goneTensor)],
          DETACHED,
          /^gradient of 'clumsy\/v' must be there: received a tensor that was disposed of$/,
        ],
        [[[goneTensor, null]], DETACHED, /^gradients\[0\]\[0\] must be there: received a tensor that was disposed of$/],
        [
          [[null, goneTensor]],
          TYPE,
          /^gradients\[0\]\[1\] must be a variable of TensorFlow\.js \(tf\.variable makes one of a tensor\): received T/,
        ],
      ],
    );
  });

  it('setWeights', async () => {
    const first = optimizer();
    first.minimize(loss, false, [v]);
    const [iter, m, u] = await first.getWeights();
    const counter = (count: number, dtype: 'int32' | 'float32' = 'float32') => [
      { name: 'iter', tensor: tf.scalar(count, dtype) },
      m,
      u,
    ];
    const steps = /^iter must be a number of steps, from 0 to 2147483647: received /;
    const cases: (readonly [unknown, Kind, RegExp])[] = [
      [null, TYPE, /^weights must be a list as getWeights gives it: received null$/],
      [{ name: 3 }, TYPE, /^weights must be a list/],
      [new Set([iter]), TYPE, /^weights must be a list/],
      [[null], TYPE, /^weights\[0\] must be an object \{ name, tensor \}: received null$/],
      [[iter, null], TYPE, /^weights\[1\] must be an object \{ name, tensor \}: received null$/],
      [[iter, 'm'], TYPE, /^weights\[1\] must be an object/],
      [new Array(3), TYPE, /^weights\[0\] must be an object .*: received undefined$/],
      [[iter, { name: 3 }], TYPE, /^weights\[1\]\.name must be a string: received 3$/],
      [[iter, { name: Symbol('s') }], TYPE, /^weights\[1\]\.name must be a string: received Symbol\(s\)$/],
      [[iter, { name: 'x/m' }], TYPE, /^weights\[1\]\.tensor must be a tensor of TensorFlow\.js: received undefined$/],
      [[iter, { name: 'x/m', tensor: [1] }], TYPE, /^weights\[1\]\.tensor must be a tensor/],
      [
        [iter, { ...m, tensor: goneTensor }],
        DETACHED,
        /^weights\[1\]\.tensor must be there: received a tensor that was d/,
      ],
      [
        [iter, { ...m, tensor: tf.tensor1d([1, 2], 'int32') }],
        TYPE,
        /^dtype of weights\[1\]\.tensor must be 'float32'/,
      ],
      [
        [{ ...iter, tensor: tf.scalar('1') }],
        TYPE,
        /^dtype of weights\[0\]\.tensor must be 'int32': received 'string'$/,
      ],
      [[m, u], WEIGHTS, /^weights must begin with iter, a scalar: received 'clumsy\/v\/m'$/],
      [
        [{ ...iter, tensor: tf.tensor1d([1, 2]) }],
        WEIGHTS,
        /^weights must begin with iter, a scalar: received 'iter'$/,
      ],
      [[iter, m, m, u], WEIGHTS, /^weights must have each slot once: received 'clumsy\/v\/m' twice$/],
      [
        [iter, m, { ...u, tensor: tf.ones([3]) }],
        WEIGHTS,
        /^slots of 'clumsy\/v' must have one shape, \[2\]: received \[3\] of 'clumsy\/v\/v'$/,
      ],
      ...[1.5, Number.NaN, -1, 2 ** 31, 2 ** 60, Infinity].map((n) => [counter(n), WEIGHTS, steps] as const),
      [counter(-1, 'int32'), WEIGHTS, steps],
    ];
    const state = async () => {
      const weights = await first.getWeights();
      const texts = weights.map(({ name, tensor }) => `${name}: ${tensor.dataSync()}`);
      tf.dispose(weights.map(({ tensor }) => tensor));
      return texts;
    };
    const before = await state();
    const { numTensors } = tf.memory();
    for (const [weights, [code, type], message] of cases) {
      const error = await first.setWeights(weights as never).then(
        () => expect.fail(`taken: ${message}`),
        (thrown: Error) => thrown,
      );
      expectError(
        () => {
          throw error;
        },
        type,
        code,
        message,
      );
    }
    expect(tf.memory().numTensors).to.equal(numTensors);
    expect(await state()).to.deep.equal(before);
    await first.setWeights(counter(7));
    expect(first.iterations).to.equal(7);
  });

  it('fromConfig', () => {
    refused(
      (config) => Adamax.fromConfig(Adamax as never, config),
      [
        ...[null, undefined, 5, 'x', 1n, Symbol('s')].map(
          (value) => [value, TYPE, /^config must be an object as getConfig gives it: received /] as const,
        ),
        [[1], TYPE, /^config must be an object as getConfig gives it: received \[ 1 \]$/],
        [{ learningRate: endless() }, VALUE, /^config must be nested at most 100 deep: received \[ \[Array\] \]$/],
      ],
    );
    const must = /^cls must be a class, as NativeAdamax is: received /;
    refused(
      (cls) => Adamax.fromConfig(cls, {}),
      [null, undefined, 5, {}, () => 1].map((value) => [value, TYPE, must]),
    );
  });

  it('enableWasmTraining', () => {
    for (const key of ['replace', 'skip']) {
      const must = new RegExp(`^options\\.${key} must be a list of kernels, such as \\['Identity'\\]: received `);
      refused(
        (list) => adamax.enableWasmTraining({ [key]: list }),
        [null, 1, 0, true, 1n, 'Identity', {}, new Set(['Identity'])].map((value) => [value, TYPE, must]),
      );
    }
    refused(
      (options) => adamax.enableWasmTraining(options),
      [null, 1, 'x', []].map((value) => [value, TYPE, /^options must be an object/]),
    );
  });

  it('variablesOf, constrain and commit', () => {
    const must = /^model must be a model, a layer, or variables of TensorFlow\.js: received /;
    for (const call of [(source: never) => adamax.variablesOf(source), (s: never) => optimizer().constrain(s)]) {
      refused(call, [
        ...[null, 1, 'x', 1n, Symbol('s'), {}, [null], [v, null], new Array(1), { weights: [null] }].map(
          (value) => [value, TYPE, must] as const,
        ),
        [{ [Symbol.iterator]: 5 }, TYPE, must],
        [goneTensor, TYPE, /TensorFlow\.js \(tf\.variable makes one of a tensor\): received Tensor/],
        [[gone], TYPE, /^'clumsy\/gone' must be a variable that was not disposed of: received /],
        [endless(), VALUE, /^model must be nested at most 100 deep: received /],
      ]);
    }
    const list = /^variables must be an object of Variables by name: received /;
    const item = /^variables\.a must be a Variable as variablesOf gives it: received /;
    refused(
      (variables) => adamax.commit(variables),
      [
        ...[null, undefined, 1, 'x', 1n, new Map([['a', 1]]), new Set([1])].map((x) => [x, TYPE, list] as const),
        ...[1, null, undefined, 'x', {}, v].map((a) => [{ a }, TYPE, item] as const),
      ],
    );
  });

  it('commit writes nothing where one of several is refused, and passes over what stands for nothing', () => {
    const variables = adamax.variablesOf([v]);
    const before = valuesOf(v);
    variables[v.name].assign([5, 6]);
    expect(() => adamax.commit({ ...variables, a: null as never })).to.throw(/variables\.a/);
    expect(valuesOf(v)).to.deep.equal(before);
    adamax.commit({ ...variables, other: new OwnVariable(new Float32Array(1)) });
    expect([...valuesOf(v)]).to.deep.equal([5, 6]);
  });

  it('embeddingLookup', () => {
    refused(
      (given) => adamax.embeddingLookup(given, [0]),
      [
        ...[null, 1, 'x', Symbol('s'), {}, [table], v].map(
          (value) => [value, TYPE, /^table must be a float32 V/] as const,
        ),
        [gone, TYPE, /^table must be a variable that was not disposed of: received /],
        [goneTensor, TYPE, /^table must be .* \(tf\.variable makes one of a tensor\): received Tensor/],
      ],
    );
    const int = tf.tensor1d([0], 'int32');
    const disposed = tf.tensor1d([0], 'int32');
    disposed.dispose();
    refused(
      (ids) => adamax.embeddingLookup(table, ids),
      [
        ...[null, '1', 1n, Symbol('s'), {}, true].map(
          (ids) => [ids, TYPE, /^ids must be a tensor of dtype int32, or arrays of row numbers: received /] as const,
        ),
        [[true], TYPE, /^ids\[0\] must be a number: received true$/],
        [['1'], TYPE, /^ids\[0\] must be a number: received '1'$/],
        [
          [
            [0, 1],
            [1, '1'],
          ],
          TYPE,
          /^ids\[1\]\[1\] must be a number: received '1'$/,
        ],
        [[null], TYPE, /^ids\[0\] must be a number: received null$/],
        [new Array(3), TYPE, /^ids\[0\] must be a number: received undefined$/],
        [[1n], TYPE, /^ids\[0\] must be a number: received 1n$/],
        [new BigInt64Array(1), TYPE, /^ids\[0\] must be a number: received 0n$/],
        [[int], TYPE, /^ids\[0\] must be a number: received Tensor/],
        [[[1], [1, 2]], SHAPE, /^ids\[1\] must have 1 elements, for shape \[2, 1\]: received 2$/],
        [[[1], 1], SHAPE, /^ids\[1\] must have 1 elements, for shape \[2, 1\]: received none$/],
        [endless(), SHAPE, /^ids must be nested at most 6 deep: received an array that is deeper$/],
        [[3], INDEX, /^ids must be whole numbers from 0 to 2, .*: received 3$/],
        [[0.5], INDEX, /received 0\.5$/],
        [disposed, DETACHED, /^ids must be there: received a tensor that was disposed of$/],
      ],
    );
    int.dispose();
  });

  it('gradLoss', () => {
    refused(
      (gradLoss) => optimizer().minimize(loss, [v], { gradLoss }),
      [
        ...['x', true, 1n, {}].map(
          (value) => [value, TYPE, /^gradLoss must be a tensor or numbers: received /] as const,
        ),
        [['1'], TYPE, /^gradLoss\[0\] must be a number: received '1'$/],
        [[1, 2], SHAPE, /^gradLoss must be \[\], as the loss: received \[2\]$/],
        [endless(), SHAPE, /^gradLoss must be nested at most 6 deep/],
        [goneTensor, DETACHED, /^gradLoss must be there: received a tensor that was disposed of$/],
      ],
    );
  });

  it('GradientTape', () => {
    const must = /^tensors(\[0\])? must be a tensor, or a list or a record of tensors: received /;
    refused(
      (tensors) => new adamax.GradientTape().watch(tensors),
      [
        ...[null, 1, 'x', 1n, new Map(), [null], new Array(2), new Set([v])].map((x) => [x, TYPE, must] as const),
        [{ read: () => null, originalName: 'x' }, TYPE, /^tensors\.read must be a tensor/],
        [goneTensor, DETACHED, /^tensors must be there: received a tensor that was disposed of$/],
        [[gone], DETACHED, /^tensors must be there/],
        [endless(), VALUE, /^tensors must be nested at most 100 deep: received \[ \[Array\] \]$/],
      ],
    );
    refused(
      (outputGradients) => {
        const tape = new adamax.GradientTape();
        const target = tape.record(loss) as Tensor;
        try {
          tape.gradient(target, v, { outputGradients });
        } finally {
          tf.dispose(target);
          tape.dispose();
        }
      },
      [
        [1, TYPE, /^outputGradients must be a tensor/],
        [endless(), VALUE, /^outputGradients must be nested at most 100 deep/],
        [goneTensor, DETACHED, /^outputGradients must be there: received a tensor that was disposed of$/],
      ],
    );
  });

  it('Embedding', () => {
    refused(
      (args) => new adamax.Embedding(args),
      [null, undefined, 1, 'x', [], new Map()].map((x) => [
        x,
        TYPE,
        /^args must be an object, \{ inputDim, outputDim \}/,
      ]),
    );
    for (const key of ['inputDim', 'outputDim']) {
      refused(
        (value) => new adamax.Embedding({ inputDim: 2, outputDim: 2, [key]: value }),
        [
          ...[null, '3', 1n, [2], {}].map((x) => [x, TYPE, new RegExp(`^${key} must be a number: received `)] as const),
          ...[0, -1, 1.5, Number.NaN, 2 ** 60].map((x) => [x, VALUE, new RegExp(`^${key} must be a whole n`)] as const),
        ],
      );
    }
    refused(
      (embeddingsInitializer) => new adamax.Embedding({ inputDim: 2, outputDim: 2, embeddingsInitializer }),
      ['nothing', 5, {}, Symbol('s')].map((x) => [
        x,
        VALUE,
        /^args must be what tf\.layers\.embedding takes \(.*received \{/,
      ]),
    );
  });

  it('adamax/checkpoint and optimizers of adamax, given what only adamax/tfjs knows', () => {
    const model = perceptron();
    const hint = /\(variablesOf of adamax\/tfjs gives Variables for those of TensorFlow\.js\): received /;
    for (const variables of [model, model.trainableWeights, { kernel: model.trainableWeights[0] }, [v], { v }]) {
      const call = () => save('never.safetensors', { variables: variables as never });
      expectError(call, TypeError, 'ERR_ADAMAX_ARG_TYPE', hint);
    }
    const step = () => new CoreAdamax().applyGradients([[new Float32Array(2), v as never]]);
    expectError(step, TypeError, 'ERR_ADAMAX_ARG_TYPE', hint);
    const build = () => new CoreAdamax().build(model.trainableWeights as never);
    expectError(build, TypeError, 'ERR_ADAMAX_ARG_TYPE', hint);
    model.dispose();
  });
});
