import { type ErrorCode, initializers } from 'adamax';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { RANDOM } from './factories.js';

const {
  constant,
  get,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  identity,
  lecunNormal,
  lecunUniform,
  ones,
  orthogonal,
  randomNormal,
  randomUniform,
  truncatedNormal,
  varianceScaling,
  zeros,
} = initializers;

const CONFIG = 'ERR_ADAMAX_CONFIG';
const SHAPE = [3, 4];

type Factory = (options: { seed?: number }) => initializers.InitializerFunction;

/** Every name of Keras, and what has it. */
const NAMES: [Factory, string[]][] = [
  [zeros as Factory, ['zeros', 'Zeros', 'zero']],
  [ones as Factory, ['ones', 'Ones', 'one']],
  [constant as Factory, ['constant', 'Constant']],
  [randomNormal, ['randomNormal', 'RandomNormal', 'random_normal', 'normal']],
  [randomUniform, ['randomUniform', 'RandomUniform', 'random_uniform', 'uniform']],
  [truncatedNormal, ['truncatedNormal', 'TruncatedNormal', 'truncated_normal']],
  [glorotUniform, ['glorotUniform', 'GlorotUniform', 'glorot_uniform']],
  [glorotNormal, ['glorotNormal', 'GlorotNormal', 'glorot_normal']],
  [heUniform, ['heUniform', 'HeUniform', 'he_uniform']],
  [heNormal, ['heNormal', 'HeNormal', 'he_normal']],
  [lecunUniform, ['lecunUniform', 'LecunUniform', 'lecun_uniform']],
  [lecunNormal, ['lecunNormal', 'LecunNormal', 'lecun_normal']],
  [orthogonal, ['orthogonal', 'Orthogonal', 'OrthogonalInitializer', 'orthogonal_initializer']],
  [identity as Factory, ['identity', 'Identity', 'IdentityInitializer', 'identity_initializer']],
  [varianceScaling, ['varianceScaling', 'VarianceScaling', 'variance_scaling']],
];

const isSeeded = (factory: Factory) => RANDOM.some(([, random]) => random === factory);

describe('initializers.get', () => {
  for (const [factory, names] of NAMES) {
    it(`finds ${names.join(', ')}`, () => {
      const config = isSeeded(factory) ? { seed: 5 } : {};
      const expected = factory(config)(SHAPE);
      for (const name of names) {
        expect(get({ class_name: name, config })(SHAPE)).to.deep.equal(expected);
        expect(get(name)(SHAPE)).to.have.length(12);
        if (!isSeeded(factory)) expect(get(name)(SHAPE)).to.deep.equal(expected);
      }
      expect(get(factory)(SHAPE)).to.have.length(12);
      if (!isSeeded(factory)) expect(get(factory)(SHAPE)).to.deep.equal(expected);
    });
  }

  it("reads Keras' JSON", () => {
    const cases: [string, initializers.InitializerFunction][] = [
      ['{"class_name": "Constant", "config": {"value": 0.5}}', constant({ value: 0.5 })],
      ['{"class_name": "Zeros", "config": {}}', zeros()],
      ['{"class_name": "Zeros"}', zeros()],
      [
        '{"class_name": "RandomNormal", "config": {"mean": 0.0, "stddev": 0.1, "seed": 3, "dtype": "float32"}}',
        randomNormal({ stddev: 0.1, seed: 3 }),
      ],
      [
        `{"class_name": "VarianceScaling", "config": {"scale": 2.0, "mode": "fan_in", "distribution":
          "truncated_normal", "seed": 3}}`,
        heNormal({ seed: 3 }),
      ],
      [
        `{"module": "keras.initializers", "class_name": "GlorotUniform", "config": {"seed": 3},
          "registered_name": null}`,
        glorotUniform({ seed: 3 }),
      ],
      [
        `{"module": "keras.initializers", "class_name": "RandomUniform", "config": {"minval": 1.0, "maxval": 2.0,
          "seed": 3}, "registered_name": null, "shared_object_id": 1}`,
        randomUniform({ minval: 1, maxval: 2, seed: 3 }),
      ],
      ['{"class_name": "Orthogonal", "config": {"gain": 2.0, "seed": 3}}', orthogonal({ gain: 2, seed: 3 })],
      ['{"class_name": "Identity", "config": {"gain": 2.0}}', identity({ gain: 2 })],
    ];
    for (const [json, expected] of cases) expect(get(JSON.parse(json))(SHAPE)).to.deep.equal(expected(SHAPE));
    const fresh = get(JSON.parse('{"class_name": "GlorotUniform", "config": {"seed": null}}'));
    expect(fresh(SHAPE)).to.not.deep.equal(fresh(SHAPE));
  });

  it('returns functions as they are', () => {
    const own = () => 1;
    expect(get(own)).to.equal(own);
    const seeded = randomNormal({ seed: 1 });
    expect(get(seeded)).to.equal(seeded);
  });

  it('refuses everything else', () => {
    const cases: [unknown, typeof TypeError | typeof RangeError, ErrorCode, RegExp][] = [
      ...[undefined, null, 1, true, 1n, Symbol('s'), [1], {}, { className: 'Zeros' }, new Float32Array(1)].map(
        (value): [unknown, typeof TypeError, ErrorCode, RegExp] => [
          value,
          TypeError,
          'ERR_ADAMAX_ARG_TYPE',
          /^identifier must be the name of an initializer, \{ class_name, config \} or a function: received \S/,
        ],
      ),
      ...['', 'Zero', 'ZEROS', 'constructor', '__proto__', 'glorot-uniform'].map(
        (value): [unknown, typeof RangeError, ErrorCode, RegExp] => [
          value,
          RangeError,
          'ERR_ADAMAX_ARG_VALUE',
          new RegExp(
            `^identifier must be one of zeros, ones, .*, varianceScaling( \\(did you mean \\w+\\?\\))?: received '${value}'$`,
          ),
        ],
      ),
      [{ class_name: 1 }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^identifier\.class_name must be a string: received 1$/],
      [{ class_name: 'Foo' }, RangeError, CONFIG, /^identifier\.class_name must be one of zeros, .*: received 'Foo'$/],
      [
        { class_name: 'Zeros', foo: 1 },
        TypeError,
        'ERR_ADAMAX_OPTION',
        /^identifier must only have .*: received 'foo'$/,
      ],
      [{ class_name: 'Zeros', config: { a: 1 } }, TypeError, 'ERR_ADAMAX_OPTION', /^zeros must .*: received 'a'$/],
      [
        { class_name: 'Zeros', config: 1 },
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^identifier\.config must be an object: re/,
      ],
      [
        { class_name: 'Zeros', config: { dtype: 'float16' } },
        RangeError,
        CONFIG,
        /^identifier\.config\.dtype must be 'float32' or null: received 'float16'$/,
      ],
      [
        { class_name: 'Zeros', module: 'my.initializers' },
        RangeError,
        CONFIG,
        /^identifier\.module must be a module of Keras, or a function given instead: received 'my\.initializers'$/,
      ],
      [
        { class_name: 'Zeros', registered_name: 'a>Zeros' },
        RangeError,
        CONFIG,
        /^identifier\.registered_name must be nu/,
      ],
      [{ class_name: 'RandomNormal', config: { seed: {} } }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^seed must be a whole/],
    ];
    for (const [identifier, type, code, message] of cases) {
      expectError(() => get(identifier as never), type, code, message);
    }
  });
});
