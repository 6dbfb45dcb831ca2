import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getStrategy } from 'adamax/distribute';
import { isa, setIsa } from 'adamax/kernels';
import { expect } from 'chai';
import { train } from '../../examples/distributed/train.js';
import { type Digits, first, mnist } from '../../examples/shared/digits/mnist.js';
import { addInPairs } from '../../examples/shared/maths/pairwise.js';
import { needsMpi } from '../distribute/mpi/mpirun.js';
import { input, treeSums } from '../distribute/workers/support.js';
import { implementations } from '../support/implementations.js';
import { killedAfter } from './kills.js';
import { mainOf, UNSAVED } from './support.js';

const FINGERPRINT = /[0-9a-f]{32}/g;

describe('distributed: the training', () => {
  let training: Digits;
  let heldOut: Digits;
  const before_ = isa();
  before(() => {
    ({ training, heldOut } = mnist());
  });
  after(() => setIsa(before_));

  it('sums parts in the order in which replicas are summed', () => {
    for (const count of [1, 2, 4, 8]) {
      const parts = Array.from({ length: count }, (_, part) => [input(part, 1000).slice(), input(part, 3).slice()]);
      const sums = [0, 1].map((k) => treeSums(parts.map((part) => part[k].slice())));
      addInPairs(parts);
      expect(parts[0]).to.deep.equal(sums);
    }
  });

  it('learns, to the same bits on every implementation, though batches do not come out even', () => {
    const courses = implementations.map((name) => {
      setIsa(name);
      const options = { epochs: 1, seed: 1 };
      return [...train(getStrategy(), first(2001, training), first(500, heldOut), options, UNSAVED)];
    });
    // Chance is 10 %.
    expect(courses[0].at(-1)?.heldOut).to.be.above(0.8);
    expect(courses[0]).to.have.length(33);
    for (const course of courses) expect(course).to.deep.equal(courses[0]);
  });
});

