import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'adamax/checkpoint';
import { isa, setIsa } from 'adamax/kernels';
import { expect } from 'chai';
import { Checkpoints } from '../../examples/shared/cli/checkpoints.js';
import { corpusOf } from '../../examples/word-vectors/text/corpus.js';
import { type Position, type TrainingOptions, train } from '../../examples/word-vectors/training/train.js';
import { type TrainingData, trainingDataOf } from '../../examples/word-vectors/training/training-data.js';
import { implementations } from '../support/implementations.js';
import { killedAfter } from './kills.js';
import { mainOf, subjects, taken, UNSAVED, wordVectors } from './support.js';

const FILES = ['loss.svg', 'map.svg', 'report.html', 'vectors.txt'];

describe('word vectors: a training that goes on', () => {
  let folder: string;
  let path: string;
  const before_ = isa();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'word-vectors-resume-'));
    path = join(folder, 'training.safetensors');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    setIsa(before_);
  });

  const data = trainingDataOf(corpusOf(subjects(120)), 5, 3) as TrainingData;
  const options: TrainingOptions = { epochs: 2, dim: 6, window: 5, negative: 3, seed: 1, slots: 'float32' };
  const run = (every: number, resume: boolean, slots: TrainingOptions['slots']) =>
    train(data, { ...options, slots }, new Checkpoints<Position>(path, { every, resume }, { slots }));

  it('comes to the same bits from any step on, on every implementation, and so does what is saved', () => {
    const { statuses, result } = taken(run(1, false, 'float32'));
    const bytes = readFileSync(path);
    const steps = Number(inspect(path).step);
    // Of each epoch the last step is one of fewer pairs.
    expect(steps).to.be.within(12, 40);
    for (const name of implementations) {
      setIsa(name);
      for (let step = 1; step <= steps; step++) {
        const killed = run(step, false, 'float32');
        rmSync(path);
        let passed = 0;
        for (; !existsSync(path); passed++) killed.next();
        expect(inspect(path).step).to.equal(step);
        const rest = taken(run(steps, true, 'float32'));
        const which = `${name}, step ${step} of ${steps}`;
        // The passage of the save is told of a second time, and so are, at the end of an epoch, those without pairs.
        expect(rest.statuses.length, which).to.be.at.most(statuses.length - passed + 3);
        expect(rest.statuses, which).to.deep.equal(statuses.slice(-rest.statuses.length));
        expect(rest.result, which).to.deep.equal(result);
        if (step < steps) expect(readFileSync(path).equals(bytes), which).to.equal(true);
      }
    }
  });

  it('does so with moments of bfloat16', () => {
    const whole = taken(run(1, false, 'bfloat16'));
    for (const step of [3, 8]) {
      const killed = run(step, false, 'bfloat16');
      rmSync(path);
      while (!existsSync(path)) killed.next();
      expect(taken(run(0, true, 'bfloat16')).result).to.deep.equal(whole.result);
    }
  });

  it('takes no other course because it is saved, and saves nothing unless asked', () => {
    const unsaved = taken(train(data, options, UNSAVED));
    expect(taken(run(0, false, 'float32'))).to.deep.equal(unsaved);
    expect(existsSync(path)).to.equal(false);
    expect(taken(run(5, false, 'float32'))).to.deep.equal(unsaved);
    expect(existsSync(path)).to.equal(true);
  });

  it('tells how much it did itself', () => {
    const killed = run(3, false, 'float32');
    while (!existsSync(path)) killed.next();
    const { value } = run(0, true, 'float32').next();
    const status = value as { done: number; resumed: number };
    expect(status.resumed).to.be.above(0);
    // It has gone on by one passage.
    expect(status.done - status.resumed).to.be.within(1, 50);
  });
});

