import { writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { type ImportKerasOptions, importKeras, importTorch } from 'adamax/import';
import { expect } from 'chai';
import h5wasm from 'h5wasm';
import { Random } from '../support/data.js';
import { inOwnFolder } from '../support/folder.js';
import { bytesOf, pathOf } from './files.js';
import { expectRefused, safetensors } from './refused.js';

const pathIn = inOwnFolder();

async function refuse(path: string, message: RegExp, options: ImportKerasOptions = {}): Promise<void> {
  const read = path.endsWith('.safetensors') ? importTorch(path, options as object) : importKeras(path, options);
  await expectRefused(read, RangeError, 'ERR_ADAMAX_CHECKPOINT', message);
}

function written(name: string, bytes: Uint8Array): string {
  writeFileSync(pathIn(name), bytes);
  return pathIn(name);
}

interface Entry {
  readonly name: string;
  readonly content: Uint8Array;
  readonly isDeflated?: boolean;
  /** What the directory tells, if not the truth. */
  readonly size?: number;
}

/** An archive as Keras writes it. */
function zip(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, isDeflated = false, size = content.length } of entries) {
    const data = isDeflated ? deflateRawSync(content) : content;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(isDeflated ? 8 : 0, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(size, 18);
    fields.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\0\0'), fields, place, Buffer.from(name)]));
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), data]);
    parts.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

const text = (value: object) => Buffer.from(JSON.stringify(value));

/** What an archive holds but for weights. */
function about(optimizer: object | null): Entry[] {
  const model = { class_name: 'Sequential', config: { layers: [] }, compile_config: { optimizer } };
  return [
    { name: 'config.json', content: text(model) },
    { name: 'metadata.json', content: text({ keras_version: '3.15.1' }) },
  ];
}

type Hdf5 = InstanceType<typeof h5wasm.File>;

/** The bytes of a file that is filled by the library itself. */
async function hdf5(fill: (file: Hdf5) => void): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File('/made.h5', 'w');
  fill(file);
  file.close();
  return FS.readFile('/made.h5');
}

function put(file: Hdf5, path: string, values: readonly number[], shape: number[] = [values.length]): void {
  const parts = path.split('/');
  for (let i = 1; i < parts.length; i++) {
    const group = parts.slice(0, i).join('/');
    if (file.get(group) === null) file.create_group(group);
  }
  file.create_dataset({ name: path, data: Float32Array.from(values), shape, dtype: '<f' });
}

/** Weights of one dense layer, and what Adamax keeps of them. */
function weights(slots: readonly { values: number[]; shape?: number[] }[]) {
  return hdf5((file) => {
    put(file, 'layers/dense/vars/0', [1, 2], [2, 1]);
    file.create_group('optimizer').create_group('vars');
    file.create_dataset({ name: 'optimizer/vars/0', data: 3n as never, shape: [], dtype: '<q' });
    for (const [i, { values, shape }] of slots.entries()) put(file, `optimizer/vars/${i + 1}`, values, shape);
  });
}

const ADAMAX = { optimizer: 'Adamax', trainable: ['dense/kernel'] };
const GOOD = [
  { values: [0.5, 0.5], shape: [2, 1] },
  { values: [1, 1], shape: [2, 1] },
];

