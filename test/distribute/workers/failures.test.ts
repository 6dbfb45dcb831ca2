import { expect } from 'chai';
import { launched } from './support.js';

/** What a replica that waited was told. */
const told = (received: string) => ({
  code: 'ERR_ADAMAX_REPLICA',
  message: `every replica must take part in each exchange: received ${received}`,
});

const toldIn = ({ code, message }: Record<string, unknown> = {}) => ({ code, message });

describe('a replica that is lost', () => {
  it('by an error ends the launch with that error, and the others wait no more', async () => {
    const { reports, error } = await launched('cases.js', 3, { what: 'throws' });
    expect(error).to.be.an.instanceOf(RangeError);
    expect(error).to.include({ message: 'the loss is a soup', code: 'SOUP' });
    expect((error as Error).stack).to.contain('cases.js');
    expect(toldIn(reports[0])).to.deep.equal(told('the end of replica 1 with code 1'));
    expect(toldIn(reports[2])).to.deep.equal(told('the end of replica 1 with code 1'));
  });

  it('by a promise that nobody caught, too', async () => {
    const { reports, error } = await launched('cases.js', 2, { what: 'rejects' });
    expect(error).to.include({ message: 'nobody caught this' });
    expect(toldIn(reports[0])).to.deep.equal(told('the end of replica 1 with code 1'));
  });

  it('by process.exit ends the launch with its code', async () => {
    const { reports, error } = await launched('cases.js', 3, { what: 'exits' });
    expect(error).to.include({
      code: 'ERR_ADAMAX_REPLICA',
      message: 'replica 1 must end with the exit code 0: received 3',
    });
    expect(toldIn(reports[0])).to.deep.equal(told('the end of replica 1 with code 3'));
    expect(toldIn(reports[2])).to.deep.equal(told('the end of replica 1 with code 3'));
  });

  for (const what of ['exits with 0', 'ends at once']) {
    it(`without an error is told to the others, which decide what to make of it: ${what}`, async () => {
      const { reports, error } = await launched('cases.js', 2, { what });
      expect(error).to.equal(undefined);
      expect(toldIn(reports[0])).to.deep.equal(told('the end of replica 1'));
    });
  }

  it('by close() is told to the others', async () => {
    const { reports } = await launched('cases.js', 2, { what: 'closes' });
    expect(toldIn(reports[0])).to.deep.equal(told('a close of replica 1'));
  });

  it('by the timeout of a script, which cuts an exchange short, is told to the others', async () => {
    const { reports } = await launched('cases.js', 2, { what: 'is cut short' });
    expect(toldIn(reports[0])).to.deep.equal(told('an error in replica 1'));
    expect(toldIn(reports[1])).to.deep.equal(told('a call after one that the timeout of a script had cut short'));
  });

  it('by force, for want of memory, ends the wait of the others', async () => {
    const worker = { resourceLimits: { maxOldGenerationSizeMb: 32 } };
    const { reports, error } = await launched('cases.js', 2, { what: 'runs out of memory' }, { worker });
    expect(error).to.include({ code: 'ERR_WORKER_OUT_OF_MEMORY' });
    expect(reports[0]).to.satisfy(
      (report: unknown) => report === undefined || toldIn(report as never).code === 'ERR_ADAMAX_REPLICA',
    );
  });

  it('before it has opened, too', async () => {
    const { reports } = await launched('cases.js', 2, { what: 'never opens' });
    expect(toldIn(reports[0]).message).to.match(/received the end of replica [01]$/);
  });

  it('after its last exchange is missed by nobody', async () => {
    const { reports, error } = await launched('cases.js', 3, { what: 'ends unclosed' });
    expect(error).to.equal(undefined);
    expect(reports).to.deep.equal([{ sum: 3 }, { sum: 3 }, { sum: 3 }]);
  });

  it('ends all that was posted off the event loop', async () => {
    const { reports } = await launched('cases.js', 2, { what: 'rejects all that was posted' });
    expect(reports[0]).to.deep.equal({ codes: Array(3).fill('ERR_ADAMAX_REPLICA') });
  });
});

describe('a replica that is silent', () => {
  for (const what of ['is silent', 'is silent to async']) {
    it(`is named after the time limit: ${what}`, async () => {
      const { reports, error } = await launched('cases.js', 3, { what });
      expect(error).to.equal(undefined);
      for (const rank of [0, 2]) {
        expect(toldIn(reports[rank])).to.deep.equal(told('nothing from replica 1 within the time limit'));
      }
      expect(Math.max(Number(reports[0]?.ms), Number(reports[2]?.ms))).to.be.within(400, 1900);
    });
  }

  it('is ended where that ends the launch', async () => {
    const { error } = await launched('cases.js', 2, { what: 'hangs for ever' });
    expect(error).to.include(told('nothing from replica 1 within the time limit'));
  });

  it('is ended once another has ended after it had been told, whatever that makes of it', async () => {
    const { error } = await launched('cases.js', 3, { what: 'hangs for ever, which the others catch' });
    expect(error).to.include(told('nothing from replica 1 within the time limit'));
  });
});

