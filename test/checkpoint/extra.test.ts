/** Tensors of `extra`: read into what is handed over, or else into new arrays. */
import { Adamax, Variable } from 'adamax';
import { fromBytes, inspect, type Loaded, type LoadOptions, load, loadAsync, save, toBytes } from 'adamax/checkpoint';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { inOwnFolder } from '../support/folder.js';
import { onEveryImplementation } from '../support/implementations.js';
import { fileOf, partsOf, sealed } from './files.js';
import { thrown } from './refused.js';
import { bits } from './scene.js';

const KINDS = [
  ...[Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array, Float64Array],
  ...[BigInt64Array, BigUint64Array],
];
/** More than one piece of 2 MiB, in bytes. */
const LARGE = 2 ** 21 + 40;

/** An array of each kind with every byte another, so that each of them is known by its bits. */
function oneOfEach(bytes: number) {
  const arrays = KINDS.map((Kind) => {
    const array = new Kind(bytes / Kind.BYTES_PER_ELEMENT);
    new Uint8Array(array.buffer).forEach((_, i, all) => {
      all[i] = 31 * i + (i >> 8) + Kind.BYTES_PER_ELEMENT;
    });
    return [Kind.name, array] as const;
  });
  return Object.fromEntries(arrays);
}

function state() {
  const w = new Variable(f32(1, 2), { name: 'w' });
  return { optimizer: new Adamax(), variables: [w] };
}

function trained() {
  const content = state();
  content.optimizer.applyGradients([[f32(1, 2), content.variables[0]]]);
  return content;
}

/** The file of others with the same tensors, which has no digest. */
function ofOthers(bytes: Uint8Array): Uint8Array {
  const { tensors, data } = partsOf(bytes);
  return fileOf(JSON.stringify(tensors), data);
}