describe('import: archives that nobody should hand over', () => {
  it('takes one that was packed anew', async () => {
    const content = await weights(GOOD);
    const archive = zip([
      ...about({ class_name: 'Adamax', config: {} }),
      { name: 'model.weights.h5', content, isDeflated: true },
    ]);
    const { variables, iterations } = await importKeras(written('a.keras', archive), { trainable: ['dense/kernel'] });
    expect(iterations).to.equal(3);
    expect(variables[0].slots).to.deep.equal({ m: Float32Array.of(0.5, 0.5), v: Float32Array.of(1, 1) });
  });

  it('refuses what is cut short, and what has other bytes than when it was written', async () => {
    const bytes = bytesOf('sgd.keras');
    const random = new Random(7);
    for (const length of [0, 1, 4, 30, 1000, bytes.length - 1]) {
      await refuse(written('a.keras', bytes.subarray(0, length)), /received/);
    }
    for (let i = 0; i < 200; i++) {
      const spoilt = Buffer.from(bytes);
      // All but dates and the like is looked at; the weights are the last and longest part.
      spoilt[1000 + random.below(bytes.length - 2000)] ^= 1 << random.below(8);
      await refuse(written('a.keras', spoilt), /received/);
    }
  });

  it('refuses more than the directory tells, and a directory that tells more than is there', async () => {
    const bomb = new Uint8Array(1 << 24);
    const of = (entry: Partial<Entry>) => zip([...about(null), { name: 'model.weights.h5', content: bomb, ...entry }]);
    const message = /'model\.weights\.h5' must be deflated as the directory tells/;
    await refuse(written('a.keras', of({ isDeflated: true, size: 1000 })), message);
    await refuse(written('a.keras', of({ isDeflated: true })), /^size of 'model\.weights\.h5' must be/);
    await refuse(
      written('a.keras', of({ isDeflated: true, size: 0xfffffff0 })),
      /^size of 'model\.weights\.h5' must be/,
    );
    await refuse(written('a.keras', of({ content: bomb.subarray(0, 9), size: 100 })), /^size of 'model\.weights\.h5'/);
  });

  it('refuses names that come twice, or are missing, and leaves others where they are', async () => {
    const [config, metadata] = about(null);
    await refuse(written('a.keras', zip([config, config])), /^names in the directory must be unique/);
    await refuse(written('a.keras', zip([config])), /^'metadata\.json' must be in the archive/);
    await refuse(written('a.keras', zip([config, metadata])), /^'model\.weights\.h5' must be in the archive/);
    const content = Buffer.from('[');
    await refuse(written('a.keras', zip([{ name: 'config.json', content }])), /^'config\.json' must be a JSON object/);
    const outside = { name: '../../outside', content };
    const good = { name: 'model.weights.h5', content: await weights(GOOD) };
    const archive = zip([outside, ...about({ class_name: 'Adamax', config: {} }), good]);
    await importKeras(written('a.keras', archive), { trainable: ['dense/kernel'] });
  });

  it('refuses JSON without an end, and takes no object for a name, be it one that cannot be printed', async () => {
    const weightsFile = { name: 'model.weights.h5', content: await weights(GOOD) };
    const unprintable = { toString: 1, valueOf: 1 };
    const [config, metadata] = about({ class_name: unprintable, config: {} });
    const options = { trainable: ['dense/kernel'] };
    const archive = (content: Uint8Array) => {
      return written('a.keras', zip([{ ...config, content }, metadata, weightsFile]));
    };
    const strange = importKeras(archive(config.content), options);
    await expectRefused(strange, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^optimizer must be the name of a class/);

    const layers = [{ class_name: 'Dense', module: unprintable, config: { name: unprintable } }];
    const compiled = { compile_config: { optimizer: { class_name: 'Adamax', config: {} } } };
    const { variables } = await importKeras(archive(text({ config: { layers }, ...compiled })), options);
    expect(variables.map(({ name }) => name)).to.deep.equal(['dense/kernel']);

    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    for (const key of ['class_name', 'module', 'config']) {
      await refuse(
        archive(Buffer.from(`{"${key}":${deep}}`)),
        /^'config\.json' must be nested at most 200 deep/,
        options,
      );
    }
  });

  it('refuses what is neither an archive nor HDF5', async () => {
    await refuse(written('a.keras', Buffer.from('no model at all')), /^the file must be one of Keras/);
    await expectRefused(importKeras(pathIn('none')), Error, 'ERR_ADAMAX_FILE', /none must be a file that can be read/);
  });
});

