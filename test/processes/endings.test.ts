import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { root } from '../support/process.js';

/** Two steps under way off the event loop, and what ends the process in their midst. */
const source = (end: string) => `
  import { Adamax } from 'adamax';
  const step = () => {
    const [p, g] = [new Float32Array(4_000_000), new Float32Array(4_000_000).fill(1)];
    return new Adamax().applyGradientsAsync([[g, p]]);
  };
  step(); step();
  ${end}
`;

function endingOf(end: string) {
  const args = ['--input-type=module', '--eval', source(end)];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGQUIT',
  });
  return { status, signal, stdout, stderr };
}

describe('a process that ends while steps are under way', function () {
  this.timeout(60_000);

  const quiet: [string, string, number | null, NodeJS.Signals | null][] = [
    ['by itself', '', 0, null],
    ['by exit', 'process.exit(3);', 3, null],
    ['by exit, a turn later', 'setImmediate(() => process.exit(3));', 3, null],
    ['by exit in a listener of exit', "process.on('exit', () => process.exit(4));", 4, null],
    ['by SIGTERM', "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);", null, 'SIGTERM'],
    ['by SIGINT', "process.kill(process.pid, 'SIGINT'); setInterval(() => {}, 1000);", null, 'SIGINT'],
    ['by SIGKILL', "process.kill(process.pid, 'SIGKILL');", null, 'SIGKILL'],
    [
      'by exit in a handler of SIGTERM',
      "process.on('SIGTERM', () => process.exit(5)); process.kill(process.pid, 'SIGTERM');",
      5,
      null,
    ],
  ];
  for (const [title, end, status, signal] of quiet) {
    it(`${title}, ends so, and prints nothing`, () => {
      expect(endingOf(end)).to.deep.equal({ status, signal, stdout: '', stderr: '' });
    });
  }

  const loud: [string, string][] = [
    ['an uncaught exception', "throw new Error('of the user');"],
    ['an uncaught exception, a turn later', "setImmediate(() => { throw new Error('of the user'); });"],
    ['an unhandled rejection', "Promise.reject(new Error('of the user'));"],
    ['an exception when a step is done', "step().then(() => { throw new Error('of the user'); });"],
  ];
  for (const [title, end] of loud) {
    it(`by ${title}, ends with exit code 1, and prints only that`, () => {
      const { stderr, ...rest } = endingOf(end);
      expect(rest).to.deep.equal({ status: 1, signal: null, stdout: '' });
      expect(stderr).to.include('Error: of the user');
      expect(stderr).to.not.match(/adamax: |ADAMAX_|FATAL|Abort/);
    });
  }
});
