import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Adamax, Variable } from 'adamax';
import { fingerprint, save } from 'adamax/checkpoint';
import { expect } from 'chai';
import { adamax } from '../support/cli.js';
import { root } from '../support/process.js';

type Tensor = readonly [key: string, dtype: string, shape: readonly number[], bytes: ArrayLike<number>];

/** A file of safetensors, put together by hand. */
function fileOf(name: string, tensors: readonly Tensor[], metadata?: object): string {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  let at = 0;
  for (const [key, dtype, shape, bytes] of tensors) {
    header[key] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([length, json, ...tensors.map(([, , , bytes]) => Buffer.from(Array.from(bytes)))]));
  return path;
}

/** Little-endian bytes of numbers. */
function bytesOf(numbers: readonly number[], width: number, write: (to: DataView, at: number, x: number) => void) {
  const bytes = new Uint8Array(numbers.length * width);
  numbers.forEach((x, i) => {
    write(new DataView(bytes.buffer), i * width, x);
  });
  return bytes;
}
const floats = (numbers: readonly number[]) => bytesOf(numbers, 4, (to, at, x) => to.setFloat32(at, x, true));
const f32 = (...numbers: number[]) => floats(numbers);
const f64 = (...numbers: number[]) => bytesOf(numbers, 8, (to, at, x) => to.setFloat64(at, x, true));
const i64 = (...numbers: number[]) => bytesOf(numbers, 8, (to, at, x) => to.setBigInt64(at, BigInt(x), true));

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adamax-inspect-'));
  path = join(folder, 'a.safetensors');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Saves two steps of a variable. */
function saveTraining(to: string, change: { learningRate?: number; b?: number; epoch?: number } = {}) {
  const { learningRate = 0.125, b = -4, epoch = 7 } = change;
  const w = new Variable(new Float32Array([3, b, 0, NaN, -Infinity, 12]), { name: 'encoder/w', shape: [2, 3] });
  const state = { optimizer: new Adamax({ learningRate }), variables: [w] };
  save(to, { ...state, extra: { epoch } });
  return state;
}

/** Changes a bit of the last tensor. */
function spoil(file: string): void {
  const bytes = readFileSync(file);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(file, bytes);
}

