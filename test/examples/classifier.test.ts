import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Network } from '../../examples/classifier/network.js';
import { Random } from '../../examples/shared/maths/random.js';
import { implementations } from '../support/implementations.js';
import { expectWellFormed } from './support.js';

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

describe('classifier: the command', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'classifier-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (args: readonly string[], isa: string) =>
    spawnSync(process.execPath, [main, ...args], {
      cwd: folder,
      env: { ...process.env, ADAMAX_ISA: isa },
      encoding: 'utf8',
    });

  it('learns, and leaves the same bytes on every implementation', function () {
    this.timeout(60_000);
    const outcomes = implementations.map((isa) => {
      const { status, stdout } = run(['--epochs', '1', '--out', isa], isa);
      expect(status).to.equal(0);
      // One epoch with seed 1 reaches 90.85 %, to the same bits everywhere; chance is 10 %.
      expect(Number(/accuracy (\S+) %/.exec(stdout)?.[1])).to.be.above(90);
      const svg = readFileSync(join(folder, isa, 'accuracy.svg'), 'utf8');
      expectWellFormed(svg);
      return stdout.split('\n')[0] + svg;
    });
    expect(new Set(outcomes).size).to.equal(1);
  });

  it('answers a mistake with one line and status 2', () => {
    const { status, stderr } = run(['--epochs', '0'], 'js');
    expect({ status, stderr }).to.deep.equal({
      status: 2,
      stderr: "--epochs must be a whole number from 1 to 1000: received '0'\n",
    });
  });
});
