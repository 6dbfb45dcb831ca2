/** How strict a load is of a file that was saved with `keys`: as of one without. */
import { Adamax, Variable } from 'adamax';
import { fromBytes, inspect, type LoadOptions, type SaveOptions, toBytes } from 'adamax/checkpoint';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';

const variable = (name: string) => new Variable(f32(1, 2), { name });
const RENAMED: Readonly<Record<string, ((key: string) => string) | null>> = {
  none: null,
  'that change nothing': (key) => key,
  'that say model.': (key) => `model.${key.replaceAll('/', '.')}`,
  'that turn names round': (key) => [...key].reverse().join(''),
  'that exchange kinds': (key) =>
    key.replace(/^(extra|variables|slots)/, (kind) => `${kind}s`).replace(/^variabless/, 'extra'),
};

function trained(): SaveOptions {
  const [w, b] = ['w', 'b'].map(variable);
  const optimizer = new Adamax();
  optimizer.applyGradients([
    [f32(1, 2), w],
    [f32(3, 4), b],
  ]);
  return { optimizer, variables: [w, b], extra: { rng: Uint32Array.of(7, 8), epoch: 3 } };
}

/** What is loaded, and what of the file there is no place for. */
const ASKED: readonly (readonly [what: string, content: () => LoadOptions, unexpected: readonly string[]])[] = [
  ['all', () => ({ optimizer: new Adamax(), variables: ['w', 'b'].map(variable) }), []],
  ['the variables', () => ({ variables: ['w', 'b'].map(variable) }), []],
  ['the optimizer without variables', () => ({ optimizer: new Adamax(), variables: null }), slots()],
  ['one of the variables', () => ({ variables: [variable('w')] }), ['variables/b']],
  [
    'an optimizer of one of the variables',
    () => ({ optimizer: new Adamax(), variables: [variable('w')] }),
    ['slots/b/m', 'slots/b/v', 'variables/b'],
  ],
  ['nothing', () => ({}), []],
];

function slots(): string[] {
  return ['w', 'b'].flatMap((name) => ['m', 'v'].map((slot) => `slots/${name}/${slot}`));
}

onEveryImplementation('a file that was saved with keys', () => {
  for (const [title, keys] of Object.entries(RENAMED)) {
    const bytes = toBytes({ ...trained(), keys });
    const nameOf = keys ?? ((key: string) => key);

    for (const [what, content, unexpected] of ASKED) {
      it(`${title}: ${what}: has the same places for what it holds`, () => {
        const names = unexpected.map(nameOf);
        const { unexpected: left } = fromBytes(bytes, { ...content(), keys, partial: true });
        expect(left).to.have.members(names);
        const load = () => fromBytes(bytes, { ...content(), keys });
        if (names.length === 0) load();
        else expect(load).to.throw(RangeError, /, for which there is no place$/);
      });
    }

    it(`${title}: says in its metadata what was renamed, and nothing where nothing was`, () => {
      const { tensors, metadata } = inspect(bytes);
      const renamed = Object.entries(JSON.parse(metadata.keys ?? '{}') as Record<string, string>);
      const isChanged = keys !== null && title !== 'that change nothing';
      expect('keys' in metadata).to.equal(isChanged);
      if (!isChanged) return;
      for (const [key, canonical] of renamed) expect(nameOf(canonical)).to.equal(key);
      const others = tensors.map(({ key }) => key).filter((key) => !renamed.some(([name]) => name === key));
      for (const key of others) expect(nameOf(key)).to.equal(key);
    });
  }

  it('whose names are those of every object', () => {
    const keys = (key: string) => ({ 'extra/rng': '__proto__', iterations: 'constructor' })[key] ?? key;
    const bytes = toBytes({ ...trained(), keys });
    const { loaded } = fromBytes(bytes, { optimizer: new Adamax(), variables: ['w', 'b'].map(variable), keys });
    expect(loaded).to.include('iterations');
  });
});