describe('a replica', () => {
  it('that refuses what blocks, since something is under way in it, tells the others, which wait in that call', async () => {
    const { reports, error } = await launched('refusal.js', 2);
    expect(error).to.equal(undefined);
    for (const report of reports) expect(report).to.include({ sum: 2, count: 2 });
    const [told, own] = reports.map((report) => report?.errors as string[]);
    for (const message of own) expect(message).to.match(/^ERR_ADAMAX_BUSY: .* must wait for the promise of/);
    for (const message of told)
      expect(message).to.match(/^ERR_ADAMAX_REPLICA: every replica .* an error of replica 1: /);
    expect([told.length, own.length]).to.deep.equal([2, 2]);
  });

  for (const shardState of [false, true]) {
    it(`whose constraint throws takes the step back in all${shardState ? ', with sharded state' : ''}`, async () => {
      const { reports, error } = await launched('constraint.js', 2, { shardState });
      expect(error).to.equal(undefined);
      const [first, second] = reports;
      expect(first).to.deep.equal(second);
      const { results, last } = first as { results: unknown[]; last: number };
      const [one, message, two] = results;
      expect([one, two]).to.deep.equal([1, 2]);
      expect(message).to.match(/^every replica must be able to .*: received an error of replica 1: no room$/);
      // Two steps by 0.001 each, each halved.
      expect(last).to.be.closeTo(((1 - 0.001) / 2 - 0.001) / 2, 1e-6);
    });
  }

  it('whose array has lost its memory ends the exchange for all', async () => {
    const { reports, error } = await launched('cases.js', 2, { what: 'takes memory away' });
    expect(error).to.equal(undefined);
    expect(reports[1]).to.include({ code: 'ERR_ADAMAX_DETACHED' });
    expect(toldIn(reports[0])).to.deep.equal(told('an error in replica 1'));
  });

  it('learns that another was opened otherwise', async () => {
    const { reports } = await launched('cases.js', 2, { what: 'opens otherwise', odd: 'options' });
    for (const report of reports) {
      expect(report).to.include({ code: 'ERR_ADAMAX_REPLICA' });
      expect(report?.message).to.match(/^every replica must be opened with the same options: received another in/);
    }
  });

  it('learns that another process has launched another number of them', async () => {
    const { reports } = await launched('cases.js', 2, { what: 'opens otherwise', odd: 'number' });
    const messages = reports.map((report) => report?.message);
    expect(messages).to.include('every process must launch the same number of replicas: received 2, 3');
    expect(messages).to.include('every replica must take part in each exchange: received an error in replica 0');
  });

  it('learns that the first cannot reach other processes', async () => {
    const { reports } = await launched('cases.js', 2, { what: 'opens otherwise', odd: 'upper' });
    expect(reports.map((report) => report?.code)).to.have.members(['ERR_ADAMAX_LAUNCHER', 'ERR_ADAMAX_REPLICA']);
  });

  it('must have a time limit', async () => {
    const { error } = await launched('cases.js', 1, { what: 'opens with a wrong limit' });
    expect(error).to.include({ code: 'ERR_ADAMAX_ARG_VALUE' });
    expect((error as Error).message).to.match(/^timeoutSeconds must be a finite number of seconds > 0: received -1$/);
  });

  it('cannot open twice', async () => {
    const { reports, error } = await launched('cases.js', 2, { what: 'opens twice' });
    expect(error).to.equal(undefined);
    expect(reports[0]).to.include({ code: 'ERR_ADAMAX_STATE' });
    expect(reports[0]?.message).to.match(/: received a second call$/);
  });

  it('exchanges nothing after close()', async () => {
    const { reports } = await launched('cases.js', 2, { what: 'goes on after close' });
    expect(reports[1]).to.include({ code: 'ERR_ADAMAX_STATE' });
    expect(reports[1]?.message).to.match(/: received a call after close\(\)$/);
  });

  it('closes when nothing is under way any more', async () => {
    const { reports, error } = await launched('cases.js', 3, { what: 'closes what is under way' });
    expect(error).to.equal(undefined);
    expect(reports).to.deep.equal([{ sum: 3 }, { sum: 3 }, { sum: 3 }]);
  });

  it('goes on with its event loop while it exchanges off it', async () => {
    const { reports, error } = await launched('cases.js', 2, { what: 'keeps the event loop free' });
    expect(error).to.equal(undefined);
    expect(reports[0]?.waited, 'while it waited 100 ms').to.be.greaterThan(10);
    expect(reports[0]?.worked, 'while it copied 80 MB').to.be.greaterThan(2);
  });

  it('does not end while it exchanges off its event loop', async () => {
    const { reports, error } = await launched('cases.js', 2, { what: 'is kept alive' });
    expect(error).to.equal(undefined);
    expect(reports).to.deep.equal([{ sum: 2 }, { sum: 2 }]);
  });

  it('may launch replicas of its own', async () => {
    const { reports, error } = await launched('cases.js', 2, { what: 'launches itself' });
    expect(error).to.equal(undefined);
    expect(reports).to.deep.equal(Array(2).fill({ outer: 2, inner: { sum: 2 } }));
  });

  it('may start threads, which are none', async () => {
    const { reports, error } = await launched('cases.js', 2, { what: 'starts a thread' });
    expect(error).to.equal(undefined);
    expect(reports).to.deep.equal([{ ended: 0 }, { ended: 0 }]);
  });
});
