import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Adamax, Variable } from 'adamax';
import { fromBytes, inspect, load, save, toBytes, verify } from 'adamax/checkpoint';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { type Entry, fileOf, partsOf } from './files.js';
import { bits } from './scene.js';

const WIDTHS: Record<string, number> = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
};

const wordOf = (x: number) => new Uint32Array(f32(x).buffer)[0];

/** One array of each kind that `extra` takes, with every byte another, and an odd number of elements. */
const KINDS = {
  U8: Uint8Array,
  I8: Int8Array,
  U16: Uint16Array,
  I16: Int16Array,
  U32: Uint32Array,
  I32: Int32Array,
  F32: Float32Array,
  U64: BigUint64Array,
  I64: BigInt64Array,
  F64: Float64Array,
};
function oneOfEach(fill: boolean) {
  const arrays = Object.entries(KINDS).map(([dtype, Kind]) => {
    const array = new Kind(3);
    if (fill)
      new Uint8Array(array.buffer).forEach((_, i, bytes) => {
        bytes[i] = 17 * i + 3;
      });
    return [dtype, array] as const;
  });
  return Object.fromEntries(arrays);
}

onEveryImplementation('the file', () => {
  it('begins with the length of its header, and tensors lie without holes at multiples of their width', () => {
    for (let length = 1; length < 80; length++) {
      const optimizer = new Adamax({ slotDtype: length % 2 === 0 ? 'bfloat16' : 'float32' });
      const w = new Variable(f32(1, 2, 3), { name: 'w'.repeat(length) });
      optimizer.applyGradients([[f32(1, 2, 3), w]]);
      const bytes = toBytes({ optimizer, extra: oneOfEach(true) });
      const { text, tensors, data } = partsOf(bytes);
      expect((8 + text.length) % 64, 'beginning of the first tensor').to.equal(0);
      expect(text).to.match(/^\{.*\} *$/s);
      let end = 0;
      for (const [key, { dtype, shape, data_offsets: place }] of Object.entries(tensors)) {
        expect(place[0], key).to.equal(end);
        expect(place[0] % WIDTHS[dtype], key).to.equal(0);
        end = place[0] + WIDTHS[dtype] * shape.reduce((product, n) => product * n, 1);
        expect(place[1], key).to.equal(end);
      }
      expect(data.length).to.equal(end);
    }
  });

  it('has metadata that are strings', () => {
    const { metadata } = partsOf(toBytes({ optimizer: new Adamax(), extra: { epoch: 3 } }));
    expect(Object.keys(metadata)).to.deep.equal([
      'format',
      'version',
      'step',
      'optimizer',
      'extra',
      'fingerprint',
      'hash',
    ]);
    for (const value of Object.values(metadata)) expect(value).to.be.a('string');
  });

  it('keeps arrays of every kind to the bit', () => {
    const saved = oneOfEach(true);
    const bytes = toBytes({ extra: saved });
    const { tensors, data } = partsOf(bytes);
    const loaded = oneOfEach(false);
    fromBytes(bytes, { extra: loaded });
    for (const [dtype, array] of Object.entries(saved)) {
      const { data_offsets: place, ...rest }: Entry = tensors[`extra/${dtype}`];
      expect(rest).to.deep.equal({ dtype, shape: [3] });
      expect(bits(data.subarray(...place)), dtype).to.equal(bits(array));
      expect(bits(loaded[dtype]), dtype).to.equal(bits(array));
    }
  });

  it('keeps payloads of NaN, −0 and subnormal numbers to the bit', () => {
    const words = Uint32Array.of(0x7fc00001, 0xffabcdef, 0x7f800001, 0x80000000, 1, 0x807fffff, 0x7f800000);
    const w = new Variable(new Float32Array(words.buffer), { name: 'w' });
    const before = bits(words);
    const bytes = toBytes({ variables: [w] });
    words.fill(0);
    fromBytes(bytes, { variables: [w] });
    expect(bits(words)).to.equal(before);
  });

  it('keeps what NaN carries where elements get wider, and is exact for every pattern of 16 bits', () => {
    const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const data = new Uint8Array(patterns.buffer);
    for (const [dtype, fraction, largest] of [
      ['BF16', 7, 0xff],
      ['F16', 10, 0x1f],
    ] as const) {
      const w = new Variable(new Float32Array(65536), { name: 'w' });
      const entry = { dtype, shape: [65536], data_offsets: [0, data.length] };
      fromBytes(fileOf(JSON.stringify({ 'variables/w': entry }), data), { variables: [w] });
      const words = new Uint32Array(w.data.buffer);
      const bias = (largest - 1) / 2;
      for (const pattern of patterns) {
        const payload = pattern & (2 ** fraction - 1);
        const exponent = (pattern & 0x7fff) >>> fraction;
        const word = words[pattern];
        const wanted =
          exponent === largest
            ? 0x7f800000 + payload * 2 ** (23 - fraction)
            : wordOf(
                (exponent === 0 ? payload : payload + 2 ** fraction) * 2 ** (Math.max(1, exponent) - bias - fraction),
              );
        expect(word, `${dtype} ${pattern}`).to.equal(wanted + (pattern >= 0x8000 ? 2 ** 31 : 0));
      }
    }
  });

  it('keeps slots of bfloat16 as BF16, to the bit', () => {
    const make = () => {
      const w = new Variable(f32(1, 2, 3), { name: 'w' });
      return { w, optimizer: new Adamax({ slotDtype: 'bfloat16' }) };
    };
    const { w, optimizer } = make();
    optimizer.applyGradients([[f32(0.1, -0.2, 0.3), w]]);
    const bytes = toBytes({ optimizer });
    const { tensors, data } = partsOf(bytes);
    for (const name of ['m', 'v']) {
      const slot = optimizer.getSlot(w, name).data;
      const { dtype, shape, data_offsets: place } = tensors[`slots/w/${name}`];
      expect([dtype, shape]).to.deep.equal(['BF16', [3]]);
      expect(bits(data.subarray(...place))).to.equal(bits(slot));
    }
    const other = make();
    fromBytes(bytes, { optimizer: other.optimizer, variables: [other.w] });
    for (const name of ['m', 'v']) {
      expect(bits(other.optimizer.getSlot(other.w, name).data)).to.equal(bits(optimizer.getSlot(w, name).data));
    }
  });

  it('keeps empty variables and scalars', () => {
    const make = (fill: number) => ({
      none: new Variable(new Float32Array(0), { shape: [0] }),
      flat: new Variable(new Float32Array(0), { shape: [3, 0, 2] }),
      scalar: new Variable(f32(fill), { shape: [] }),
      again: new Variable(new Float32Array(0), { shape: [0] }),
    });
    const bytes = toBytes({ variables: make(7) });
    const shapes = inspect(bytes).tensors.map(({ key, shape }) => [key, shape]);
    expect(shapes).to.deep.equal([
      ['variables/none', [0]],
      ['variables/flat', [3, 0, 2]],
      ['variables/scalar', []],
      ['variables/again', [0]],
    ]);
    const variables = make(0);
    expect(fromBytes(bytes, { variables }).loaded).to.have.length(4);
    expect(variables.scalar.data[0]).to.equal(7);
    const nothing = toBytes({});
    expect(verify(nothing)).to.equal(true);
    expect(fromBytes(nothing, {}).loaded).to.deep.equal([]);
  });

  it('keeps any name that has UTF-8', () => {
    const names = ['ü', '日本', '😀', 'a/b', '"', '\\', '\\"', '\n', '\0', '', ' ', '__proto__', 'constructor'];
    names.push('__metadata__', 'toString', '\u2028', 'x'.repeat(10_000));
    const make = (value: (i: number) => number) =>
      Object.fromEntries(names.map((name, i) => [name, new Variable(f32(value(i)))]));
    const variables = make(() => 0);
    const bytes = toBytes({ variables: make((i) => i + 1) });
    fromBytes(bytes, { variables });
    names.forEach((name, i) => {
      expect(variables[name].data[0], JSON.stringify(name)).to.equal(i + 1);
    });
  });

  it('calls tensors what keys says, both ways', () => {
    const make = (value: number) => new Variable(f32(value), { name: 'w' });
    const optimizer = new Adamax();
    const w = make(3);
    optimizer.applyGradients([[f32(1), w]]);
    const keys = (key: string) => [...key].reverse().join('');
    const bytes = toBytes({ optimizer, keys });
    expect(inspect(bytes).tensors.map(({ key }) => key)).to.have.members(
      ['iterations', 'slots/w/m', 'slots/w/v', 'variables/w'].map(keys),
    );
    const other = { optimizer: new Adamax(), variables: [make(0)] };
    const { loaded } = fromBytes(bytes, { ...other, keys });
    expect(loaded).to.have.members(['iterations', 'slots/w/m', 'slots/w/v', 'variables/w']);
    expect(other.variables[0].data[0]).to.equal(w.data[0]);
    expect(() => fromBytes(bytes, other)).to.throw(RangeError, /must fit/);
  });

  it('is read from anywhere in the memory of a Buffer', () => {
    const saved = f32(1, 2, 3);
    const bytes = toBytes({ extra: { saved } });
    const pooled = Buffer.concat([Buffer.alloc(9), bytes, Buffer.alloc(5)]);
    for (let offset = 0; offset < 9; offset++) {
      pooled.set(bytes, offset);
      const into = new Float32Array(3);
      fromBytes(pooled.subarray(offset, offset + bytes.length), { extra: { saved: into } });
      expect([...into]).to.deep.equal([1, 2, 3]);
    }
  });

  it('is the same on the disk as in memory', () => {
    const folder = mkdtempSync(join(tmpdir(), 'adamax-format-'));
    const path = join(folder, 'file');
    const large = new Float32Array(700_001).map((_, i) => i);
    const options = { variables: { odd: new Variable(large) }, extra: { bytes: new Uint8Array(1_300_001).fill(9) } };
    save(path, options);
    expect(Buffer.compare(readFileSync(path), toBytes(options))).to.equal(0);
    const before = bits(large);
    large.fill(0);
    load(path, options);
    expect(bits(large) === before).to.equal(true);
    rmSync(folder, { recursive: true });
  });
});
