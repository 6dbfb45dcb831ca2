import { availableParallelism } from 'node:os';
import { expect } from 'chai';
import { openMpi } from '#internals';
import { expectError } from '../../support/errors.js';
import { expectAll, needsMpi, run } from './mpirun.js';

describe('openMpi', function () {
  this.timeout(90000);

  it('refuses options that are none', () => {
    const bad = (options: object) => () => openMpi(options);
    expectError(bad({ worker: 2 }), TypeError, 'ERR_ADAMAX_OPTION', /workers.*: received 'worker'$/);
    expectError(bad({ workers: '2' }), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^workers must be .*: received '2'$/);
    expectError(bad({ workers: 0 }), RangeError, 'ERR_ADAMAX_ARG_VALUE', /^workers must be .*: received 0$/);
    expectError(bad({ timeoutSeconds: 0 }), RangeError, 'ERR_ADAMAX_ARG_VALUE', /^timeoutSeconds .*: received 0$/);
    const infinite = bad({ timeoutSeconds: Number.POSITIVE_INFINITY });
    expectError(infinite, RangeError, 'ERR_ADAMAX_ARG_VALUE', /^timeoutSeconds must be .*: received Infinity$/);
  });

  it('is alone where no launcher has started it, and loads nothing', async () => {
    const ended = await run({ ranks: 1, program: 'opening', args: ['alone'], bare: true });
    expectAll(ended, 1);
    const [{ size, local, to, late, loaded }] = ended.ranks;
    expect({ size, local, to, loaded }).to.deep.equal({ size: 1, local: 1, to: [1, 2, 3], loaded: false });
    expect(late).to.match(/^ERR_ADAMAX_STATE: exchanges must come before close/);
  });

  it('refuses to be one of several that nobody has started', async () => {
    const ended = await run({ ranks: 1, program: 'opening', args: ['workers'], bare: true });
    expectAll(ended, 1);
    expect(ended.ranks[0].error).to.match(/^ERR_ADAMAX_LAUNCHER: workers must be .*, 1, .*no launcher.*: received 4$/);
  });

  describe('where MPI is missing', () => {
    const started = { OMPI_COMM_WORLD_SIZE: '2' };

    it('says how the addon is built', async () => {
      const env = { ...started, ADAMAX_MPI_ADDON: '/nowhere/adamax_mpi.node' };
      const ended = await run({ ranks: 1, program: 'opening', args: ['foreign'], bare: true, env });
      expectAll(ended, 1);
      expect(ended.ranks[0].error).to.match(/^ERR_ADAMAX_LAUNCHER: .*: received .*\/nowhere\/adamax_mpi\.node/);
    });
  });

  describe('under mpirun', () => {
    before(function () {
      needsMpi(this);
    });

    it('refuses another number of workers than was started, in every rank', async () => {
      const ended = await run({ ranks: 2, program: 'opening', args: ['workers'] });
      expectAll(ended, 2);
      for (const { error } of ended.ranks) {
        expect(error).to.match(
          /^ERR_ADAMAX_LAUNCHER: workers must be .*, 2, as OMPI_COMM_WORLD_SIZE says.*: received 4$/,
        );
      }
    });

    it('refuses a world that is not what the launcher has started', async () => {
      const env = { PMI_SIZE: '2' };
      const ended = await run({ ranks: 1, program: 'opening', args: ['foreign'], bare: true, env });
      const all = `${ended.stdout}\n${ended.stderr}`;
      expect(ended.ranks[0]?.error, all).to.match(
        /^ERR_ADAMAX_LAUNCHER: .* have 2 processes as PMI_SIZE says: received 1$/,
      );
      // What it found is not closed, and the error was caught: the process says all the same that nothing went well.
      expect(ended.code, all).to.equal(1);
    });

    it('is called once in a process, by any of its threads', async () => {
      const ended = await run({ ranks: 2, program: 'opening', args: ['once'] });
      expectAll(ended, 2);
      for (const { second, inWorker, afterClose } of ended.ranks) {
        for (const error of [second, inWorker, afterClose]) {
          expect(error).to.match(/^ERR_ADAMAX_STATE: openMpi must be called once in a process: received another call$/);
        }
      }
    });

    it('can be called by a worker thread', async () => {
      const ended = await run({ ranks: 2, program: 'opening', args: ['in a worker'] });
      expectAll(ended, 2);
      for (const { sum, size } of ended.ranks) expect({ sum, size }).to.deep.equal({ sum: 6, size: 2 });
    });

    it('divides the cores among replicas, unless the number of threads was set', async () => {
      const share = Math.max(1, Math.floor(availableParallelism() / 2));
      const divided = await run({ ranks: 2, program: 'opening', args: ['threads'], env: { ADAMAX_THREADS: '' } });
      expectAll(divided, 2);
      for (const { before, after } of divided.ranks) expect(after).to.equal(Math.min(before as number, share));
      const set = await run({ ranks: 2, program: 'opening', args: ['threads'], env: { ADAMAX_THREADS: '3' } });
      expectAll(set, 2);
      for (const { after, before } of set.ranks) expect(after).to.equal(before);
    });

    it('warns once of ranks that are bound to one core each', async function () {
      if (availableParallelism() < 2) this.skip();
      const ended = await run({ ranks: 2, program: 'opening', args: ['threads'], bound: true });
      expectAll(ended, 2);
      expect(ended.ranks.map(({ warnings }) => warnings)).to.deep.equal([['ADAMAX_BOUND'], []]);
    });
  });
});
