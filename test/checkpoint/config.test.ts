/** What configs and `extra` may hold: only what is read again as it was. */
import { Adamax, type Optimizer, SGD, schedules, Variable } from 'adamax';
import { fromBytes, inspect, save, toBytes } from 'adamax/checkpoint';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';

/** An optimizer whose config has a value more. */
function saying(value: unknown): Optimizer {
  class Saying extends SGD {
    override getConfig() {
      return { ...super.getConfig(), note: value };
    }
  }
  return new Saying({ name: 'mine' });
}

class Rate extends schedules.LearningRateSchedule {
  readonly #value: unknown;

  constructor(value: unknown) {
    super();
    this.#value = value;
  }

  call(): number {
    return 0.5;
  }

  getConfig() {
    return { value: this.#value };
  }
}

const circle: { self?: unknown } = {};
circle.self = circle;

const CHANGED: readonly (readonly [value: unknown, message: string])[] = [
  [Infinity, ' must be a number that JSON can hold: received Infinity'],
  [NaN, ' must be a number that JSON can hold: received NaN'],
  [f32(1, 2), ' must be JSON: received Float32Array(2)'],
  [new Date(0), ' must be JSON: received Date {}'],
  [12n, ' must be JSON: received 12n'],
  [new Map(), ' must be JSON: received Map(0)'],
  [() => 1, ' must be JSON: received [Function: (anonymous)]'],
  [circle, `${'.self'.repeat(98)} must be nested at most 100 deep: received { self: [Object] }`],
];

describe('the config of what is saved', () => {
  for (const [value, message] of CHANGED) {
    const kind = value === Infinity || Number.isNaN(value) || value === circle ? RangeError : TypeError;
    const code = kind === TypeError ? 'ERR_ADAMAX_ARG_TYPE' : 'ERR_ADAMAX_ARG_VALUE';
    // The message names no more than that, whatever stands in front of it.
    const ends = (text: string) => new RegExp(`${text.replace(/[.()[\]{}]/g, '\\$&')}$`);

    it(`is refused with ${message.slice(-30)} in it, and nothing is written`, () => {
      const optimizer = saying(value);
      const [path, end] =
        value === circle ? [message.split(' ')[0], message.slice(message.indexOf(' '))] : ['', message];
      const expected = ends(`config.note${path}${path && '.self'} of the optimizer 'mine'${end}`);
      for (const content of [{ optimizer }, { optimizers: { one: new SGD(), two: optimizer } }]) {
        expectError(() => toBytes(content), kind, code, expected);
        expectError(() => save('/nowhere/at/all', content), kind, code, expected);
      }
    });

    it(`is refused with ${message.slice(-30)} in that of a schedule, by its class`, () => {
      if (value === circle) return; // it is nested two deeper there
      const optimizer = new Adamax({ learningRate: new Rate(value) as never });
      const expected = ends(`config.value of Rate {}${message}`);
      expectError(() => toBytes({ optimizer }), kind, code, expected);
    });
  }

  it('is refused where it is no object', () => {
    class Silent extends SGD {
      override getConfig() {
        return [] as never;
      }
    }
    const optimizer = new Silent({ name: 'silent' });
    expectError(
      () => toBytes({ optimizer }),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^config of the optimizer 'silent' must/,
    );
  });

  it('may lack a member, and hold whatever JSON does', () => {
    const note = { none: null, list: [1, 'a', { deep: [true] }], gone: undefined };
    const { config } = inspect(toBytes({ optimizer: saying(note) })).optimizers[''];
    expect(config.note).to.deep.equal({ none: null, list: [1, 'a', { deep: [true] }] });
  });

  it('is checked of the optimizer that is loaded into, too, which is left as it was', () => {
    const bytes = toBytes({ optimizer: saying(1), variables: [] });
    const into = saying(12n);
    const message = /^config\.note of the optimizer 'mine' must be JSON: received 12n$/;
    expectError(() => fromBytes(bytes, { optimizer: into }), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    expect(fromBytes(bytes, { optimizer: into, hyperparameters: 'keep' }).loaded).to.deep.equal(['iterations']);
  });

  it('is refused where it is longer than a header may be, as extra is', () => {
    const text = 'x'.repeat(100_000_000);
    const variables = [new Variable(f32(1), { name: 'w' })];
    for (const [argument, content] of Object.entries({
      'config of optimizer': { optimizer: saying(text) },
      extra: { variables, extra: { text } },
    })) {
      const message = new RegExp(`^${argument} must be at most 100000000 characters of JSON, .*: received 1000\\d{5} `);
      expectError(() => toBytes(content), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
    }
  });
});
