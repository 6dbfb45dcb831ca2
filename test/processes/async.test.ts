import { expect } from 'chai';
import { runModule } from '../support/process.js';

/** Large enough to leave the event loop. */
const LARGE = 600_000;

describe('a step off the event loop', () => {
  const start = (size: number) => `
    import { Adamax } from 'adamax';
    const step = () => {
      const [p, g] = [new Float32Array(${size}), new Float32Array(${size}).fill(1)];
      return new Adamax().applyGradientsAsync([[g, p]]).then(() => p);
    };
  `;

  it('holds what it works on, however hard memory is collected', () => {
    const { code, stdout, stderr } = runModule(`${start(LARGE)}
      import { setFlagsFromString } from 'node:v8';
      import { runInNewContext } from 'node:vm';
      setFlagsFromString('--expose-gc');
      const gc = runInNewContext('gc');
      const flights = Array.from({ length: 20 }, step);
      for (let i = 0; i < 5; i++) { gc(); Array.from({ length: 5 }, () => new Float32Array(${LARGE}).fill(7)); }
      const done = await Promise.all(flights);
      process.stdout.write(String(done.every((p) => p.every((x) => x === p[0] && x < 0))));
    `);
    expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: 'true', stderr: '' });
  });

  it('lets the process end, by itself or by exit', () => {
    for (const end of ['', 'process.exit();', 'setImmediate(() => process.exit());']) {
      const { code, stderr } = runModule(`${start(4_000_000)} step(); step(); ${end}`);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    }
  });

  it('survives that its worker is terminated, a hundred times', function () {
    this.timeout(120_000);
    const { code, stdout, stderr } = runModule(`
      import { Worker } from 'node:worker_threads';
      const code = \`
        import { parentPort } from 'node:worker_threads';
        ${start(1_000_000)}
        const flight = [step(), step()];
        parentPort.postMessage('under way');
        await flight;
        for (;;) await step();
      \`;
      let ended = 0;
      const one = () => new Promise((resolve, reject) => {
        const worker = new Worker(code, { eval: true });
        worker.on('message', () => worker.terminate());
        worker.on('error', reject);
        worker.on('exit', () => { ended++; resolve(); });
      });
      for (let i = 0; i < 25; i++) await Promise.all([one(), one(), one(), one()]);
      process.stdout.write(String(ended));
    `);
    expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: '100', stderr: '' });
  });
});