describe('npx adamax inspect', () => {
  it('tells tensors with their norms, and what the file says of the training, in lines that fit a terminal', () => {
    const state = saveTraining(path);
    const { status, stdout, stderr } = adamax('inspect', path);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    // 3² + 4² + 12² = 13²
    expect(stdout).to.match(/^tensor +dtype +shape +elements +l2 norm +largest +NaN +Inf$/m);
    expect(stdout).to.match(/^variables\/encoder\/w +F32 +\[2, 3\] +6 +13 +12 +1 +1$/m);
    expect(stdout).to.match(/^iterations +I64 +\[\] +1 +0 +0 +0 +0$/m);
    expect(stdout).to.match(/^step +0$/m);
    expect(stdout).to.match(/^optimizer +Adamax$/m);
    expect(stdout).to.match(/^ {2}learning_rate +0\.125$/m);
    expect(stdout).to.match(/^extra\.epoch +7$/m);
    expect(stdout).to.match(new RegExp(`^fingerprint +${fingerprint(state)}$`, 'm'));
    expect(stdout).to.match(/^digest +fits$/m);
    expect(stdout).to.match(new RegExp(`^bytes +${readFileSync(path).length}$`, 'm'));
    for (const line of stdout.split('\n')) expect(line).to.have.length.at.most(80);
  });

  it('tells which options were functions, of which a file has but a number', () => {
    save(path, { optimizer: new Adamax({ learningRate: () => 0.125, beta1: () => 0.5 }) });
    const { status, stdout } = adamax('inspect', path);
    expect(status).to.equal(0);
    expect(stdout).to.match(/^ {2}were functions +learningRate, beta1$/m);
    expect(JSON.parse(adamax('inspect', path, '--json').stdout).functions).to.deep.equal({
      '': ['learningRate', 'beta1'],
    });
  });

  it('tells the same as JSON', () => {
    const state = saveTraining(path);
    const { status, stdout, stderr } = adamax('inspect', path, '--json');
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    const { tensors, metadata, optimizers, ...rest } = JSON.parse(stdout);
    expect(rest).to.deep.equal({
      bytes: readFileSync(path).length,
      step: 0,
      functions: {},
      extra: { epoch: 7 },
      fingerprint: fingerprint(state),
      digest: 'fits',
    });
    expect(optimizers[''].class_name).to.equal('Adamax');
    expect(metadata.format).to.equal('adamax');
    expect(tensors).to.deep.equal([
      { key: 'iterations', dtype: 'I64', shape: [], elements: 1, norm: 0, largest: 0, nan: 0, infinite: 0 },
      {
        ...{ key: 'variables/encoder/w', dtype: 'F32', shape: [2, 3], elements: 6 },
        ...{ norm: 13, largest: 12, nan: 1, infinite: 1 },
      },
    ]);
  });

  it('reads elements of every dtype that a file has, in more pieces than one', () => {
    // The bits of 1.5 and −2, by the definition of each format, and what is no number where there is one.
    const tensors: Tensor[] = [
      ['F64', 'F64', [3], f64(1.5, -2, NaN)],
      ['I64', 'I64', [2], i64(1, -2)],
      ['U64', 'U64', [1], [0, 0, 0, 0, 0, 0, 0, 0x80]], // 2⁶³
      ['I32', 'I32', [2], [1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff]],
      ['U32', 'U32', [1], [0xff, 0xff, 0xff, 0xff]],
      ['F16', 'F16', [4], [0x00, 0x3e, 0x00, 0xc0, 0x00, 0x7c, 0x01, 0x7c]], // 1.5 −2 Inf NaN
      ['BF16', 'BF16', [4], [0xc0, 0x3f, 0x00, 0xc0, 0x80, 0xff, 0xc0, 0x7f]],
      ['I16', 'I16', [2], [1, 0, 0xfe, 0xff]],
      ['U16', 'U16', [1], [0xff, 0xff]],
      ['F8_E4M3', 'F8_E4M3', [5], [0x3c, 0xc0, 0x7f, 0x7e, 0x01]], // 1.5 −2 NaN 448 2⁻⁹
      ['F8_E5M2', 'F8_E5M2', [4], [0x3e, 0xc0, 0x7c, 0x7d]],
      ['I8', 'I8', [2], [1, 0xfe]],
      ['U8', 'U8', [1], [0xff]],
      ['BOOL', 'BOOL', [3], [1, 0, 1]],
      ['F32', 'F32', [300000], floats(new Array(300000).fill(2))],
      ['none', 'F32', [0], []],
    ];
    const { status, stdout } = adamax('inspect', fileOf('all', tensors), '--json');
    expect(status).to.equal(0);
    const found = JSON.parse(stdout).tensors.map(({ key, norm, largest, nan, infinite }: Record<string, number>) => {
      return [key, norm, largest, nan, infinite];
    });
    const [pair, whole] = [Math.sqrt(1.5 ** 2 + 4), Math.sqrt(5)];
    const e4m3 = Math.sqrt(1.5 ** 2 + 4 + 448 ** 2 + 2 ** -18);
    expect(found).to.deep.equal([
      ['F64', pair, 2, 1, 0],
      ['I64', whole, 2, 0, 0],
      ['U64', 2 ** 63, 2 ** 63, 0, 0],
      ['I32', whole, 2, 0, 0],
      ['U32', 2 ** 32 - 1, 2 ** 32 - 1, 0, 0],
      ['F16', pair, 2, 1, 1],
      ['BF16', pair, 2, 1, 1],
      ['I16', whole, 2, 0, 0],
      ['U16', 65535, 65535, 0, 0],
      ['F8_E4M3', e4m3, 448, 1, 0],
      ['F8_E5M2', pair, 2, 1, 1],
      ['I8', whole, 2, 0, 0],
      ['U8', 255, 255, 0, 0],
      ['BOOL', Math.SQRT2, 1, 0, 0],
      ['F32', 2 * Math.sqrt(300000), 2, 0, 0],
      ['none', 0, 0, 0, 0],
    ]);
  });

  it('shows what files of others say, and lets no name steer the terminal', () => {
    const other = fileOf('other', [['\u001b[2Jw\u202e', 'F32', [1], f32(1)]], { format: 'pt', note: 'two\nlines' });
    const { stdout } = adamax('inspect', other);
    expect(stdout).to.match(/^\\u\{1b\}\[2Jw\\u\{202e\} +F32/m);
    expect(stdout).to.match(/^metadata\.note +two\\u\{a\}lines$/m);
    expect(stdout).to.match(/^step +unknown$/m);
    expect(stdout).to.match(/^digest +none$/m);
    expect(JSON.parse(adamax('inspect', other, '--json').stdout).digest).to.equal(null);
  });

  it('says of a damaged file that it is, beside what is in it, with status 1', () => {
    saveTraining(path);
    spoil(path);
    const text = adamax('inspect', path);
    expect(text.stdout).to.match(/^variables\/encoder\/w +F32/m);
    expect(text.stdout).to.match(/^digest +damaged$/m);
    const json = adamax('inspect', path, '--json');
    expect(JSON.parse(json.stdout)).to.include({ digest: 'damaged', step: 0 });
    for (const { status, stderr } of [text, json]) {
      expect(stderr).to.match(/^adamax: .* must be as it was written, .*: received a damaged file, .*\n$/);
      expect(status).to.equal(1);
    }
  });

  it('fails where there is nothing to read', () => {
    expect(adamax('inspect', join(folder, 'none'))).to.include({ status: 2, stdout: '' });
    writeFileSync(path, 'no tensors');
    const { status, stderr } = adamax('inspect', path);
    expect(status).to.equal(1);
    expect(stderr).to.match(/^adamax: .* must be a file of safetensors: received one that begins with 'no tenso'\n$/);
  });

  it('sends whoever has a file of Keras to what reads it', () => {
    for (const beginning of ['PK\x03\x04 of a .keras', '\x89HDF\r\n\x1a\n of an .h5']) {
      writeFileSync(path, beginning, 'latin1');
      expect(adamax('inspect', path).stderr).to.match(/ must be a file of safetensors \(importKeras of .*\): received/);
    }
  });
});

describe('npx adamax diff', () => {
  it('says nothing where nothing differs, in whatever order tensors lie', () => {
    const [a, b]: Tensor[] = [
      ['a', 'F32', [1], f32(1)],
      ['b', 'F32', [1], f32(NaN)],
    ];
    const files = [fileOf('one', [a, b], { x: '1', y: '2' }), fileOf('two', [b, a], { y: '2', x: '1' })];
    expect(adamax('diff', ...files)).to.deep.equal({ status: 0, stdout: '', stderr: '' });
  });

  it('tells the first and the largest difference of each tensor, and what only one file has', () => {
    const many = new Array<number>(600000).fill(1);
    const changed = [...many];
    changed[299999] = 1.5; // in the second piece
    changed[599999] = -3;
    const a = fileOf('one', [
      ['same', 'F32', [2], f32(1, 2)],
      ['many', 'F32', [2, 3, 100000], floats(many)],
      ['zero', 'F32', [], f32(0)],
      ['nan', 'F64', [3], f64(1, 2, 3)],
      ['count', 'I64', [1], i64(2 ** 53)],
      ['shape', 'F32', [2, 1], f32(1, 2)],
      ['gone', 'I64', [1], i64(1)],
    ]);
    const b = fileOf('two', [
      ['same', 'F32', [2], f32(1, 2)],
      ['many', 'F32', [2, 3, 100000], floats(changed)],
      ['zero', 'F32', [], f32(-0)],
      ['nan', 'F64', [3], f64(0.1, NaN, 1e308)],
      ['count', 'I64', [1], [1, 0, 0, 0, 0, 0, 0x20, 0]], // 2⁵³ + 1
      ['shape', 'F32', [1, 2], f32(1, 2)],
      ['new', 'F32', [1], f32(1)],
    ]);
    const { status, stdout, stderr } = adamax('diff', a, b);
    expect({ status, stderr }).to.deep.equal({ status: 1, stderr: '' });
    expect(stdout.split('\n')).to.deep.equal([
      'only in A  gone  I64 [1]',
      'only in B  new  F32 [1]',
      'many  F32 [2, 3, 100000]  2 of 600000 differ',
      '  first    [0, 2, 99999]  1 | 1.5',
      '  largest  [1, 2, 99999]  1 | -3',
      'zero  F32 []  1 of 1 differ',
      '  first    []  0 | -0',
      '  largest  []  0 | -0',
      'nan  F64 [3]  3 of 3 differ',
      '  first    [0]  1 | 0.1',
      '  largest  [1]  2 | NaN',
      'count  I64 [1]  1 of 1 differ',
      '  first    [0]  9007199254740992 | 9007199254740993',
      '  largest  [0]  9007199254740992 | 9007199254740993',
      'shape  F32 [2, 1] | F32 [1, 2]',
      '',
    ]);
  });

  it('tells what differs in the step, in configs and in extra', () => {
    const other = join(folder, 'b.safetensors');
    saveTraining(path);
    saveTraining(other, { learningRate: 0.5, epoch: 8, b: 4.1 });
    const { status, stdout } = adamax('diff', path, other);
    expect(status).to.equal(1);
    expect(stdout.split('\n')).to.deep.equal([
      'variables/encoder/w  F32 [2, 3]  1 of 6 differ',
      '  first    [0, 1]  -4 | 4.1',
      '  largest  [0, 1]  -4 | 4.1',
      'optimizer.config.learning_rate  0.125 | 0.5',
      'extra.epoch                     7 | 8',
      '',
    ]);
    const { variables } = saveTraining(path);
    save(other, { variables });
    expect(adamax('diff', path, other).stdout).to.match(/^step +0 \| nothing$/m);
  });

  it('does not take a damaged file for another, though nothing or other tensors were compared', () => {
    const files = [path, join(folder, 'b.safetensors')] as const;
    const w = new Variable(new Float32Array(600000), { name: 'w' });
    const none = new Variable(new Float32Array(0), { name: 'none' });
    const same = [w, none];
    const other = [new Variable(new Float32Array(3), { name: 'w' })];
    for (const ofB of [same, other]) {
      const written = ofB === same ? '' : 'only in A  variables/none  F32 [0]\nvariables/w  F32 [600000] | F32 [3]\n';
      save(files[0], { variables: same });
      save(files[1], { variables: ofB });
      expect(adamax('diff', ...files)).to.deep.equal({ status: written === '' ? 0 : 1, stdout: written, stderr: '' });
      for (const damaged of files) {
        const whole = readFileSync(damaged);
        spoil(damaged);
        const { status, stdout, stderr } = adamax('diff', ...files);
        expect(stdout.startsWith(written)).to.equal(true);
        expect(stderr).to.match(/^adamax: .* must be as it was written, .*: received a damaged file, .*\n$/);
        expect(stderr).to.contain(damaged);
        expect(status).to.equal(2);
        writeFileSync(damaged, whole);
      }
    }
    spoil(files[0]);
    writeFileSync(files[1], readFileSync(files[0]));
    const { status, stdout, stderr } = adamax('diff', ...files);
    expect({ status, stdout }).to.deep.equal({ status: 2, stdout: '' });
    expect(stderr.match(/received a damaged file/g)).to.have.length(2);
  });

  it('has status 2 for what it cannot compare', () => {
    saveTraining(path);
    for (const files of [[path], [path, join(folder, 'none')], [join(folder, 'none'), path], [path, path, path]]) {
      expect(adamax('diff', ...files)).to.include({ status: 2, stdout: '' });
    }
    expect(adamax('diff', path, join(folder, 'none')).stderr).to.match(
      /^adamax: .*none must be a file that can be read/,
    );
  });
});

describe('npx adamax verify', () => {
  it('says whether a file is what was written, as far as anything tells', () => {
    saveTraining(path);
    expect(adamax('verify', path)).to.deep.equal({
      ...{ status: 0, stderr: '' },
      stdout: `${path} is what was written: its digest fits\n`,
    });
    spoil(path);
    const { status, stdout, stderr } = adamax('verify', path);
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' });
    expect(stderr).to.match(
      /^adamax: .* must be as it was written, with the digest '.{32}': received a damaged file, .*\n$/,
    );
    const other = adamax('verify', fileOf('other', [['w', 'F32', [1], f32(1)]]));
    expect(other.status).to.equal(0);
    expect(other.stdout).to.match(/can be read, but has no digest/);
  });

  it('tells a file that is damaged from one that cannot be read', () => {
    writeFileSync(path, 'no tensors');
    expect(adamax('verify', path)).to.include({ status: 1, stdout: '' });
    for (const none of [join(folder, 'none'), folder]) {
      const { status, stderr } = adamax('verify', none);
      expect(stderr).to.match(/^adamax: .* must be a file that can be read: received .*\n$/);
      expect(status).to.equal(2);
    }
  });
});

describe('npx adamax --version', () => {
  it('is that of the package', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(adamax('--version')).to.deep.equal({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('says how the commands are used, with status 2 where they are not', () => {
    for (const args of [
      ['inspect'],
      ['inspect', '--yaml'],
      ['diff', 'a', 'b', '--json'],
      ['verify'],
      ['--version', 'x'],
    ]) {
      expect(adamax(...args)).to.include({ status: 2, stdout: '' });
      expect(adamax(...args).stderr).to.match(/^adamax: (\S+) must be given just this:\nadamax \1\b.*\n$/);
    }
  });
});
