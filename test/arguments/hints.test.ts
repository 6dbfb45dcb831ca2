import { Adamax, IndexedSlices, initializers, optimizers, schedules, Variable } from 'adamax';
import { CheckpointManager, inspect, verify } from 'adamax/checkpoint';
import { expect } from 'chai';
import { f32 } from '../support/data.js';

/** The class that a library of tensors has; ours knows it by its name only. */
class Tensor {
  readonly shape = [2];
}

describe('messages about the usual mistakes', () => {
  const w = () => new Variable(f32(1, 2), { name: 'w' });
  const step = (gradient: unknown) => () => new Adamax().applyGradients([[gradient as never, w()]]);
  const cases: [title: string, call: () => unknown, message: RegExp][] = [
    ['a rate by position', () => new Adamax(0.01 as never), /of options, \{ learningRate: 0\.01 \}: received 0\.01$/],
    [
      'a schedule by position',
      () => new schedules.ExponentialDecay(...([0.1, 100, 0.9] as unknown as [never])),
      /of options, \{ initialLearningRate: 0\.1 \}: received 0\.1$/,
    ],
    [
      'a URL in place of a path',
      () => inspect(new URL('file:///a.safetensors') as never),
      /^path must be a string \(fileURLToPath of node:url makes one of a file: URL\): received URL\b/,
    ],
    [
      'a URL in place of a path or bytes',
      () => verify(new URL('file:///a.safetensors') as never),
      /^path must be a string or a Uint8Array \(fileURLToPath of node:url makes one of a file: URL\): received URL\b/,
    ],
    [
      'a URL in place of the path of a folder',
      () => new CheckpointManager({ folder: new URL('file:///checkpoints/') as never }),
      /^folder must be a string \(fileURLToPath of node:url makes one of a file: URL\): received URL\b/,
    ],
    ['an initializer by position', () => initializers.constant(2 as never), /of options, \{ value: 2 \}: received 2$/],
    [
      'options in a Map',
      () => new Adamax(new Map([['beta1', 0.5]]) as never),
      /^Adamax must be .*: received Map\(1\)$/,
    ],
    [
      'a config in a Map',
      () => Adamax.fromConfig(new Map([['beta_1', 0.5]])),
      /^config must be .*: received Map\(1\)$/,
    ],
    [
      'custom objects in a Map',
      () => Adamax.fromConfig({}, new Map([['X', Adamax]]) as never),
      /^customObjects must be an object of classes by name: received Map\(1\)$/,
    ],
    [
      'gradients beside variables',
      () => new Adamax().applyGradients([f32(1)] as never, [f32(1)] as never),
      /^applyGradients must be called with one list of \[gradient, variable\] pairs: received \[ \[?Float32Array/,
    ],
    [
      'a gradient beside a variable',
      () => new Adamax().applyGradients(f32(1) as never, w() as never),
      /^applyGradients must be called with one list of .* pairs: received a Variable 'w'/,
    ],
    [
      'float64',
      step(new Float64Array(2)),
      /\(Float32Array\.from makes one, which is a copy\): received Float64Array\(2\)$/,
    ],
    ['an ArrayBuffer', step(new ArrayBuffer(8)), /\(new Float32Array\(buffer, .*\) is a view on bytes\): received Arr/],
    [
      'a Buffer',
      step(Buffer.alloc(8)),
      /\(new Float32Array\(buffer, .*\) is a view on bytes\): received Uint8Array\(8\)$/,
    ],
    [
      'a list of lists',
      () => new Variable([[1], [2]] as never),
      /a Float32Array \(Float32Array\.from\(list\.flat\(Infinity\)\) makes one, which is a copy\): received \[ \[Array/,
    ],
    [
      'the text of a config',
      () => Adamax.fromConfig('{"beta_1":0.5}' as never),
      /^config must be an object \(JSON\.parse makes one of a text\): received '\{"beta_1":0\.5\}'$/,
    ],
    [
      'the text of an optimizer',
      () => optimizers.deserialize(JSON.stringify(new Adamax())),
      /^config must be an object of options \(JSON\.parse makes one of a text\): received '\{"class_name"/,
    ],
    [
      'the text of weights',
      () => new Adamax().setWeights(' []' as never),
      /^weights must be an array .* \(JSON\.parse makes one of a text\): received ' \[\]'$/,
    ],
    [
      'a rate in words',
      () => new Adamax({ learningRate: '0.1' as never }),
      /^learningRate must be a schedule, a number, a function .* or a scalar Variable: received '0\.1'$/,
    ],
    [
      'a class of schedules',
      () => new Adamax({ learningRate: schedules.CosineDecay as never }),
      /^learningRate must be a schedule, .*: received \[class CosineDecay\]$/,
    ],
    [
      'a policy that is none',
      () => new Adamax({ nonFinite: true as never }),
      /^nonFinite must be one of propagate, throw, skip: received true$/,
    ],
    [
      'options left out',
      () => new schedules.CosineDecay(undefined as never),
      /^CosineDecay must be an object of options, \{ initialLearningRate: … \}: received undefined$/,
    ],
    [
      'what Keras can and this package cannot',
      () => Adamax.fromConfig({ use_ema: true }),
      /^config\.use_ema must be off or left out, since nothing here does it: received true$/,
    ],
    [
      'a bare array whose memory has gone',
      () => {
        const p = f32(1);
        structuredClone(p, { transfer: [p.buffer] });
        new Adamax().applyGradients([[f32(1), p]]);
      },
      /^gradsAndVars\[0\]\[1\] must be a view on live memory: received Float32Array\(0\) on a detached buffer$/,
    ],
    [
      'a promise',
      () => step(Promise.reject(new Error('unheard')))(),
      /\(await the promise first\): received a promise$/,
    ],
    ['a tensor', step(new Tensor()), /\(tensor\.data\(\) or dataSync\(\) gives one\): received Tensor \{ shape/],
    [
      'rows of a bare array',
      () => new Adamax().applyGradients([[new IndexedSlices(f32(1, 2), [1]), f32(1, 2, 3, 4)]]),
      /\.values must have 1 elements like 1 rows of 1 \(a bare array has rows of 1; new Variable\(data, \{ shape: \[rows, width\] \}\) has longer ones\): received 2$/,
    ],
    [
      'a Variable on a bare array',
      () => {
        const [p, optimizer] = [f32(1, 2), new Adamax()];
        optimizer.build(p);
        optimizer.applyGradients([[f32(1, 2), new Variable(p)]]);
      },
      /\(if they are one, list the same Variable each time, or rebind it\): received Float32Array\(2\) at byte 0$/,
    ],
  ];
  for (const [title, call, message] of cases) {
    it(`say what to do about ${title}`, () => {
      expect(call)
        .to.throw(Error, message)
        .with.property('code')
        .that.match(/^ERR_ADAMAX_/);
    });
  }

  it('take options that inherit, of no prototype, and of a class', () => {
    class Options {
      beta1 = 0.5;
    }
    for (const options of [
      Object.assign(Object.create(null), { beta1: 0.5 }),
      Object.create({ beta1: 0.5 }),
      new Options(),
    ]) {
      expect(new Adamax(options).beta1).to.equal(0.5);
    }
    for (const options of [Object.create({ beta: 0.5 }), JSON.parse('{ "__proto__": 1 }')]) {
      expect(() => new Adamax(options)).to.throw(TypeError, /only have the options/);
    }
  });

  it('refuse keys of a config that every object has', () => {
    for (const config of ['{ "__proto__": 1 }', '{ "hasOwnProperty": "use_ema" }', '{ "toString": false }']) {
      expect(() => Adamax.fromConfig(JSON.parse(config)), config)
        .to.throw(TypeError, /^config must only have the keys .*: received '/)
        .with.property('code', 'ERR_ADAMAX_OPTION');
      expect(() => schedules.deserialize({ class_name: 'CosineDecay', config: JSON.parse(config) }), config)
        .to.throw(TypeError)
        .with.property('code', 'ERR_ADAMAX_OPTION');
    }
  });
});
