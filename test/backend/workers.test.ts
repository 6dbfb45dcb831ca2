import { expect } from 'chai';
import { runModule } from '../support/process.js';

/** Starts `count` workers at a time, `rounds` times over; each trains a little and reports its bits. */
const source = (count: number, rounds: number, terminate: boolean) => `
  import { Worker } from 'node:worker_threads';
  const code = \`
    import { parentPort } from 'node:worker_threads';
    import { Adamax } from 'adamax';
    const p = new Float32Array(1000).fill(1);
    const g = new Float32Array(1000).fill(0.5);
    const optimizer = new Adamax();
    for (let k = 0; k < 50; k++) optimizer.applyGradients([[g, p]]);
    parentPort.postMessage(p[999]);
    ${terminate ? 'for (;;) optimizer.applyGradients([[g, p]]);' : ''}
  \`;
  const seen = new Set();
  for (let round = 0; round < ${rounds}; round++) {
    await Promise.all(Array.from({ length: ${count} }, () => new Promise((resolve, reject) => {
      const worker = new Worker(code, { eval: true });
      worker.on('message', (value) => { seen.add(value); if (${terminate}) worker.terminate(); });
      worker.on('error', reject);
      worker.on('exit', resolve);
    })));
  }
  process.stdout.write(JSON.stringify([...seen]));
`;

describe('worker threads', () => {
  it('each load the addon, step, and unload it, many at once and again and again', function () {
    this.timeout(60000);
    const { code, stdout, stderr } = runModule(source(8, 5, false));
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(JSON.parse(stdout), 'one result for all').to.have.length(1);
  });

  it('may be terminated in the middle of stepping', function () {
    this.timeout(60000);
    const { code, stderr } = runModule(source(4, 4, true));
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
  });

  it('choose their implementation each for themselves', () => {
    const { stdout, stderr } = runModule(`
      import { Worker } from 'node:worker_threads';
      import { isa, setIsa } from 'adamax/kernels';
      setIsa('portable');
      const worker = new Worker("import('adamax/kernels').then((k) => { k.setIsa('js'); })", { eval: true });
      await new Promise((resolve) => worker.on('exit', resolve));
      process.stdout.write(isa());
    `);
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'portable', stderr: '' });
  });
});