describe('distributed: the command', function () {
  this.timeout(180_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'distributed-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (args: string[], env: NodeJS.ProcessEnv = process.env) =>
    spawnSync(process.execPath, [mainOf('distributed'), ...args], { cwd: folder, encoding: 'utf8', env });

  /** An environment in which nothing but Node is found. */
  function withoutMpi(): NodeJS.ProcessEnv {
    const bin = join(folder, 'bin');
    if (!existsSync(bin)) {
      mkdirSync(bin);
      symlinkSync(process.execPath, join(bin, 'node'));
    }
    return { ...process.env, PATH: bin };
  }

  it('prints its options', () => {
    const { status, stdout, stderr } = run(['--help']);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    for (const option of ['epochs', 'digits', 'seed', 'checkpoint-every', 'replicas', 'out'])
      expect(stdout).to.match(new RegExp(`--${option} .*default`));
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  for (const options of [[], ['--replicas', '4', '--shard-state']]) {
    const replicas = options.length > 0 ? 4 : 2;

    it(`shows threads come to the bits of one replica, without MPI: ${options.join(' ') || 'by default'}`, () => {
      const { status, stdout, stderr } = run(['--digits', '300', '--out', 'threads', ...options], withoutMpi());
      expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
      expect(stdout).to.contain(`${replicas} processes: left out, for no mpirun of Open MPI (Debian, Ubuntu: apt-get`);
      expect(stdout).to.contain('killed after step 2, and all have ended (code 137); what was saved is of step 2');
      const fingerprints = stdout.match(FINGERPRINT) ?? [];
      expect(fingerprints).to.have.length(3);
      expect(new Set(fingerprints).size, stdout).to.equal(1);
      expect(stdout.trimEnd().split('\n').at(-1)).to.equal('the same bits, whoever computed what');
    });

    it(`shows processes do, too: ${options.join(' ') || 'by default'}`, function () {
      needsMpi(this);
      const { status, stdout, stderr } = run(['--digits', '300', '--out', 'processes', ...options]);
      expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
      const table = stdout.slice(stdout.indexOf('fingerprint')).split('\n').slice(1, 5);
      const others = replicas === 4 ? 2 : 4;
      const names = ['one replica', `${replicas} threads`, `${replicas} processes`];
      names.push(`${replicas} processes, one killed; ${others} threads from step 2 on`);
      expect(table.map((line) => line.split('  ', 1)[0])).to.deep.equal(names);
      expect(new Set(table.map((line) => line.match(FINGERPRINT)?.[0])).size, stdout).to.equal(1);
      expect(stdout).to.contain('killed after step 2, and all have ended (code 137)');
    });
  }

  it('is killed at any moment, and goes on by another number of replicas to the same bytes', async () => {
    const args = ['--threads', '--digits', '4000', '--checkpoint-every', '30'];
    const told = (stdout: string) => stdout.trimEnd().split('\n').at(-1)?.split(': ')[1];
    const whole = run([...args, '--replicas', '1', '--out', 'whole']);
    expect(whole.status, whole.stderr).to.equal(0);
    const resumed = [...args, '--out', 'killed', '--resume'];
    const path = join(folder, 'killed', 'training.safetensors');
    const command = [mainOf('distributed'), ...resumed, '--replicas', '2'];
    expect(await killedAfter(30, path, command, folder)).to.equal('SIGKILL');
    const { status, stdout, stderr } = run([...resumed, '--replicas', '4']);
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    expect(stdout).to.match(/^going on from .*\nepoch [\s\S]*\n4,000 digits, 4 threads: /);
    expect(told(stdout)).to.equal(told(whole.stdout));
    const bytes = (out: string) => readFileSync(join(folder, out, 'training.safetensors'), 'base64');
    expect(bytes('killed')).to.equal(bytes('whole'));
  });

  it('has processes of a sharded state take over from threads', function () {
    needsMpi(this);
    const args = ['--digits', '400', '--checkpoint-every', '4', '--out', 'taken-over'];
    const of = (...more: string[]) => {
      const { status, stdout, stderr } = run([...args, ...more]);
      expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
      return stdout.match(FINGERPRINT)?.[0];
    };
    const fingerprint = of('--threads');
    expect(of('--mpi', '--shard-state', '--resume')).to.equal(fingerprint);
    expect(of('--mpi', '--replicas', '4', '--shard-state')).to.equal(fingerprint);
  });

  it('is answered in one line where there is no MPI', () => {
    const { status, stdout, stderr } = run(['--mpi'], withoutMpi());
    expect({ status, stdout }).to.deep.equal({ status: 2, stdout: '' });
    expect(stderr).to.equal(
      "--mpi needs Open MPI (Debian, Ubuntu: apt-get install openmpi-bin libopenmpi-dev g++): received 'no mpirun of Open MPI'\n",
    );
  });

  const mistakes: [string[], string][] = [
    [['--epochs', '0'], "--epochs must be a whole number from 1 to 1000: received '0'"],
    [['--replicas', '3'], "--replicas must be 1, 2 or 4, which share 4 parts of each batch: received '3'"],
    [['--replicas'], "--replicas must be 1, 2 or 4, which share 4 parts of each batch: received ''"],
    [['--threads', '--mpi'], "replicas are threads or processes, not both: received '--threads --mpi'"],
    [['--resume'], "--resume goes with --threads or --mpi, by which one training is run: received '--resume'"],
    [['--shard-state=yes'], "--shard-state takes no value: received 'yes'"],
    [['--out', ''], "--out must be the name of a folder: received ''"],
    [['--replica', '2'], "there is no such option, --help lists them: received '--replica'"],
  ];
  for (const [args, message] of mistakes) {
    it(`answers ${args.join(' ')} with one line and status 2`, () => {
      const before = readdirSync(folder);
      const { status, stdout, stderr } = run(args);
      expect({ status, stdout, stderr }).to.deep.equal({ status: 2, stdout: '', stderr: `${message}\n` });
      expect(readdirSync(folder)).to.deep.equal(before);
    });
  }
});
