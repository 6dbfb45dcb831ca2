import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isa, setIsa } from 'adamax/kernels';
import { expect } from 'chai';
import { type Digits, digits, PIXELS } from '../../examples/classifier/data.js';
import { Network } from '../../examples/classifier/network.js';
import { train } from '../../examples/classifier/train.js';
import { Random } from '../../examples/shared/maths/random.js';
import { implementations } from '../support/implementations.js';

const main = fileURLToPath(new URL('../../examples/classifier/main.js', import.meta.url));

describe('classifier: the network', () => {
  it('has the gradients that numerical differences have', () => {
    const random = new Random(3);
    const network = new Network(6, 5, 4, random);
    const x = Float32Array.from({ length: 6 }, (_, i) => (i === 2 ? 0 : random.unit()));
    network.add(x, 1, 1);
    network.variables.forEach(({ data, name }, v) => {
      for (let i = 0; i < data.length; i++) {
        const before = data[i];
        const at = (value: number): [number, number] => {
          data[i] = value;
          return [data[i], network.loss(x, 1)];
        };
        const [[high, more], [low, less]] = [at(before + 2 ** -12), at(before - 2 ** -12)];
        data[i] = before;
        expect(network.gradients[v][i], `${name}[${i}]`).to.be.closeTo((more - less) / (high - low), 1e-6);
      }
    });
  });
});

/** One of every `n` digits. */
function oneOf(n: number, { images, labels }: Digits): Digits {
  const some = { images: new Float32Array(images.length / n), labels: new Uint8Array(labels.length / n) };
  for (let i = 0; i < some.labels.length; i++) {
    some.images.set(images.subarray(i * n * PIXELS, (i * n + 1) * PIXELS), i * PIXELS);
    some.labels[i] = labels[i * n];
  }
  return some;
}

describe('classifier: the training', () => {
  const before_ = isa();
  after(() => setIsa(before_));

  it('learns, to the same bits on every implementation', function () {
    this.timeout(60_000);
    const { training, heldOut } = digits();
    const courses = implementations.map((name) => {
      setIsa(name);
      return [...train(oneOf(4, training), oneOf(4, heldOut), { epochs: 1, seed: 1 })];
    });
    // A quarter of the digits teaches to read 86.4 %; chance is 10 %.
    expect(courses[0].at(-1)?.heldOut).to.be.above(0.8);
    expect(courses[0]).to.have.length(41);
    for (const course of courses) expect(course).to.deep.equal(courses[0]);
  });
});

describe('classifier: the command', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'classifier-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: 'utf8' });

  it('prints its options', () => {
    const { status, stdout, stderr } = run('--help');
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    for (const option of ['epochs', 'seed', 'out']) expect(stdout).to.match(new RegExp(`--${option} .*default`));
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  const mistakes: [string[], string][] = [
    [['--epochs', '0'], "--epochs must be a whole number from 1 to 1000: received '0'"],
    [['--seed', '-1'], "--seed must be a whole number from 0 to 4294967295: received '-1'"],
    [['--out', ''], "--out must be the name of a folder: received ''"],
    [['--help=yes'], "--help takes no value: received 'yes'"],
    [['--epoch', '1'], "there is no such option, --help lists them: received '--epoch'"],
    [['digits'], "this command takes options only: received 'digits'"],
  ];
  for (const [args, message] of mistakes) {
    it(`answers ${args.join(' ')} with one line and status 2`, () => {
      const { status, stdout, stderr } = run(...args);
      expect({ status, stdout, stderr }).to.deep.equal({ status: 2, stdout: '', stderr: `${message}\n` });
      expect(readdirSync(folder)).to.deep.equal([]);
    });
  }
});
