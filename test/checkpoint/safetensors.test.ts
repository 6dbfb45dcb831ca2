import { Variable } from 'adamax';
import { fromBytes, inspect, verify } from 'adamax/checkpoint';
import { expect } from 'chai';
import { readGolden } from '../golden/recorded.js';
import { partsOf } from './files.js';
import { bits } from './scene.js';

/** What record_safetensors.py has put into the file, by the names that it has there. */
function targets() {
  return {
    variables: {
      weight: new Variable(new Float32Array(6), { shape: [2, 3] }),
      half: new Variable(new Float32Array(5)),
      none: new Variable(new Float32Array(0), { shape: [3, 0, 2] }),
      'naïve/"名"': new Variable(new Float32Array(1)),
    },
    extra: {
      steps: new Variable(new BigInt64Array(1), { shape: [] }),
      f64: new Float64Array(2),
      u8: new Uint8Array(3),
      i8: new Int8Array(3),
      i16: new Int16Array(3),
      u16: new Uint16Array(3),
      i32: new Int32Array(3),
      u32: new Uint32Array(3),
      u64: new BigUint64Array(1),
    },
    keys: (key: string) => {
      const name = key.slice(key.indexOf('/') + 1);
      return ['weight', 'half', 'none', 'steps'].includes(name) ? `model.${name}` : name;
    },
  };
}

describe("a file of Python's safetensors", () => {
  const bytes = Buffer.from(readGolden<{ file: string }>('safetensors').file, 'base64');

  it('is loaded', () => {
    const { variables, extra, keys } = targets();
    const { loaded, step } = fromBytes(bytes, { variables, extra, keys });
    expect(loaded).to.have.length(13);
    expect(step).to.equal(null);
    expect(bits(variables.weight.data)).to.equal(
      bits(Uint32Array.of(0x7fc00001, 0xffabcdef, 0x80000000, 1, 0x7f800000, 0x3f800000)),
    );
    expect([...variables.half.data]).to.deep.equal([1, -0, 2 ** -24, 65504, Infinity]);
    expect(Object.is(variables.half.data[1], -0)).to.equal(true);
    expect(variables['naïve/"名"'].data[0]).to.equal(7);
    expect(extra.steps.data[0]).to.equal(41n);
    expect([...extra.f64]).to.deep.equal([0.1, -1e300]);
    expect([...extra.u64]).to.deep.equal([2n ** 64n - 1n]);
    for (const signed of [extra.i8, extra.i16, extra.i32]) expect([...signed]).to.deep.equal([-1, 0, 1]);
    for (const unsigned of [extra.u8, extra.u16, extra.u32]) expect([...unsigned]).to.deep.equal([0, 1, 2]);
  });

  it('is shown, and has no digest', () => {
    const { metadata, optimizers, fingerprint, tensors } = inspect(bytes);
    expect({ ...metadata }).to.deep.equal({ format: 'np' });
    expect(optimizers).to.deep.equal({});
    expect(fingerprint).to.equal(null);
    expect(tensors.map(({ key }) => key)).to.have.members(Object.keys(partsOf(bytes).tensors));
    expect(verify(bytes)).to.equal(false);
  });
});
