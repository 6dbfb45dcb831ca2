import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Checkpoints } from '../../examples/shared/cli/checkpoints.js';
import { CLASSES, type Digits, first, mnist, PIXELS } from '../../examples/shared/digits/mnist.js';
import { tf } from '../../examples/shared/tfjs/tf.js';
import type { Position, TrainingOptions } from '../../examples/shared/tfjs/train.js';
import type { Reading } from '../../examples/tfjs-digits/reading.js';
import { accuracyPicture } from '../../examples/tfjs-digits/svg/accuracy-picture.js';
import { misreadPicture } from '../../examples/tfjs-digits/svg/misread-picture.js';
import { type Result, trainToRead } from '../../examples/tfjs-digits/train.js';
import { killedAfter } from './kills.js';
import { expectWellFormed, mainOf, UNSAVED, withTrainingKernels } from './support.js';

const OPTIONS: TrainingOptions = { epochs: 1, seed: 1, optimizer: 'adamax' };

describe('tfjs-digits: the training', function () {
  this.timeout(60_000);
  withTrainingKernels();
  let training: Digits;
  let heldOut: Digits;
  before(() => {
    const digits = mnist();
    training = first(1280, digits.training);
    heldOut = first(300, digits.heldOut);
  });

  /** Takes a training to its end. */
  async function resultOf(course: ReturnType<typeof trainToRead>): Promise<{ losses: number[]; result: Result }> {
    const losses: number[] = [];
    for (;;) {
      const { done, value } = await course.next();
      if (done) return { losses, result: value };
      losses.push(value.loss);
    }
  }
  const accuracyOf = ({ readings }: Result) => readings.filter(({ label, guess }) => label === guess).length / 300;

  it('learns, and keeps no tensors of its steps', async () => {
    const course = trainToRead(training, heldOut, OPTIONS, UNSAVED);
    await course.next();
    const { numTensors } = tf.memory();
    for (let step = 0; step < 5; step++) await course.next();
    expect(tf.memory().numTensors).to.equal(numTensors);
    const { result } = await resultOf(course);
    // Chance is 10 %.
    expect(accuracyOf(result)).to.be.above(0.6);
    expect(result.looks.map(([done]) => done)).to.deep.equal([0]);
  });

  it('learns by the optimizer of TensorFlow.js as well', async () => {
    const few = first(640, training);
    const { losses, result } = await resultOf(trainToRead(few, heldOut, { ...OPTIONS, optimizer: 'tf' }, UNSAVED));
    expect(losses).to.have.length(11);
    expect(accuracyOf(result)).to.be.above(0.4);
  });

  it('goes on from where it was saved to the same bits', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'digits-'));
    const path = join(folder, 'training.safetensors');
    const few = first(200, training);
    const run = (every: number, resume: boolean) =>
      trainToRead(
        few,
        heldOut,
        { ...OPTIONS, epochs: 2 },
        new Checkpoints<Position>(path, { every, resume }, { seed: 1 }),
      );
    const whole = await resultOf(run(8, false));
    const bytes = readFileSync(path);
    for (const step of [1, 4, 5]) {
      rmSync(path);
      const killed = run(step, false);
      while (!existsSync(path)) await killed.next();
      const rest = await resultOf(run(8, true));
      expect(rest.losses, `step ${step}`).to.deep.equal(whole.losses.slice(-rest.losses.length));
      expect(rest.result, `step ${step}`).to.deep.equal(whole.result);
      expect(readFileSync(path).equals(bytes), `step ${step}`).to.equal(true);
    }
    rmSync(folder, { recursive: true });
  });
});

describe('tfjs-digits: the pictures', () => {
  const heldOut: Digits = { images: new Uint8Array(200 * PIXELS).fill(200), labels: new Uint8Array(200) };
  const readings = (wrong: number): Reading[] =>
    Array.from({ length: 200 }, (_, index) => ({
      index,
      label: index % CLASSES,
      guess: index < wrong ? (index + 1) % CLASSES : index % CLASSES,
      confidence: 1 - index / 1000,
    }));

  it('are XML, whatever there is to show', () => {
    const three = [0, 100, 200].map((done) => [done, done / 200] as const);
    for (const wrong of [0, 1, 13, 200]) {
      expectWellFormed(misreadPicture(readings(wrong), heldOut, '1 < 2 & "3"'));
      expectWellFormed(accuracyPicture([[0, 0.1]], readings(wrong), 'one look'));
      expectWellFormed(accuracyPicture(three, readings(wrong), 'three looks'));
    }
  });

  it('show misread digits, the surest first, and say how many there are', () => {
    const svg = misreadPicture(readings(70), heldOut, '');
    expect(svg).to.contain('70 of 200, the 60 surest shown');
    expect(svg.match(/class="card"/g)).to.have.length(60);
    expect(svg.match(/>is \d</g)?.slice(0, 3)).to.deep.equal(['>is 0<', '>is 1<', '>is 2<']);
    expect(misreadPicture(readings(0), heldOut, '')).to.contain('No digit was misread');
  });
});

describe('tfjs-digits: the command', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'digits-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [mainOf('tfjs-digits'), ...args], { cwd: folder, encoding: 'utf8' });

  it('prints its options', () => {
    const { status, stdout, stderr } = run('--help');
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    for (const option of ['epochs', 'digits', 'seed', 'optimizer', 'checkpoint-every', 'out'])
      expect(stdout).to.match(new RegExp(`--${option} .*default`));
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  // What it comes to is compared above; here the processes count.
  it('is killed, and goes on', async () => {
    const args = ['--digits', '320', '--checkpoint-every', '2', '--out', 'killed', '--resume'];
    const path = join(folder, 'killed', 'training.safetensors');
    expect(await killedAfter(2, path, [mainOf('tfjs-digits'), ...args], folder)).to.equal('SIGKILL');
    const { status, stdout } = run(...args);
    expect(status).to.equal(0);
    expect(stdout).to.match(/^going on from .*\nepoch [\s\S]*\nmisread [\d,]+ of 10,000 [\s\S]* are in killed\ntook /);
    for (const file of ['accuracy.svg', 'misread.svg'])
      expectWellFormed(readFileSync(join(folder, 'killed', file), 'utf8'));
    rmSync(join(folder, 'killed'), { recursive: true });
  });

  const mistakes: [string[], string][] = [
    [['--digits', '60001'], "--digits must be a whole number from 1 to 60000: received '60001'"],
    [['--optimizer', 'adam'], "--optimizer must be adamax or tf: received 'adam'"],
    [
      ['--optimizer', 'tf', '--resume'],
      '--optimizer must be adamax where a training is saved: tf.train.adamax cannot be',
    ],
  ];
  for (const [args, message] of mistakes) {
    it(`answers ${args.join(' ')} with one line and status 2`, () => {
      const { status, stdout, stderr } = run(...args);
      expect({ status, stdout }).to.deep.equal({ status: 2, stdout: '' });
      expect(stderr.startsWith(message)).to.equal(true);
      expect(readdirSync(folder)).to.deep.equal([]);
    });
  }
});