onEveryImplementation('the extra of what is loaded', () => {
  const at = inOwnFolder();
  const ways: Readonly<Record<string, (bytes: () => Uint8Array, options: LoadOptions) => Loaded | Promise<Loaded>>> = {
    load: (_, options) => load(at('file'), options),
    loadAsync: (_, options) => loadAsync(at('file'), options),
    fromBytes: (bytes, options) => fromBytes(bytes(), options),
  };

  for (const [name, loadBy] of Object.entries(ways)) {
    for (const verify of [true, false]) {
      it(`has new arrays of every kind for what was not handed over, by ${name}, verify: ${verify}`, async () => {
        for (const bytes of [0, 24, LARGE]) {
          const arrays = oneOfEach(bytes);
          const saved = { ...trained(), extra: { ...arrays, epoch: 2 } };
          save(at('file'), saved);
          const read = () => toBytes(saved);
          const results = [await loadBy(read, { ...state(), verify }), await loadBy(read, { ...state(), verify })];
          for (const { extra, loaded, unexpected, unread } of results) {
            expect(Object.keys(extra)).to.have.members([...Object.keys(arrays), 'epoch']);
            expect(extra.epoch).to.equal(2);
            expect(loaded).to.include.members(Object.keys(arrays).map((kind) => `extra/${kind}`));
            expect([unexpected, unread]).to.deep.equal([[], []]);
            for (const [kind, array] of Object.entries(arrays)) {
              expect(extra[kind].constructor.name).to.equal(kind);
              expect(bits(extra[kind]) === bits(array), kind).to.equal(true);
              expect(extra[kind].buffer).to.not.equal(array.buffer);
            }
          }
          expect(results[0].extra.Int8Array.buffer).to.not.equal(results[1].extra.Int8Array.buffer);
        }
      });
    }

    it(`has what was handed over, by ${name}, and one object serves save and load`, async () => {
      const scale = new Variable(f32(3, 4, 5, 6), { name: 'scale', shape: [2, 2] });
      const content = { ...trained(), extra: { losses: f32(1, 2, 3), scale, epoch: 2, note: { deep: [1] } } };
      save(at('file'), content);
      const bytes = toBytes(content);
      const { losses } = content.extra;
      losses.fill(0);
      scale.data.fill(0);
      content.extra.epoch = 0;
      const { extra } = await loadBy(() => bytes, content);
      expect(extra).to.deep.include({ epoch: 2, note: { deep: [1] } });
      expect(extra.losses).to.equal(losses);
      expect(extra.scale).to.equal(scale);
      expect([...losses, ...scale.data]).to.deep.equal([1, 2, 3, 3, 4, 5, 6]);
      expect(content.extra.epoch).to.equal(0);
    });

    it(`has nothing of a damaged file, by ${name}`, async () => {
      const saved = { ...trained(), extra: { losses: new Float32Array(1000) } };
      const bytes = toBytes(saved);
      bytes[bytes.length - 1] ^= 1;
      save(at('file'), saved);
      const { writeFileSync } = await import('node:fs');
      writeFileSync(at('file'), bytes);
      const error = await thrown(() => loadBy(() => bytes, state()));
      expect(error).to.have.property('code', 'ERR_ADAMAX_CHECKPOINT');
    });
  }

  it('comes with variables alone, and with nothing at all', () => {
    const bytes = toBytes({ ...trained(), extra: { losses: f32(1, 2, 3) } });
    for (const content of [{ variables: state().variables }, {}]) {
      const { extra, unread } = fromBytes(bytes, content);
      expect([...extra.losses]).to.deep.equal([1, 2, 3]);
      expect(unread).to.include.members(['iterations', 'slots/w/m', 'slots/w/v']);
    }
  });

  it('stays in the file where it is null, or of a kind that JavaScript has no array for, and is listed', () => {
    const half = new Variable(Uint16Array.of(1, 2), { name: 'half' });
    const bytes = toBytes({ ...trained(), extra: { half, losses: f32(1), epoch: 2 } });
    expect(inspect(bytes).tensors.find(({ key }) => key === 'extra/half')?.dtype).to.equal('BF16');
    const some = fromBytes(bytes, state());
    expect(some.unread).to.deep.equal(['extra/half']);
    expect(some.extra).to.have.all.keys('epoch', 'losses');
    const none = fromBytes(bytes, { ...state(), extra: null });
    expect(none.unread).to.have.members(['extra/half', 'extra/losses']);
    expect(none.extra).to.deep.equal({ epoch: 2 });
    const into = new Variable(new Uint16Array(2), { name: 'half' });
    expect(fromBytes(bytes, { ...state(), extra: { half: into } }).extra.half).to.equal(into);
    expect([...into.data]).to.deep.equal([1, 2]);
  });

  it('is read of a file that keys has renamed, with keys or without', () => {
    const keys = (key: string) => `model.${key}`;
    const bytes = toBytes({ extra: { losses: f32(1, 2, 3) }, keys });
    for (const options of [{}, { keys }]) {
      const { extra, loaded } = fromBytes(bytes, options);
      expect([...extra.losses]).to.deep.equal([1, 2, 3]);
      expect(loaded).to.deep.equal(['extra/losses']);
    }
  });

  it('is not read of a file of others, whatever its names are', () => {
    const bytes = ofOthers(toBytes({ variables: state().variables, extra: { losses: f32(1, 2, 3) } }));
    expectError(() => fromBytes(bytes, state()), RangeError, 'ERR_ADAMAX_CHECKPOINT', /'extra\/losses', for which/);
    const { extra, unexpected } = fromBytes(bytes, { variables: state().variables, partial: true });
    expect(extra).to.deep.equal({});
    expect(unexpected).to.deep.equal(['extra/losses']);
    const losses = new Float32Array(3);
    expect(fromBytes(bytes, { variables: state().variables, extra: { losses } }).extra).to.deep.equal({ losses });
    expect([...losses]).to.deep.equal([1, 2, 3]);
  });

  it('has neither what does not fit nor what the file lacks, though something was handed over for it', () => {
    const bytes = toBytes({ ...trained(), extra: { losses: f32(1, 2, 3) } });
    const extra = { losses: new Float32Array(2), other: new Float32Array(2) };
    const message = /shape of 'extra\/losses' must be \[2\]: received \[3\]; nothing for 'extra\/other'$/;
    expectError(() => fromBytes(bytes, { ...state(), extra }), RangeError, 'ERR_ADAMAX_CHECKPOINT', message);
    const loaded = fromBytes(bytes, { ...state(), extra, partial: true });
    expect(loaded.extra).to.deep.equal({});
    expect(loaded.misfits.map(({ name }) => name)).to.deep.equal(['extra/losses']);
    expect(loaded.missing).to.deep.equal(['extra/other']);
  });

  it('may have any name', () => {
    const names = ['__proto__', 'constructor', '', 'a/b', 'extra/x', '日本'];
    const bytes = toBytes({ extra: Object.fromEntries(names.map((name, i) => [name, Int8Array.of(i)])) });
    const { extra } = fromBytes(bytes, {});
    expect(Object.getPrototypeOf(extra)).to.equal(Object.prototype);
    const entries = names.map((name) => [name, [...(Object.getOwnPropertyDescriptor(extra, name)?.value ?? [])]]);
    expect(entries).to.deep.equal(names.map((name, i) => [name, [i]]));
  });

  it('may have no elements, in any shape', () => {
    const parts = partsOf(toBytes({ extra: { none: new Float32Array(0) } }));
    const tensors = { 'extra/none': { ...parts.tensors['extra/none'], shape: [0, 2 ** 40] } };
    expect(fromBytes(sealed({ ...parts, tensors }), {}).extra.none).to.have.length(0);
  });
});