describe('import: HDF5 that nobody should hand over', () => {
  it('takes what the library writes in the layout of Keras', async () => {
    const { variables } = await importKeras(written('a.weights.h5', await weights(GOOD)), ADAMAX);
    expect(variables[0].slots.v).to.deep.equal(Float32Array.of(1, 1));
  });

  it('gives weights that are only numbered the names that the caller has for them', async () => {
    const content = await hdf5((file) => {
      for (const i of [0, 1]) put(file, `layers/my_layer/vars/${i}`, [i, i]);
      file.create_group('optimizer').create_group('vars');
      file.create_dataset({ name: 'optimizer/vars/0', data: 3n as never, shape: [], dtype: '<q' });
      for (const i of [1, 2, 3, 4]) put(file, `optimizer/vars/${i}`, [i, i]);
    });
    const path = written('a.weights.h5', content);
    const read = async (...trainable: string[]) => {
      const { variables } = await importKeras(path, { optimizer: 'Adamax', trainable });
      return variables.map(({ name, slots }) => [name, slots.m[0], slots.v[0]]);
    };
    const named = [
      ['my_layer/w', 1, 2],
      ['my_layer/b', 3, 4],
    ];
    expect(await read('net/my_layer/w', 'net/my_layer/b')).to.deep.equal(named);
    expect(await read('my_layer/1', 'my_layer/0')).to.deep.equal([
      ['my_layer/0', 3, 4],
      ['my_layer/1', 1, 2],
    ]);
  });

  it('refuses slots that are missing, or of other shapes', async () => {
    const [first, second] = GOOD;
    await refuse(
      written('a.weights.h5', await weights([first])),
      /must have 2 variables for each that is trained/,
      ADAMAX,
    );
    const path = written('b.weights.h5', await weights([first, { ...second, shape: [1, 2] }]));
    await expectRefused(importKeras(path, ADAMAX), RangeError, 'ERR_ADAMAX_ARG_VALUE', /^trainable must be a list/);
  });

  it('follows no link to another file, and no circle', async () => {
    const link = await hdf5((file) => file.create_external_link('/etc/passwd', '/', 'layers'));
    await refuse(written('a.h5', link), /^'\/layers' must be a group or a dataset, as of .*: received '\w*Link'$/);
    const circle = await hdf5((file) => {
      file.create_group('a');
      file.create_hard_link('/a', '/a/b');
    });
    await refuse(written('b.h5', circle), /^groups must be nested at most 32 deep/);
  });

  it('refuses elements that do not lie in the file', async () => {
    const bytes = Buffer.from(
      await hdf5((file) => {
        const data = Float32Array.from({ length: 100_000 }, () => 0);
        file.create_dataset({ name: 'zeros', data, shape: [100_000], chunks: [100_000], compression: 9 });
      }),
    );
    expect(bytes.length).to.be.below(10_000);
    await refuse(written('a.h5', bytes), /^elements of '\/zeros' must lie in the file/);
  });

  it('ends the reading of a file that has no end', async () => {
    await refuse(pathOf('endless.h5'), /^HDF5 must be read within 3000 ms \(timeout\)/, { timeout: 3000.2 });
  });

  it('refuses files that are cut short or spoilt, or takes them as files with other numbers', async () => {
    const bytes = bytesOf('legacy-sgd.h5');
    const random = new Random(3);
    let refused = 0;
    for (let i = 0; i < 8; i++) {
      const spoilt = Buffer.from(i < 3 ? bytes.subarray(0, random.below(bytes.length)) : bytes);
      for (let k = 0; k < 20 && i >= 3; k++) spoilt[random.below(bytes.length)] = random.below(256);
      try {
        (await importKeras(written('a.h5', spoilt), { timeout: 5000 })).resume();
      } catch (error) {
        expect(error)
          .to.have.property('code')
          .that.matches(/^ERR_ADAMAX_(CHECKPOINT|CONFIG|ARG_TYPE|ARG_VALUE|OPTION)$/);
        refused++;
      }
    }
    expect(refused).to.be.above(2);
  }).timeout(60_000);
});

