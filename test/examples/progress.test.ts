import type { WriteStream } from 'node:tty';
import { expect } from 'chai';
import { Progress } from '../../examples/shared/cli/progress.js';

const HIDE = '\x1b[?25l';
const SHOW = '\x1b[?25h';
const CLEAR = '\r\x1b[2K';

const FIGURES = { epochs: 3, unit: 'words', heldOut: (loss: number) => `held-out ${loss.toFixed(3)}` };

/** What a stream of these features was made to show, halfway through the second of three epochs and at the end. */
async function shown(features: Partial<WriteStream>, resumed = 0): Promise<string[]> {
  const chunks: string[] = [];
  const write = (chunk: string): boolean => chunks.push(chunk) > 0;
  const progress = new Progress({ hasColors: () => false, ...features, write } as unknown as WriteStream, FIGURES);
  await progress.show({ epoch: 1, done: 500, resumed, total: 1500, loss: 3, heldOut: 2.75 });
  await progress.show({ epoch: 2, done: 750, resumed, total: 1500, loss: 2.5 });
  await progress.show({ epoch: 3, done: 1500, resumed, total: 1500, loss: 2.25, heldOut: 2.5 });
  progress.close();
  return chunks;
}

describe('examples: progress', () => {
  const { TERM } = process.env;
  beforeEach(() => {
    process.env.TERM = 'xterm';
  });
  afterEach(() => {
    if (TERM === undefined) delete process.env.TERM;
    else process.env.TERM = TERM;
  });

  it('is plain on a terminal that cannot move its cursor', async () => {
    process.env.TERM = 'dumb';
    expect(await shown({ isTTY: true, columns: 100 })).to.have.length(2);
  });

  it('is a plain line an epoch where nobody watches', async () => {
    const chunks = await shown({});
    expect(chunks).to.have.length(2);
    expect(chunks[0]).to.match(/^epoch 1\/3 {2}loss 3\.000 {2}held-out 2\.750 {2}\S+ words\/s\n$/);
    expect(chunks[1]).to.match(/^epoch 3\/3 {2}loss 2\.250 {2}held-out 2\.500 {2}\S+ words\/s\n$/);
  });

  it('is a bar drawn over itself on a terminal, and gives the cursor back', async () => {
    const [first, ...rest] = await shown({ isTTY: true, columns: 100 });
    expect(first).to.equal(HIDE);
    expect(rest.pop()).to.equal(`${SHOW}\n`);
    for (const drawn of rest) expect(drawn.startsWith(CLEAR), drawn).to.equal(true);
    const last = rest[rest.length - 1];
    expect(last).to.match(/epoch 3\/3 {2}━+ {2}loss 2\.250 {2}held-out 2\.500 {2}\S+ words\/s {2}done$/);
  });

  it('counts what this run has done, not what it went on from, as its speed', async () => {
    const speeds = (await shown({}, 500)).map((line) => /(\S+) words\/s/.exec(line)?.[1]);
    expect(speeds[0]).to.equal('0');
    expect(speeds[1]).not.to.equal('0');
  });

  for (const columns of [120, 80, 70, 40, 10]) {
    it(`fits ${columns} columns`, async () => {
      const drawn = (await shown({ isTTY: true, columns })).filter((chunk) => chunk.startsWith(CLEAR));
      expect(drawn).not.to.have.length(0);
      for (const line of drawn) expect(line.length - CLEAR.length, line).to.be.below(columns);
    });
  }

  it('leaves no handler behind', async () => {
    const count = (): number[] => ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].map((event) => process.listenerCount(event));
    const before = count();
    await shown({ isTTY: true, columns: 80 });
    expect(count()).to.deep.equal(before);
  });
});