describe('word vectors: the command, killed', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'word-vectors-killed-'));
    writeFileSync(join(folder, 'small.txt'), subjects(400));
    writeFileSync(join(folder, 'other.txt'), subjects(401));
  });
  after(() => rmSync(folder, { recursive: true }));

  const options = ['--text', 'small.txt', '--epochs', '12', '--dim', '15', '--checkpoint-every', '10'];
  const bytes = (out: string): string[] => FILES.map((file) => readFileSync(join(folder, out, file), 'utf8'));
  /** What is printed after the training. */
  const figures = (stdout: string): string => /nearest words[\s\S]*\(−\d+ %\)/.exec(stdout)?.[0] ?? 'none';

  it('goes on time after time, and leaves the same bytes and figures as one that was left alone', async function () {
    this.timeout(60_000);
    const whole = wordVectors([...options, '--out', 'whole'], folder);
    expect(whole.code).to.equal(0);
    const steps = Number(inspect(join(folder, 'whole', 'training.safetensors')).step);
    const resumed = [...options, '--out', 'killed', '--resume'];
    const kill = (step: number) =>
      killedAfter(step, join(folder, 'killed', 'training.safetensors'), [mainOf('word-vectors'), ...resumed], folder);
    for (const step of [10, Math.floor(steps / 4)]) {
      expect(await kill(step), `step ${step}`).to.equal('SIGKILL');
      // The report follows the training from its beginning.
      const left = FILES.filter((file) => existsSync(join(folder, 'killed', file)));
      expect(left).to.deep.equal(['report.html']);
    }
    // Once more while files are written, unless that is done already.
    await kill(steps);
    const { code, stdout, stderr } = wordVectors(resumed, folder);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(
      /^small.txt: .*\nsparse Adamax steps on .*\ngoing on from killed.training.safetensors\nkilled.report.html follows .*\nepoch/,
    );
    expect(figures(stdout)).to.equal(figures(whole.stdout)).and.to.include('nearest words');
    expect(bytes('killed')).to.deep.equal(bytes('whole'));
    expect(
      readdirSync(join(folder, 'killed'))
        .filter((file) => !file.startsWith('.'))
        .sort(),
    ).to.deep.equal([...FILES, 'training.safetensors'].sort());
  });

  it('begins where there is nothing to go on from', () => {
    const { code, stdout } = wordVectors([...options, '--epochs', '1', '--out', 'new', '--resume'], folder);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^no new.training.safetensors to go on from: beginning$/m);
    expect(readdirSync(join(folder, 'new')).sort()).to.deep.equal([...FILES, 'training.safetensors'].sort());
  });

  describe('is answered in one line where what is saved is of other options', () => {
    const few = [...options, '--epochs', '1', '--out', 'few'];
    before(() => expect(wordVectors(few, folder).code).to.equal(0));

    for (const [name, saved, other] of [
      ['epochs', '1', '2'],
      ['dim', '15', '16'],
      ['window', '5', '4'],
      ['negative', '5', '6'],
      ['seed', '1', '2'],
      ['slots', 'float32', 'bfloat16'],
    ]) {
      it(`--${name}`, () => {
        expect(wordVectors([...few, '--resume', `--${name}`, other], folder)).to.deep.equal({
          code: 2,
          stdout: '',
          stderr:
            `--resume must be given the options of what is saved, --${name} ${saved}: ` +
            `received '--${name} ${other}'\n`,
        });
      });
    }

    it('--text, of another name or of other words', () => {
      const problem = '--resume must be given the options of what is saved, --text small.txt';
      const { code, stderr } = wordVectors([...few, '--resume', '--text', 'other.txt'], folder);
      expect(code).to.equal(2);
      expect(stderr).to.match(new RegExp(`^${problem} \\(SHA-256 \\w{16}\\): received '--text other.txt \\(.*\\)'\n$`));
      writeFileSync(join(folder, 'small.txt'), subjects(402));
      const edited = wordVectors([...few, '--resume'], folder);
      expect(edited.code).to.equal(2);
      expect(edited.stderr).to.match(
        new RegExp(`^${problem} \\(SHA-256 \\w{16}\\): received '--text small.txt \\(.*\n$`),
      );
    });
  });
});