describe('import: states of PyTorch that nobody should hand over', () => {
  const group = { lr: 0.5, betas: [0.9, 0.999], eps: 1e-8, params: [0] };
  const metadata = { param_groups: JSON.stringify([group]), optimizer: 'Adamax', names: '["w"]' };
  const good = { 'model.w': [1, 2], 'state.0.step': [5], 'state.0.exp_avg': [0, 0], 'state.0.exp_inf': [1, 1] };

  const groupOf = (options: object) => ({ param_groups: JSON.stringify([{ ...group, ...options }]) });

  const CASES: Readonly<Record<string, [tensors: object, metadata: object, message: RegExp]>> = {
    'no groups': [{}, { param_groups: '[]' }, /^groups of parameters must be part/],
    'the parameters of a model alone': [
      {},
      { param_groups: undefined },
      /^the state of an optimizer, .* must be part of .*: received a file without$/,
    ],
    'groups that are no JSON': [{}, { param_groups: '{' }, /^metadata 'param_groups' must be a JSON list/],
    'groups without an end': [
      {},
      { param_groups: `[{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}]` },
      /^metadata 'param_groups' must be nested at most 200 deep/,
    ],
    'a group without a learning rate': [
      {},
      groupOf({ lr: undefined }),
      /^lr of the optimizer must be a number.*undefined$/,
    ],
    'a group without ε': [{}, groupOf({ eps: undefined }), /^eps of the optimizer must be a number.*undefined$/],
    'an ε that is none': [{}, groupOf({ eps: null }), /^eps of the optimizer must be a number.*null$/],
    'one β': [{}, groupOf({ betas: [0.9] }), /^betas of the optimizer must be two numbers/],
    'βs that are text': [{}, groupOf({ betas: '12' }), /^betas of the optimizer must be two numbers/],
    'two states of one parameter': [{ 'state.00.exp_avg': [9, 9] }, {}, /^tensors must be called/],
    'a parameter in two groups': [
      {},
      { param_groups: JSON.stringify([group, group]) },
      /^params of each group must be/,
    ],
    'names that are none': [{}, { names: '[1]' }, /^metadata 'names' must be names/],
    'two of one name': [
      { 'state.1.step': [5], 'state.1.exp_avg': [0, 0], 'state.1.exp_inf': [1, 1] },
      { names: '["w", "w"]', param_groups: JSON.stringify([{ ...group, params: [0, 1] }]) },
      /^names of parameters must be unique/,
    ],
    'a parameter that is not in the model': [
      {},
      { names: '["v"]' },
      /^parameters of the optimizer must be in the model/,
    ],
    'a slot that is missing': [{ 'state.0.exp_inf': undefined }, {}, /^'exp_inf' of 'w' must be there/],
    'a slot of another shape': [{ 'state.0.exp_inf': [1] }, {}, /^shape of 'exp_inf' of 'w' must be \[2\]/],
    'a slot of another optimizer': [{ 'state.0.exp_avg_sq': [1, 1] }, {}, /^the state of Adamax must be step, exp_avg/],
    'a state of nobody': [{ 'state.7.step': [5] }, {}, /^states must belong to parameters/],
    'a tensor of nobody': [{ other: [5] }, {}, /^tensors must be called/],
    'a step that is no count': [{ 'state.0.step': [0.5] }, {}, /^'step' must be a count/],
  };

  for (const [title, [tensors, about, message]] of Object.entries(CASES)) {
    it(`refuses ${title}`, async () => {
      const given = Object.entries({ ...good, ...tensors }).filter(([, values]) => values !== undefined);
      const path = safetensors(pathIn('a.safetensors'), Object.fromEntries(given), { ...metadata, ...about });
      await refuse(path, message);
    });
  }

  it('takes the same without any of that', async () => {
    const { iterations } = await importTorch(safetensors(pathIn('a.safetensors'), good, metadata));
    expect(iterations).to.equal(5);
  });
});

describe('import: arguments', () => {
  it('refuses those of other kinds, before anything is read', async () => {
    const wrong = (promise: Promise<unknown>, message: RegExp) =>
      expectRefused(promise, TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    const path = pathIn('none');
    await wrong(importKeras(7 as never), /^path must be a string/);
    await wrong(importTorch(undefined as never), /^path must be a string/);
    await wrong(importKeras(path, { optimizer: 7 as never }), /^optimizer must be a string/);
    await wrong(importKeras(path, { trainable: 'w' as never }), /^trainable must be a list of names/);
    await wrong(importKeras(path, { config: [] as never }), /^config must be/);
    await wrong(importTorch(path, { names: [7] as never }), /^names must be a list of names/);
    await wrong(importTorch(path, { group: '0' as never }), /^group must be a position/);
    const value = /^timeout must be milliseconds/;
    await expectRefused(importKeras(path, { timeout: 0 }), RangeError, 'ERR_ADAMAX_ARG_VALUE', value);
    const option = /^importKeras must only have the options/;
    await expectRefused(importKeras(path, { trainables: [] } as never), TypeError, 'ERR_ADAMAX_OPTION', option);
  });
});
