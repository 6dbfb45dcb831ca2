import { inspect, verify } from 'adamax/checkpoint';
import { expect } from 'chai';
import { fileOf } from './files.js';
import { expectBytesRefused, expectDamaged, expectRefused, scenes, temporaryFolder, thrown } from './refused.js';
import { savedScene } from './scene.js';

const data = new Uint8Array(16);
const one = (fields: object) => JSON.stringify({ t: { dtype: 'F32', shape: [4], data_offsets: [0, 16], ...fields } });

/** Headers in front of 16 bytes, each wrong in one way; no digest would tell. */
const HEADERS: readonly (readonly [what: string, header: string | Uint8Array, message: RegExp])[] = [
  ['nothing', '', /character 0 .* must be '\{'/],
  ['bytes that are no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), /must be UTF-8/],
  ['half of a surrogate pair as UTF-8', Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22), /must be UTF-8/],
  ['a byte order mark', `\ufeff${one({})}`, /character 0 .* must be '\{'/],
  ['another text', 'safetensors', /must be '\{'/],
  ['a list', '[]', /must be '\{'/],
  ['null', 'null', /must be '\{'/],
  ['half an object', '{"t":{"dtype":"F32"', /must be '\}'/],
  ['a string without an end', '{"t', /must be a string that ends/],
  ['a string that ends in a backslash', '{"t\\"', /must be a string that ends/],
  ['an escape that is none', '{"\\x":1}', /must be a string of JSON/],
  ['a line break in a string', '{"\n":1}', /must be a string of JSON/],
  ['a comma too many', `${one({}).slice(0, -1)},}`, /must be a string/],
  ['a text behind it', `${one({})}x`, /must be the end of the header/],
  ['a second object behind it', `${one({})}{}`, /must be the end of the header/],
  ['zeros behind it', `${one({})}\0`, /must be the end of the header/],
  ['a tensor that is a number', '{"t":1}', /must be '\{'/],
  ['a tensor twice', `{${one({}).slice(1, -1)},${one({}).slice(1, -1)}}`, /names .* must be unique/],
  ['a tensor twice, once escaped', `{${one({}).slice(1, -1)},"\\u0074"${one({}).slice(4, -1)}}`, /must be unique/],
  ['metadata twice', '{"__metadata__":{},"__metadata__":{}}', /must be unique/],
  ['metadata twice, once escaped', '{"__metadata__":{},"\\u005f_metadata__":{}}', /must be unique/],
  [
    'one of many keys of the metadata twice',
    `{"__metadata__":{${Array.from({ length: 40 }, (_, i) => `"k${i}":"1"`).join()},"k3":"2"}}`,
    /must be unique/,
  ],
  [
    'the last of many keys of the metadata twice',
    `{"__metadata__":{${Array.from({ length: 40 }, (_, i) => `"k${i}":"1"`).join()},"k39":"2"}}`,
    /must be unique/,
  ],
  ['a key of the metadata twice', '{"__metadata__":{"a":"1","\\u0061":"2"}}', /must be unique/],
  ['metadata that are a list', '{"__metadata__":[]}', /must be '\{'/],
  ['a number in metadata', '{"__metadata__":{"a":1}}', /must be a string/],
  ['dtype twice', '{"t":{"dtype":"F32","dtype":"F32"}}', /must be unique/],
  ['an unknown dtype', one({ dtype: 'F31' }), /dtype .* must be one of/],
  ['a dtype that every object knows', one({ dtype: 'toString' }), /dtype .* must be one of/],
  ['a dtype that is a number', one({ dtype: 4 }), /must be a string/],
  ['no dtype', one({ dtype: undefined }), /dtype .* must be one of/],
  ['no shape', one({ shape: undefined }), /shape .* must be/],
  ['no data_offsets', one({ data_offsets: undefined }), /data_offsets .* must have/],
  ['another field', one({ stride: 1 }), /must only have dtype, shape and data_offsets/],
  ['a shape of other bytes', one({ shape: [3] }), /data_offsets .* must have 12 bytes/],
  ['a product that overflows to the right one', one({ shape: [2 ** 32, 2 ** 32, 4] }), /shape .* must be/],
  ['a product that overflows in front of a zero', one({ shape: [2 ** 52, 2 ** 52, 0], data_offsets: [0, 0] }), /shape/],
  ['255 dimensions', one({ shape: Array.from({ length: 255 }, () => 1) }), /must be at most \d+ numbers/],
  ['a negative length', one({ shape: [-4] }), /must be a whole number/],
  ['a fraction', one({ shape: [4.5] }), /must be/],
  ['an exponent', '{"t":{"dtype":"F32","shape":[4e0],"data_offsets":[0,16]}}', /must be '\]'/],
  ['a leading zero', '{"t":{"dtype":"F32","shape":[04],"data_offsets":[0,16]}}', /must be a whole number/],
  ['a length as a string', one({ shape: ['4'] }), /must be a whole number/],
  ['a length of null', one({ shape: [null] }), /must be a whole number/],
  ['offsets that descend', one({ data_offsets: [16, 0] }), /data_offsets .* must have 16 bytes/],
  ['negative offsets', one({ data_offsets: [-16, 0] }), /must be a whole number/],
  ['one offset', one({ data_offsets: [0] }), /data_offsets .* must have/],
  ['three offsets', one({ data_offsets: [0, 16, 16] }), /must be at most 2 numbers/],
  ['1e300', one({ data_offsets: [1e300, 1e300] }), /must be/],
  ['300 digits', `{"t":{"dtype":"F32","shape":[4],"data_offsets":[0,1${'0'.repeat(300)}]}}`, /must be a whole number/],
  ['2⁵³', '{"t":{"dtype":"F32","shape":[4],"data_offsets":[9007199254740976,9007199254740992]}}', /whole number/],
  ['a place behind the file', one({ data_offsets: [16, 32] }), /must begin at 0/],
  ['a tensor beyond the file', one({ shape: [8], data_offsets: [0, 32] }), /the file must have/],
  ['a hole in front', one({ dtype: 'F32', shape: [3], data_offsets: [4, 16] }), /must begin at 0/],
  ['a hole behind', one({ shape: [3], data_offsets: [0, 12] }), /the file must have/],
  ['no tensor for the bytes', '{}', /the file must have/],
  [
    'a hole between',
    '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[8],"data_offsets":[8,16]}}',
    /'b' must begin at 4/,
  ],
  [
    'an overlap',
    '{"a":{"dtype":"U8","shape":[12],"data_offsets":[0,12]},"b":{"dtype":"U8","shape":[8],"data_offsets":[8,16]}}',
    /'b' must begin at 12/,
  ],
  [
    'one place for two tensors',
    '{"a":{"dtype":"U8","shape":[16],"data_offsets":[0,16]},"b":{"dtype":"U8","shape":[16],"data_offsets":[0,16]}}',
    /'b' must begin at 16/,
  ],
  [
    'an empty tensor in the middle of another',
    `{"e":{"dtype":"U8","shape":[0],"data_offsets":[8,8]},${one({}).slice(1)}`,
    /must begin at/,
  ],
];

