import { createRequire } from 'node:module';
import { Adamax, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';

/** What a message says of a value: what comes behind the last "received". */
function received(value: unknown): string {
  let message = '';
  try {
    new Adamax().applyGradients([[f32(1), value as never]]);
  } catch (error) {
    message = (error as Error).message;
  }
  const [, text] = /: received (.*)$/s.exec(message) ?? [];
  return text;
}

describe('what messages say of a value', () => {
  it('is one short line', () => {
    const lists: [unknown, string][] = [
      [undefined, 'undefined'],
      [null, 'null'],
      [-0, '-0'],
      [10n, '10n'],
      ["it's", `"it's"`],
      [Symbol('s'), 'Symbol(s)'],
      [{}, '{}'],
      [{ a: 1, 'b c': [1], d: { e: 1 }, f: null, g: 1 }, "{ a: 1, 'b c': [Array], d: [Object], f: null, ... }"],
      [Object.create(null), '{}'],
      [new Date(0), 'Date {}'],
      [new Int8Array(3), 'Int8Array(3)'],
      [new DataView(new ArrayBuffer(3)), 'DataView(3)'],
      [new Error('oops'), "Error: 'oops'"],
      [Adamax, '[class Adamax]'],
      [{ classify() {} }.classify, '[Function: classify]'],
      [() => 1, '[Function: (anonymous)]'],
      [new Proxy({}, {}), 'a Proxy'],
      [new Variable(BigInt64Array.of(1n)), 'a Variable of shape [1] and dtype int64'],
      [new Variable(BigInt64Array.of(1n), { name: 'n', shape: [] }), "a Variable 'n' of shape [] and dtype int64"],
    ];
    for (const [value, text] of lists) expect(received(value)).to.equal(text);
    expect(received('x'.repeat(1e6))).to.have.length.below(121);
    expect(received({ ['k'.repeat(1e6)]: 1 })).to.have.length.below(121);
  });

  it('runs no code of the value', () => {
    const ran = () => {
      throw new Error('the value was asked');
    };
    const getter = { get: ran, enumerable: true };
    const traps = new Proxy({}, { get: () => ran });
    const error = Object.defineProperties(new Error('e'), { stack: getter, name: getter, message: getter });
    const Named = Object.defineProperty(class {}, 'name', getter);
    const inherits = Object.create(new Proxy({}, { getPrototypeOf: ran, getOwnPropertyDescriptor: ran, get: ran }));
    for (const value of [
      Object.defineProperty({}, Symbol.toStringTag, getter),
      Object.defineProperty({}, 'constructor', getter),
      Object.defineProperties(() => 1, { name: getter, toString: getter }),
      { [Symbol.for('nodejs.util.inspect.custom')]: ran, toString: ran, toJSON: ran, valueOf: ran },
      Object.assign(/x/, { toString: ran }),
      Object.defineProperty(new Date(), 'toISOString', getter),
      new Proxy(() => 1, traps),
      Proxy.revocable(() => 1, {}).proxy,
      error,
      Named,
      inherits,
    ]) {
      expect(received(value)).to.be.a('string');
    }
  });

  it('says so of an object that another copy of this package made', () => {
    const require = createRequire(import.meta.url);
    const path = require.resolve('adamax').replace('index.js', 'adamax.js');
    const loaded = require.cache[path];
    delete require.cache[path];
    const copy = require(path) as object;
    require.cache[path] = loaded;
    const Foreign = Object.values(copy).find((value) => value?.name === 'Variable') as typeof Variable;
    expect(Foreign).to.be.a('function').that.does.not.equal(Variable);
    expect(received(new Foreign(f32(1)))).to.equal('a Variable of another copy of this package');
  });
});
