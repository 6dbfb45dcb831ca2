import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isa } from 'adamax/kernels';
import { expect } from 'chai';
import { launch, openWorkers } from '#internals';
import { inOwnFolder } from '../../support/folder.js';
import { root } from '../../support/process.js';
import { launched } from './support.js';

const cases = new URL('programs/cases.js', import.meta.url);

async function errorOf(action: () => Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

describe('launch', () => {
  const inFolder = inOwnFolder();

  it('hands its options to every thread', async () => {
    const worker = { argv: ['--rice', '2'], env: { ...process.env, FOOD: 'soup' } };
    const { reports, error } = await launched('cases.js', 2, { what: 'shows its options', spice: [1, 2] }, { worker });
    expect(error).to.equal(undefined);
    const seen = { argv: ['--rice', '2'], FOOD: 'soup', what: 'shows its options', spice: [1, 2], isMainThread: false };
    expect(reports).to.deep.equal([seen, seen]);
  });

  it('leaves each replica its part of the cores, unless it is told otherwise', async function () {
    if (isa() === 'js' || process.env.ADAMAX_THREADS) this.skip();
    const { reports, error } = await launched('cases.js', 2, { what: 'shares the cores' });
    expect(error).to.equal(undefined);
    // Another test may have set how many threads there are in this one.
    const whole = reports[0]?.whole as number;
    const part = Math.max(1, Math.floor(whole / 2));
    expect(whole).to.be.at.least(1);
    expect(reports).to.deep.equal(Array(2).fill({ part, whole, least: 1, set: 5 }));
    const worker = { env: { ...process.env, ADAMAX_THREADS: '7' } };
    const told = await launched('cases.js', 2, { what: 'shares the cores' }, { worker });
    expect(told.reports).to.deep.equal(Array(2).fill({ part: 7, whole: 7, least: 7, set: 5 }));
  });

  it('starts as many replicas as there are cores, by a path, of a CommonJS module', async () => {
    const file = inFolder('replica.cjs');
    const count = new Int32Array(new SharedArrayBuffer(8));
    const internals = join(root, 'dist', 'internals.js');
    writeFileSync(
      file,
      `const { workerData } = require('node:worker_threads');
      const collective = require(${JSON.stringify(internals)}).openWorkers();
      Atomics.add(workerData, 0, 1);
      Atomics.store(workerData, 1, collective.size);
      collective.close();`,
    );
    await launch(file, { worker: { workerData: count } });
    expect([...count]).to.deep.equal([availableParallelism(), availableParallelism()]);
  });

  it('ends all when its signal is aborted, and throws the reason', async () => {
    const reason = new Error('lunch');
    const aborter = new AbortController();
    setTimeout(() => aborter.abort(reason), 400);
    const { error } = await launched('cases.js', 3, { what: 'waits for the signal' }, { signal: aborter.signal });
    expect(error).to.equal(reason);
    const late = await launched('cases.js', 3, { what: 'waits for the signal' }, { signal: aborter.signal });
    expect(late.error).to.equal(reason);
  });

  it('is not where it was not launched', () => {
    expect(openWorkers()).to.equal(null);
  });

  it('refuses a script that is not there', async () => {
    const error = await errorOf(() => launch('/no/such/script.js'));
    expect(error).to.include({ code: 'ERR_ADAMAX_FILE' });
    expect(error.message).to.match(
      /^script must be a file that can be read, which \/no\/such\/script.js is not: received .*ENOENT/,
    );
  });

  it('rejects with the error of a script that cannot be run', async () => {
    const file = inFolder('broken.mjs');
    writeFileSync(file, 'let let = 1;');
    expect(await errorOf(() => launch(file, { replicas: 2 }))).to.be.an.instanceOf(SyntaxError);
  });

  const hostile: readonly [string, unknown, unknown, string, RegExp][] = [
    ['a script of another kind', 5, {}, 'ERR_ADAMAX_ARG_TYPE', /^script must be a path or a file: URL: received 5$/],
    ['no script', '', {}, 'ERR_ADAMAX_ARG_VALUE', /^script must be .*: received ''$/],
    ['a script with a null character', 'a\0b', {}, 'ERR_ADAMAX_ARG_VALUE', /^script must be /],
    ['another URL', new URL('http://a.b/c.js'), {}, 'ERR_ADAMAX_ARG_VALUE', /received 'http:\/\/a.b\/c.js'$/],
    ['a URL of a host', new URL('file://host/c.js'), {}, 'ERR_ADAMAX_ARG_VALUE', /^script must be a path/],
    ['options of another kind', cases, 2, 'ERR_ADAMAX_ARG_TYPE', /^options must be an object of options/],
    [
      'an unknown option',
      cases,
      { workers: 2 },
      'ERR_ADAMAX_OPTION',
      /^options must only have .*: received 'workers'$/,
    ],
    ['no replica', cases, { replicas: 0 }, 'ERR_ADAMAX_ARG_VALUE', /^replicas must be .*: received 0$/],
    ['half a replica', cases, { replicas: 1.5 }, 'ERR_ADAMAX_ARG_VALUE', /: received 1.5$/],
    ['too many', cases, { replicas: 257 }, 'ERR_ADAMAX_ARG_VALUE', /from 1 to 256: received 257$/],
    ['replicas of another kind', cases, { replicas: '2' }, 'ERR_ADAMAX_ARG_TYPE', /: received '2'$/],
    ['no time', cases, { timeoutSeconds: 0 }, 'ERR_ADAMAX_ARG_VALUE', /^timeoutSeconds must be .* > 0: received 0$/],
    ['no limit', cases, { timeoutSeconds: Number.POSITIVE_INFINITY }, 'ERR_ADAMAX_ARG_VALUE', /received Infinity$/],
    ['no number of seconds', cases, { timeoutSeconds: Number.NaN }, 'ERR_ADAMAX_ARG_VALUE', /received NaN$/],
    ['a time of another kind', cases, { timeoutSeconds: '5' }, 'ERR_ADAMAX_ARG_TYPE', /received '5'$/],
    ['no signal', cases, { signal: {} }, 'ERR_ADAMAX_ARG_TYPE', /^signal must be an AbortSignal or null: received/],
    ['no worker', cases, { worker: null }, 'ERR_ADAMAX_ARG_TYPE', /^worker must be an object: received null$/],
    [
      'code as a script',
      cases,
      { worker: { eval: true } },
      'ERR_ADAMAX_OPTION',
      /^worker must only .*: received 'eval'$/,
    ],
    ['what Node refuses', cases, { worker: { argv: 5 } }, 'ERR_ADAMAX_LAUNCHER', /^worker must be .*argv/],
    ['what cannot be copied', cases, { worker: { workerData: () => 1 } }, 'ERR_ADAMAX_LAUNCHER', /could not be cloned/],
  ];
  for (const [title, script, options, code, message] of hostile) {
    it(`refuses ${title}`, async () => {
      const error = await errorOf(() => launch(script as string, options as object));
      expect(error).to.include({ code });
      expect(error.message).to.match(message);
    });
  }

  it('takes a script as a path from the working directory on, and as the text of a URL', async () => {
    const program = new URL('programs/no-replica.js', import.meta.url);
    for (const script of [fileURLToPath(program), program.href]) {
      expect((await errorOf(() => launch(script, { replicas: 1 }))).message).to.match(
        /^replica 0 must end .* received 1$/,
      );
    }
  });
});
