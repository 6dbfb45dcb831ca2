import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'adamax/checkpoint';
import { isa, setIsa } from 'adamax/kernels';
import { expect } from 'chai';
import { train } from '../../examples/classifier/train.js';
import { Checkpoints } from '../../examples/shared/cli/checkpoints.js';
import { type Digits, first, mnist } from '../../examples/shared/digits/mnist.js';
import { Network } from '../../examples/shared/digits/network.js';
import { Random } from '../../examples/shared/maths/random.js';
import { implementations } from '../support/implementations.js';
import { killedAfter } from './kills.js';
import { expectWellFormed, mainOf, taken, UNSAVED } from './support.js';

const FILES = ['accuracy.svg', 'report.html', 'training.safetensors'];

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

  it('knows nothing of the example before', () => {
    const losses = [false, true].map((isSecond) => {
      const network = new Network(6, 5, 4, new Random(3));
      if (isSecond) network.loss(Float32Array.of(1, 2, 3, 4, 5, 6), 0);
      return network.loss(Float32Array.of(0, 0, 3, 0, 0, 0), 1);
    });
    expect(losses[0]).to.equal(losses[1]);
  });
});

describe('classifier: the training', () => {
  let training: Digits;
  let heldOut: Digits;
  const before_ = isa();
  before(() => {
    ({ training, heldOut } = mnist());
  });
  after(() => setIsa(before_));

  it('learns, to the same bits on every implementation', () => {
    const courses = implementations.map((name) => {
      setIsa(name);
      return [...train(first(2000, training), first(500, heldOut), { epochs: 1, seed: 1 }, UNSAVED)];
    });
    // Chance is 10 %.
    expect(courses[0].at(-1)?.heldOut).to.be.above(0.8);
    expect(courses[0]).to.have.length(41);
    for (const course of courses) expect(course).to.deep.equal(courses[0]);
  });

  it('goes on from any step to the same bits', () => {
    // Of three steps an epoch, the third of which is smaller.
    const few = first(110, training);
    const folder = mkdtempSync(join(tmpdir(), 'classifier-'));
    const path = join(folder, 'training.safetensors');
    const run = (every: number, resume: boolean) =>
      train(few, first(20, heldOut), { epochs: 2, seed: 1 }, new Checkpoints(path, { every, resume }, { seed: 1 }));
    const { statuses, result } = taken(run(6, false));
    const bytes = readFileSync(path);
    for (const name of implementations) {
      setIsa(name);
      for (let step = 1; step <= 6; step++) {
        const killed = run(step, false);
        rmSync(path);
        let passed = 0;
        for (; !existsSync(path); passed++) killed.next();
        expect(inspect(path).step).to.equal(step);
        const rest = taken(run(6, true));
        expect(rest.statuses).to.have.length(statuses.length - passed);
        expect(rest.statuses, `${name}, step ${step}`).to.deep.equal(statuses.slice(-rest.statuses.length));
        expect(rest.result, `${name}, step ${step}`).to.deep.equal(result);
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

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [mainOf('classifier'), ...args], { cwd: folder, encoding: 'utf8' });

  it('prints its options', () => {
    const { status, stdout, stderr } = run('--help');
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    for (const option of ['epochs', 'digits', 'seed', 'checkpoint-every', 'out'])
      expect(stdout).to.match(new RegExp(`--${option} .*default`));
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('is killed, goes on, is killed again, and leaves the same bytes as one that was left alone', async function () {
    this.timeout(60_000);
    const args = ['--epochs', '2', '--digits', '4000', '--checkpoint-every', '30'];
    const bytes = (out: string): string[] => FILES.map((file) => readFileSync(join(folder, out, file), 'base64'));
    expect(run(...args, '--out', 'whole').status).to.equal(0);
    const resumed = [...args, '--out', 'killed', '--resume'];
    const path = join(folder, 'killed', 'training.safetensors');
    for (const step of [30, 60]) {
      expect(await killedAfter(step, path, [mainOf('classifier'), ...resumed], folder)).to.equal('SIGKILL');
      expect(existsSync(join(folder, 'killed', 'accuracy.svg'))).to.equal(false);
    }
    const { status, stdout, stderr } = run(...resumed);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    expect(stdout).to.match(
      /^going on from .*\n.*report.html follows .*\nepoch [\s\S]*\naccuracy.svg and report.html are in killed\n$/,
    );
    expectWellFormed(readFileSync(join(folder, 'killed', 'accuracy.svg'), 'utf8'));
    expect(bytes('killed')).to.deep.equal(bytes('whole'));
    rmSync(join(folder, 'killed'), { recursive: true });
    rmSync(join(folder, 'whole'), { recursive: true });
  });

  it('is answered in one line where what is saved is of other options', () => {
    const args = ['--epochs', '1', '--digits', '100', '--checkpoint-every', '1', '--out', 'few'];
    expect(run(...args).status).to.equal(0);
    for (const [name, saved, other] of [
      ['epochs', '1', '2'],
      ['digits', '100', '101'],
      ['seed', '1', '2'],
    ]) {
      const problem = `--resume must be given the options of what is saved, --${name} ${saved}`;
      const { status, stdout, stderr } = run(...args, '--resume', `--${name}`, other);
      expect([status, stdout, stderr]).to.deep.equal([2, '', `${problem}: received '--${name} ${other}'\n`]);
    }
    rmSync(join(folder, 'few'), { recursive: true });
  });

  it('begins where there is nothing to go on from', () => {
    const { status, stdout } = run('--epochs', '1', '--digits', '100', '--out', 'new', '--resume');
    expect(status).to.equal(0);
    expect(stdout).to.match(/^no new.training.safetensors to go on from: beginning\n.*report.html follows .*\nepoch/);
    expect(readdirSync(join(folder, 'new'))).to.deep.equal(['accuracy.svg', 'report.html']);
    rmSync(join(folder, 'new'), { recursive: true });
  });

  const mistakes: [string[], string][] = [
    [['--epochs', '0'], "--epochs must be a whole number from 1 to 1000: received '0'"],
    [['--digits', '60001'], "--digits must be a whole number from 1 to 60000: received '60001'"],
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
