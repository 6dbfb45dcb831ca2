import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Checkpoints } from '../../examples/shared/cli/checkpoints.js';
import { tf } from '../../examples/shared/tfjs/tf.js';
import type { Position } from '../../examples/shared/tfjs/train.js';
import { FEATURES, featuresOf } from '../../examples/tfjs-text/features.js';
import { bookOf, WORDS } from '../../examples/tfjs-text/passages.js';
import { guessesPicture } from '../../examples/tfjs-text/svg/guesses-picture.js';
import { type Guess, trainToTell } from '../../examples/tfjs-text/train.js';
import { killedAfter } from './kills.js';
import { expectWellFormed, mainOf, UNSAVED, withTrainingKernels } from './support.js';

const OPTIONS = { epochs: 3, seed: 1, optimizer: 'adamax', rows: 2 ** 14, dim: 16 } as const;

describe('tfjs-text: the passages', () => {
  it('are of all numbered chapters, one in ten kept from training', () => {
    const { titles, training, heldOut } = bookOf();
    expect([titles.length, titles[0], titles[134]]).to.deep.equal([135, 'Loomings', 'The Chase.—Third Day']);
    expect(heldOut.length / (training.length + heldOut.length)).to.be.closeTo(0.1, 0.01);
    for (const { words } of [training[0], heldOut[0]]) expect(words).to.have.length(WORDS);
    expect(training[0].words.slice(0, 3)).to.deep.equal(['call', 'me', 'ishmael']);
    expect(new Set(training.map(({ chapter }) => chapter)).size).to.equal(135);
  });

  it('look up a row for each word and for each two', () => {
    const words = Array.from({ length: WORDS }, (_, i) => `word${i % 3}`);
    const rows = featuresOf({ chapter: 0, words }, 1000);
    expect(rows).to.have.length(FEATURES);
    expect(new Set(rows).size).to.equal(6); // three words, and three pairs of them
    expect(rows.every((row) => row >= 0 && row < 1000)).to.equal(true);
  });
});

describe('tfjs-text: the training', function () {
  this.timeout(60_000);
  withTrainingKernels();
  const book = bookOf(5);

  async function resultOf(
    course: ReturnType<typeof trainToTell>,
  ): Promise<{ losses: number[]; guesses: readonly Guess[] }> {
    const losses: number[] = [];
    for (;;) {
      const { done, value } = await course.next();
      if (done) return { losses, guesses: value };
      losses.push(value.loss);
    }
  }
  const accuracyOf = (guesses: readonly Guess[]) =>
    guesses.filter(({ chapter, guess }) => chapter === guess).length / guesses.length;

  it('learns, and keeps no tensors of its steps', async () => {
    const course = trainToTell(book, { ...OPTIONS, epochs: 6 }, UNSAVED);
    await course.next();
    const { numTensors } = tf.memory();
    for (let step = 0; step < 5; step++) await course.next();
    expect(tf.memory().numTensors).to.equal(numTensors);
    // Half of the passages are of one chapter.
    expect(accuracyOf((await resultOf(course)).guesses)).to.be.above(0.55);
  });

  it('learns the same of a table that TensorFlow.js steps in full', async () => {
    const { losses } = await resultOf(trainToTell(book, { ...OPTIONS, epochs: 1, optimizer: 'tf' }, UNSAVED));
    expect(losses.at(-2)).to.be.below(losses[0]);
  });

  it('goes on from where it was saved to the same bits', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'text-'));
    const path = join(folder, 'training.safetensors');
    const run = (every: number, resume: boolean) =>
      trainToTell(book, OPTIONS, new Checkpoints<Position>(path, { every, resume }, { seed: 1 }));
    const whole = await resultOf(run(20, false));
    const bytes = readFileSync(path);
    for (const step of [7, 20]) {
      rmSync(path);
      const killed = run(step, false);
      while (!existsSync(path)) await killed.next();
      const rest = await resultOf(run(20, true));
      expect(rest.losses, `step ${step}`).to.deep.equal(whole.losses.slice(-rest.losses.length));
      expect(rest.guesses, `step ${step}`).to.deep.equal(whole.guesses);
      expect(readFileSync(path).equals(bytes), `step ${step}`).to.equal(true);
    }
    rmSync(folder, { recursive: true });
  });
});

describe('tfjs-text: the command', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'text-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [mainOf('tfjs-text'), ...args], { cwd: folder, encoding: 'utf8' });

  it('prints its options', () => {
    const { status, stdout, stderr } = run('--help');
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    for (const option of ['epochs', 'rows', 'dim', 'chapters', 'seed', 'optimizer', 'checkpoint-every', 'out'])
      expect(stdout).to.match(new RegExp(`--${option} .*default`));
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('is killed, and goes on', async () => {
    const sizes = ['--chapters', '4', '--rows', '4096', '--dim', '8', '--epochs', '3'];
    const args = [...sizes, '--checkpoint-every', '5', '--out', 'killed', '--resume'];
    const path = join(folder, 'killed', 'training.safetensors');
    expect(await killedAfter(5, path, [mainOf('tfjs-text'), ...args], folder)).to.equal('SIGKILL');
    const { status, stdout } = run(...args);
    expect(status).to.equal(0);
    expect(stdout).to.match(/passages of Moby Dick, a table of 4,096 × 8\ngoing on from .*\nepoch [\s\S]*“/);
    expectWellFormed(readFileSync(join(folder, 'killed', 'guesses.svg'), 'utf8'));
    rmSync(join(folder, 'killed'), { recursive: true });
  });

  it('answers a mistake with one line and status 2', () => {
    const { status, stdout, stderr } = run('--rows', '0');
    const message = "--rows must be a whole number from 1 to 4194304: received '0'\n";
    expect({ status, stdout, stderr }).to.deep.equal({ status: 2, stdout: '', stderr: message });
  });
});

describe('tfjs-text: the picture', () => {
  it('is XML, however many are told right', () => {
    const { titles } = bookOf();
    const guesses = (right: boolean): Guess[] =>
      titles.map((_, chapter) => ({ chapter, words: [], guess: right ? chapter : 0, confidence: 0.5 }));
    for (const right of [true, false]) expectWellFormed(guessesPicture(guesses(right), titles, '1 < 2 & "3"'));
    expect(guessesPicture(guesses(true), titles, '')).to.contain('100.0 % of 135 told right');
  });
});
