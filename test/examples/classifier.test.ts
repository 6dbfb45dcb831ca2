import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inspect } from 'adamax/checkpoint';
import { isa, setIsa } from 'adamax/kernels';
import { expect } from 'chai';
import { type Digits, digits, PIXELS } from '../../examples/classifier/data.js';
import { Network } from '../../examples/classifier/network.js';
import { type Position, train } from '../../examples/classifier/train.js';
import { Checkpoints } from '../../examples/shared/cli/checkpoints.js';
import type { TrainingStatus } from '../../examples/shared/cli/progress.js';
import { Random } from '../../examples/shared/maths/random.js';
import { implementations } from '../support/implementations.js';
import { expectWellFormed } from './support.js';

const FILES = ['accuracy.svg', 'training.safetensors'];

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

const UNSAVED = new Checkpoints<Position>('', { every: 0, resume: false }, {});

/** The statuses of a training, but for what depends on where it went on from, and the accuracies it ends with. */
function taken(training: Generator<TrainingStatus, readonly number[]>): [object[], readonly number[]] {
  const statuses: object[] = [];
  for (;;) {
    const { done, value } = training.next();
    if (done) return [statuses, value];
    const { resumed: _, ...status } = value;
    statuses.push(status);
  }
}

describe('classifier: the training', () => {
  let training: Digits;
  let heldOut: Digits;
  const before_ = isa();
  before(() => {
    ({ training, heldOut } = digits());
  });
  after(() => setIsa(before_));

  it('learns, to the same bits on every implementation', function () {
    this.timeout(60_000);
    const courses = implementations.map((name) => {
      setIsa(name);
      return [...train(oneOf(4, training), oneOf(4, heldOut), { epochs: 1, seed: 1 }, UNSAVED)];
    });
    // A quarter of the digits teaches to read 86.4 %; chance is 10 %.
    expect(courses[0].at(-1)?.heldOut).to.be.above(0.8);
    expect(courses[0]).to.have.length(41);
    for (const course of courses) expect(course).to.deep.equal(courses[0]);
  });

  it('goes on from any step to the same bits', function () {
    this.timeout(60_000);
    // Of three steps an epoch, the third of which is smaller.
    const few = { images: training.images.subarray(0, 110 * PIXELS), labels: training.labels.subarray(0, 110) };
    const folder = mkdtempSync(join(tmpdir(), 'classifier-'));
    const path = join(folder, 'training.safetensors');
    const run = (every: number, resume: boolean) =>
      train(few, oneOf(100, heldOut), { epochs: 2, seed: 1 }, new Checkpoints(path, { every, resume }, { seed: 1 }));
    const [statuses, accuracies] = taken(run(6, false));
    const bytes = readFileSync(path);
    for (const name of implementations) {
      setIsa(name);
      for (let step = 1; step <= 6; step++) {
        const killed = run(step, false);
        rmSync(path);
        while (!existsSync(path)) killed.next();
        expect(inspect(path).step).to.equal(step);
        const [rest, all] = taken(run(6, true));
        expect([rest, all], `${name}, step ${step}`).to.deep.equal([statuses.slice(-rest.length), accuracies]);
        expect(readFileSync(path).equals(bytes), `${name}, step ${step}`).to.equal(true);
      }
    }
    rmSync(folder, { recursive: true });
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
    for (const option of ['epochs', 'seed', 'checkpoint-every', 'out'])
      expect(stdout).to.match(new RegExp(`--${option} .*default`));
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('is killed, goes on, is killed again, and leaves the same bytes as one that was left alone', async function () {
    this.timeout(60_000);
    const args = ['--epochs', '1', '--checkpoint-every', '30'];
    const bytes = (out: string): string[] => FILES.map((file) => readFileSync(join(folder, out, file), 'base64'));
    expect(run(...args, '--out', 'whole').status).to.equal(0);
    const resumed = [...args, '--out', 'killed', '--resume'];
    for (const step of [30, 90]) {
      expect(await killedAfter(step, join(folder, 'killed', 'training.safetensors'), resumed)).to.equal('SIGKILL');
      expect(existsSync(join(folder, 'killed', 'accuracy.svg'))).to.equal(false);
    }
    const { status, stdout, stderr } = run(...resumed);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    expect(stdout).to.match(/^going on from .*\nepoch 1\/1 .*\naccuracy.svg is in killed\n$/);
    expect(readdirSync(join(folder, 'killed')).sort()).to.deep.equal(FILES);
    expectWellFormed(readFileSync(join(folder, 'killed', 'accuracy.svg'), 'utf8'));
    expect(bytes('killed')).to.deep.equal(bytes('whole'));
    const other = run(...resumed, '--seed', '2');
    expect([other.status, other.stderr]).to.deep.equal([
      2,
      "--resume must be given the options of what is saved, --epochs 1 --seed 1: received '--epochs 1 --seed 2'\n",
    ]);
    rmSync(join(folder, 'killed'), { recursive: true });
    rmSync(join(folder, 'whole'), { recursive: true });
  });

  /** Kills a training once it has saved itself after a step; resolves to what ended it. */
  async function killedAfter(step: number, path: string, args: readonly string[]): Promise<string | null> {
    const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: 'ignore' });
    const ended = once(child, 'exit');
    while (child.exitCode === null && (!existsSync(path) || Number(inspect(path).step) < step)) await setTimeout(5);
    child.kill('SIGKILL');
    return (await ended)[1];
  }

  const mistakes: [string[], string][] = [
    [['--epochs', '0'], "--epochs must be a whole number from 1 to 1000: received '0'"],
    [['--seed', '-1'], "--seed must be a whole number from 0 to 4294967295: received '-1'"],
    [['--out', ''], "--out must be the name of a folder: received ''"],
    [['--checkpoint-every'], "--checkpoint-every must be a whole number from 0 to 1000000000: received ''"],
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
