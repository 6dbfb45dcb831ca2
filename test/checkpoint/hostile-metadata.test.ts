import { SGD } from 'adamax';
import { fromBytes, inspect } from 'adamax/checkpoint';
import { expect } from 'chai';
import { type Parts, partsOf, sealed } from './files.js';
import { expectBytesRefused } from './refused.js';
import { Scene, savedScene } from './scene.js';

/** A file whose digest is right, with other metadata. */
function saying(change: Record<string, string | undefined>): Uint8Array {
  const parts = partsOf(savedScene());
  const metadata = JSON.parse(JSON.stringify({ ...parts.metadata, ...change })) as Record<string, string>;
  return sealed({ ...parts, metadata });
}

function withConfig(config: string): Uint8Array {
  return saying({ optimizer: `{"class_name":"Adamax","config":${config}}` });
}

const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const REFUSED: readonly (readonly [what: string, bytes: () => Uint8Array, message: RegExp])[] = [
  ['a later version', () => saying({ version: '2' }), /version .* must be 1/],
  ['no version', () => saying({ version: undefined }), /version .* must be 1/],
  ['another format with our digests', () => saying({ format: 'pt' }), /'format' must be 'adamax'/],
  ['no fingerprint', () => saying({ fingerprint: undefined }), /'fingerprint' must be a digest/],
  ['an optimizer that is no JSON', () => saying({ optimizer: '{' }), /'optimizer' must be JSON/],
  ['an optimizer that is a list', () => saying({ optimizer: '[]' }), /'optimizer' must be an object/],
  ['an optimizer that is null', () => saying({ optimizer: 'null' }), /'optimizer' must be an object/],
  ['an optimizer without a class', () => saying({ optimizer: '{}' }), /must be \{ class_name, config \}/],
  ['a class that is a number', () => saying({ optimizer: '{"class_name":1,"config":{}}' }), /class_name/],
  ['a config that is null', () => withConfig('null'), /class_name, config/],
  ['a config that is a list', () => withConfig('[]'), /class_name, config/],
  ['optimizers that are a text', () => saying({ optimizers: '"a"' }), /'optimizers' must be an object/],
  ['optimizers of which one is null', () => saying({ optimizers: '{"a":null}' }), /class_name/],
  ['extra that is no JSON', () => saying({ extra: 'x' }), /'extra' must be JSON/],
  ['extra that is a list', () => saying({ extra: '[]' }), /'extra' must be an object/],
  ['keys that are no JSON', () => saying({ keys: 'x' }), /'keys' must be JSON/],
  ['keys that are a list', () => saying({ keys: '[]' }), /'keys' must be an object/],
  ['keys of which one is a number', () => saying({ keys: '{"a":1}' }), /'keys' must be names by name/],
  ['two keys for one name', () => saying({ keys: '{"a":"c","b":"c"}' }), /'keys' must have each name once/],
  ['functions that are no JSON', () => saying({ functions: 'x' }), /'functions' must be JSON/],
  ['functions that are no list', () => saying({ functions: '{"":"decay"}' }), /'functions' must be names of options/],
  ['functions without a name', () => saying({ functions: '{"":[1]}' }), /'functions' must be names of options/],
  ['a step of −1', () => saying({ step: '-1' }), /'step' must be a count/],
  ['a step of 2⁵³', () => saying({ step: '9007199254740992' }), /'step' must be a count/],
  ['a step in hexadecimal', () => saying({ step: '0x10' }), /'step' must be a count/],
  ['a step of nothing', () => saying({ step: '' }), /'step' must be a count/],
  ['a config nested a million deep', () => withConfig(`{"learning_rate":${deep(1e6)}}`), /nested at most/],
  ['extra nested a million deep', () => saying({ extra: `{"a":${deep(1e6)}}` }), /nested at most/],
  ['a config of a prototype', () => withConfig('{"__proto__":{"learning_rate":1}}'), /the config .* must be/],
  ['a config of the name of a method', () => withConfig('{"applyGradients":1}'), /the config .* must be/],
  ['a config of the name of a counter', () => withConfig('{"iterations":1}'), /the config .* must be/],
  ['a misspelt key of the config', () => withConfig('{"Name":"Adamax"}'), /the config .* must be/],
  ['a learning rate of 1e999', () => withConfig('{"learning_rate":1e999}'), /the config .* must be/],
  ['a learning rate of text', () => withConfig('{"learning_rate":"fast"}'), /the config .* must be/],
  ['a β₁ of 2', () => withConfig('{"beta_1":2}'), /the config .* must be/],
  [
    'an unknown schedule',
    () => withConfig('{"learning_rate":{"class_name":"X","config":{}}}'),
    /the config .* must be/,
  ],
];

describe('a file with hostile metadata', () => {
  for (const [what, bytes, message] of REFUSED) {
    it(`is refused for ${what}`, () => expectBytesRefused(bytes(), message));
  }

  it('gives no object of ours a property', () => {
    const bytes = saying({ extra: '{"__proto__":{"polluted":1},"constructor":2}' });
    const { extra } = fromBytes(bytes, new Scene().content);
    expect(Object.entries(extra)).to.deep.equal([
      ['__proto__', { polluted: 1 }],
      ['constructor', 2],
      ['rows', Int32Array.of(7, 8)],
    ]);
    expect(
      Object.hasOwn(
        inspect(saying({ optimizers: '{"__proto__":{"class_name":"A","config":{}}}' })).optimizers,
        '__proto__',
      ),
    ).to.equal(true);
    expect('polluted' in {}).to.equal(false);
  });

  it('names functions that are no options, of optimizers that are not there', () => {
    const functions = '{"":["applyGradients","__proto__","toString"],"__proto__":["decay"],"b":["lr"]}';
    expect(fromBytes(saying({ functions }), new Scene().content).misfits).to.deep.equal([]);
  });

  it('leaves hyperparameters that are to be kept, whatever the config says', () => {
    const scene = new Scene();
    fromBytes(withConfig('{"learning_rate":"fast"}'), { ...scene.content, hyperparameters: 'keep' });
    expect(scene.optimizer.learningRate).to.equal(0.5);
  });

  it('is refused by another optimizer, whose slots have the names of those', () => {
    const scene = new Scene(new SGD({ momentum: 0.9 }));
    scene.step();
    expectBytesRefused(savedScene(), /optimizer must be of the class 'Adamax': received 'SGD'/, {}, '', [scene]);
  });

  for (const count of [-1n, 2n ** 53n - 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    it(`is refused for a counter of ${count}`, () => {
      const parts: Parts = partsOf(savedScene());
      new DataView(parts.data.buffer).setBigInt64(parts.tensors.iterations.data_offsets[0], count, true);
      expectBytesRefused(sealed(parts), /'iterations' must be a number of steps/);
      expectBytesRefused(sealed(parts), /'iterations' must be a number of steps/, { verify: false });
    });
  }
});
