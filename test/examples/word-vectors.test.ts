import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { implementations } from '../support/implementations.js';
import { expectWellFormed, subjects, wordVectors } from './support.js';

const FILES = ['loss.svg', 'map.svg', 'report.html', 'vectors.txt'];

describe('word vectors: the command', () => {
  let folder: string;
  const run = (args: readonly string[], env?: Record<string, string>) => wordVectors(args, folder, env);
  const train = (out: string, seed: number, env?: Record<string, string>, more: readonly string[] = []) =>
    run(['--text', 'small.txt', '--out', out, '--seed', `${seed}`, '--epochs', '8', '--dim', '15', ...more], env);
  const bytes = (out: string): string[] => FILES.map((file) => readFileSync(join(folder, out, file), 'utf8'));
  const untimed = (stdout: string): string =>
    stdout
      .replace(/ +\S+ words\/s$/gm, '')
      .replace(/^took .*$/m, '')
      .replace(/^sparse Adamax steps on .*$/m, '')
      .replace(/^.*report.html follows the training.*$/m, '')
      .replace(/ are in .*$/m, '');

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'word-vectors-'));
    writeFileSync(join(folder, 'small.txt'), subjects(400));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('trains on a text, shows an epoch a line, and leaves four files', () => {
    const { code, stdout, stderr } = train('first', 1);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(readdirSync(join(folder, 'first')).sort()).to.deep.equal(FILES);
    expect(stdout.replaceAll('\n', ''), 'no control characters').not.to.match(/\p{Cc}/u);
    const lines = stdout.split('\n').filter((line) => line.startsWith('epoch'));
    expect(lines).to.have.length(8);
    lines.forEach((line, i) => {
      expect(line).to.match(
        new RegExp(`^epoch ${i + 1}/8  loss \\d\\.\\d{3}  held-out \\d\\.\\d{3}  \\d+(\\.\\d)?[kM]? words/s$`),
      );
    });
    const [loss, map, report, vectors] = bytes('first');
    expect(stdout).to.match(/^first.report\.html follows the training: open it in a browser$/m);
    expect(report).to.contain('held-out loss').and.not.contain('http-equiv="refresh"');
    expectWellFormed(loss);
    expectWellFormed(map);
    expect(vectors).to.match(/^60 15\n/);
    expect(vectors.trimEnd().split('\n')).to.have.length(61);
    for (const line of vectors.trimEnd().split('\n').slice(1)) {
      expect(line.split(' ').slice(1).map(Number).filter(Number.isFinite)).to.have.length(15);
    }
  });

  it('has learned: the held-out loss fell, and words of one subject are neighbours', () => {
    const { stdout } = train('learned', 3);
    const [, trained, untrained, percent] =
      /held-out loss (\d\.\d+), untrained (\d\.\d+) \(−(\d+) %\)/.exec(stdout) ?? [];
    expect(Number(untrained)).to.equal(4.159);
    expect(Number(trained)).to.be.below(3.6);
    expect(Number(percent)).to.equal(Math.round((1 - Number(trained) / 4.159) * 100));
    const [, list] = stdout.split('nearest words, by cosine\n');
    const rows = list.split('\n\n')[0].split('\n');
    expect(rows).to.have.length(10);
    for (const row of rows) {
      const [word, ...neighbours] = row.match(/[a-z]+/g) as string[];
      expect(neighbours, row).to.have.length(6);
      for (const neighbour of neighbours) expect(neighbour.slice(0, -1), row).to.equal(word.slice(0, -1));
    }
  });

  it('learns with moments of bfloat16 too, on every implementation to the same bytes', function () {
    this.timeout(60_000);
    const all = implementations.map((isa) => {
      const { code, stdout } = train(`narrow-${isa}`, 3, { ADAMAX_ISA: isa }, ['--slots', 'bfloat16']);
      expect(code).to.equal(0);
      expect(Number(/held-out loss (\d\.\d+)/.exec(stdout)?.[1])).to.be.below(3.6);
      return bytes(`narrow-${isa}`).at(-1);
    });
    expect(new Set(all).size).to.equal(1);
    expect(run(['--slots', 'float16']).stderr).to.match(/--slots must be float32 or bfloat16/);
  });

  it('learns as well with moments of bfloat16 as of float32, to the third digit', function () {
    this.timeout(300_000);
    for (const seed of [1, 2, 3]) {
      const [wide, narrow] = ['float32', 'bfloat16'].map((slots) => {
        const out = `${slots}-${seed}`;
        const { stdout } = run(['--out', out, '--seed', `${seed}`, '--epochs', '1', '--slots', slots]);
        return Number(/held-out loss (\d\.\d+)/.exec(stdout)?.[1]);
      });
      expect(narrow, `seed ${seed}`).to.be.closeTo(wide, 0.0011);
      expect(wide, `seed ${seed}`).to.be.below(3.5);
    }
  });

  it('gives the same bytes and figures for the same seed on every implementation, and others for another', function () {
    this.timeout(60_000);
    const reference = train('default', 5);
    for (const isa of implementations) {
      const { code, stdout } = train(isa, 5, { ADAMAX_ISA: isa });
      expect(code).to.equal(0);
      expect(stdout).to.include(`sparse Adamax steps on ${isa}`);
      expect(untimed(stdout), isa).to.equal(untimed(reference.stdout));
      expect(
        bytes(isa).map((file, i) => file === bytes('default')[i]),
        isa,
      ).to.deep.equal(FILES.map(() => true));
    }
    train('other', 6);
    expect(bytes('other').map((file, i) => file === bytes('default')[i])).to.deep.equal(FILES.map(() => false));
  });

  it('prints its options', () => {
    const { code, stdout, stderr } = run(['--help']);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    for (const option of ['epochs', 'dim', 'window', 'negative', 'seed', 'checkpoint-every', 'out', 'text']) {
      expect(stdout).to.match(new RegExp(`--${option} .*default`));
    }
    expect(existsSync(join(folder, 'out'))).to.equal(false);
  });

  const whole = (least: number, most: number, received: string): string =>
    `must be a whole number from ${least} to ${most}: received '${received}'`;
  const mistakes: [string[], string][] = [
    [['--epochs', 'x'], `--epochs ${whole(1, 1000, 'x')}`],
    [['--epochs', '0'], `--epochs ${whole(1, 1000, '0')}`],
    [['--epochs=-5'], `--epochs ${whole(1, 1000, '-5')}`],
    [['--epochs', '-5'], `--epochs ${whole(1, 1000, '-5')}`],
    [['--epochs', '1e3'], `--epochs ${whole(1, 1000, '1e3')}`],
    [['--epochs'], `--epochs ${whole(1, 1000, '')}`],
    [['--dim', '2.5'], `--dim ${whole(2, 1024, '2.5')}`],
    [['--dim', 'NaN'], `--dim ${whole(2, 1024, 'NaN')}`],
    [['--window', '99999999999999999999'], `--window ${whole(1, 100, '99999999999999999999')}`],
    [['--negative', ''], `--negative ${whole(1, 100, '')}`],
    [['--seed', '4294967296'], `--seed ${whole(0, 4294967295, '4294967296')}`],
    [['--seed', '1\n2'], `--seed ${whole(0, 4294967295, '1\\n2')}`],
    [['--checkpoint-every', '-1'], `--checkpoint-every ${whole(0, 1_000_000_000, '-1')}`],
    [['--resume=yes'], "--resume takes no value: received 'yes'"],
    [['--epoch', '3'], "there is no such option, --help lists them: received '--epoch'"],
    [['-x'], "there is no such option, --help lists them: received '-x'"],
    [['moby.txt'], "this command takes options only: received 'moby.txt'"],
    [['--text', 'missing.txt'], "--text cannot be read (no such file or directory): received 'missing.txt'"],
    [['--text', '.'], "--text cannot be read (illegal operation on a directory): received '.'"],
    [['--text', 'empty.txt'], "--text must not be empty: received 'empty.txt'"],
    [['--text', 'latin1.txt'], "--text must be UTF-8: received 'latin1.txt'"],
    [
      ['--text', 'few.txt'],
      "--text has too few words to train on, 2 different ones that occur 5 times: received 'few.txt'",
    ],
    [
      ['--text', 'list.txt'],
      "--text has too few words to train on, 30 different ones that occur 5 times: received 'list.txt'",
    ],
    [['--out', ''], "--out must be the name of a folder: received ''"],
    [['--out', '--dim', '8'], "--out must be the name of a folder: received '--dim'"],
    [['--text', 'small.txt', '--out', 'few.txt'], "--out cannot be written (not a directory): received 'few.txt'"],
    [['--text', 'small.txt', '--out', 'few.txt/x'], "--out cannot be written (not a directory): received 'few.txt/x'"],
    [['--text', 'small.txt', '--out', 'taken'], "--out cannot be written (map.svg is a folder): received 'taken'"],
  ];

  describe('answers a mistake with one line and status 2, before it trains or writes', () => {
    let before_: string[];
    before(() => {
      writeFileSync(join(folder, 'empty.txt'), ' \n');
      writeFileSync(join(folder, 'latin1.txt'), Uint8Array.of(0x4d, 0xf6, 0x77, 0x65));
      writeFileSync(join(folder, 'few.txt'), 'call me '.repeat(40));
      // Words enough, but none in the company of another.
      writeFileSync(
        join(folder, 'list.txt'),
        Array.from({ length: 600 }, (_, i) => `w${'abcdefghijklmnopqrstuvwxyzäöüß'[i % 30]}`).join('\n\n'),
      );
      mkdirSync(join(folder, 'taken', 'map.svg'), { recursive: true });
      before_ = readdirSync(folder, { recursive: true }).map(String).sort();
    });

    for (const [args, message] of mistakes) {
      it(args.join(' ') || '(nothing)', () => {
        expect(run(args)).to.deep.equal({ code: 2, stdout: '', stderr: `${message}\n` });
        expect(readdirSync(folder, { recursive: true }).map(String).sort()).to.deep.equal(before_);
      });
    }
  });
});
