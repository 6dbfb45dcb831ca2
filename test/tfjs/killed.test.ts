import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { inOwnFolder } from '../support/folder.js';

const program = fileURLToPath(new URL('resumed.js', import.meta.url));

describe('a training of TensorFlow.js whose process is killed', function () {
  this.timeout(60_000);
  const path = inOwnFolder();

  /** Kills a training once it has said that it is at a step. */
  async function killedAt(step: number, args: readonly string[]): Promise<void> {
    const child = spawn(process.execPath, [program, ...args, 'slowly'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    for await (const line of createInterface(child.stdout)) if (Number(line) === step) break;
    child.kill('SIGKILL');
    expect((await ended)[1]).to.equal('SIGKILL');
  }

  function toItsEnd(args: readonly string[]): { first: number; weights: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    return { first: Number.parseInt(stdout, 10), weights: stderr.slice(stderr.lastIndexOf('\n') + 1) };
  }

  for (const [backend, way] of [
    ['cpu', 'model'],
    ['wasm', 'checkpoint'],
  ]) {
    it(`goes on in another process, to the same bytes: ${way}, on ${backend}`, async () => {
      const args = (file: string) => [backend, way, path(`${way}-${file}`), '16'];
      const whole = toItsEnd(args('whole'));
      expect(whole.first).to.equal(1);
      expect(whole.weights).to.have.length(8 * (50 * 6 + 24 * 5 + 5 + 5 + 1));
      await killedAt(3, args('killed'));
      await killedAt(7, args('killed'));
      const rest = toItsEnd(args('killed'));
      expect(rest.first).to.be.within(8, 16);
      expect(rest.weights).to.equal(whole.weights);
      if (way === 'checkpoint') {
        expect(readFileSync(args('killed')[2]).equals(readFileSync(args('whole')[2]))).to.equal(true);
      }
    });
  }
});