describe('a hostile file', () => {
  const path = temporaryFolder();

  for (const [what, header, message] of HEADERS) {
    it(`is refused for a header of ${what}`, async () => {
      const bytes = fileOf(header, data);
      await expectRefused(path('header'), bytes, message, { partial: true });
      expectDamaged(await thrown(() => inspect(bytes)), message);
      expectDamaged(await thrown(() => verify(path('header'))), message);
    });
  }

  for (const length of [2n ** 63n, 2n ** 64n - 1n, 2n ** 53n, 100_000_001n]) {
    it(`is refused for a header of ${length} bytes`, async () => {
      await expectRefused(
        path('length'),
        fileOf(one({}), data, length),
        /must be a file of safetensors: .* begins with/,
      );
    });
  }

  for (const length of [100_000_000n, 1_000n]) {
    it(`is refused for a header of ${length} bytes`, async () => {
      await expectRefused(path('length'), fileOf(one({}), data, length), /length of the header must be at most/);
    });
  }

  it('is refused for a header that begins where another one is', async () => {
    await expectRefused(path('shorter'), fileOf(one({}), data, 3), /must be/);
  });

  const [fresh] = scenes();

  it('is refused where it ends too early, at every byte', () => {
    const bytes = savedScene();
    for (let length = 0; length < bytes.length; length++) {
      expectBytesRefused(bytes.slice(0, length), /must (be|have)/, {}, `${length} bytes`, [fresh]);
    }
  });

  it('is refused when one of its bits is another', () => {
    const bytes = savedScene();
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit >> 3] ^= 1 << (bit & 7);
      expectBytesRefused(bytes, /must/, {}, `bit ${bit & 7} of byte ${bit >> 3}`, [fresh]);
      bytes[bit >> 3] ^= 1 << (bit & 7);
    }
  });

  it('is called damaged by its name, with the digest it was written with as the one it must have', async () => {
    const bytes = savedScene();
    const { hash } = inspect(bytes).metadata;
    bytes[bytes.length - 1] ^= 1;
    const message = new RegExp(
      ` must be as it was written, with the digest '${hash}': received a damaged file, whose `,
    );
    await expectRefused(path('damaged'), bytes, message);
    expectDamaged(await thrown(() => verify(path('damaged'))), new RegExp(`damaged${message.source}`));
  });

  it('is refused when one of its bits is another, without a look at all of it before', () => {
    const bytes = savedScene();
    for (let bit = 0; bit < 8 * bytes.length; bit += 5) {
      bytes[bit >> 3] ^= 1 << (bit & 7);
      expect(() => verify(bytes), `bit ${bit}`).to.throw(RangeError, /must/);
      bytes[bit >> 3] ^= 1 << (bit & 7);
    }
  });

  it('has a hundred thousand tensors, none of which has a place', async () => {
    const entries = Array.from({ length: 1e5 }, (_, i) => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`);
    const bytes = fileOf(`{${entries.join(',')}}`);
    expectBytesRefused(bytes, /and 99992 more, for which there is no place/);
    expect(inspect(bytes).tensors).to.have.length(1e5);
  });

  it('has a name of 5 megabytes, which no message repeats', async () => {
    const name = 'x'.repeat(5e6);
    const bytes = fileOf(`{"${name}":{"dtype":"F31","shape":[0],"data_offsets":[0,0]}}`);
    expectBytesRefused(bytes, /dtype .* must be one of/);
    expectBytesRefused(
      fileOf(`{"${name}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`),
      /for which there is no place/,
    );
  });
});
