import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Adamax, SGD, Variable } from 'adamax';
import { adamaxScalars, adamaxStep, setIsa, setThreads, threads } from 'adamax/kernels';
import { expect } from 'chai';
import { expectSameBits } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { root } from '../support/process.js';
import { MOMENTS, type Moment, type Outcome, outcomeOf, type Scene, step } from './second-call.js';

const same = (outcome: Outcome): readonly Outcome[] => [outcome, outcome, outcome];
const BUSY = same('ERR_ADAMAX_BUSY');
const ALLOWED = same('allowed');
const one = () => Float32Array.of(1);
const loss = () => ({ gradients: [one()] });

const OVERLAPS_AWAY: readonly Outcome[] = ['allowed', 'allowed', 'ERR_ADAMAX_OVERLAP'];
const BUSY_AWAY: readonly Outcome[] = ['allowed', 'allowed', 'ERR_ADAMAX_BUSY'];

/** The rows of the table in docs/architecture.md: the second call, and its outcome at each moment. */
const ROWS: readonly (readonly [title: string, outcomes: readonly Outcome[], call: (scene: Scene) => unknown])[] = [
  ['applyGradients', BUSY, ({ optimizer, spare }) => optimizer.applyGradients([[one(), spare]])],
  ['applyGradientsAsync', BUSY, ({ optimizer, spare }) => optimizer.applyGradientsAsync([[one(), spare]])],
  ['build', BUSY, ({ optimizer, spare }) => optimizer.build([spare])],
  ['addSlot', BUSY, ({ optimizer, spare }) => optimizer.addSlot(spare, 'm')],
  ['iterations = …', BUSY, ({ optimizer }) => Object.assign(optimizer, { iterations: counter() })],
  ['getWeights', BUSY, ({ optimizer }) => optimizer.getWeights()],
  ['setWeights', BUSY, ({ optimizer }) => optimizer.setWeights([])],
  ['minimize', BUSY, ({ optimizer, spare }) => optimizer.minimize(loss, [spare])],
  ['minimizeAsync', BUSY_AWAY, ({ optimizer, spare }) => optimizer.minimizeAsync(loss, [spare])],
  ['getUpdates', BUSY, ({ optimizer, spare }) => optimizer.getUpdates(loss, [spare])],
  ['release', BUSY, ({ optimizer, spare }) => optimizer.release([spare])],
  ['iterations.assign', BUSY_AWAY, ({ optimizer }) => optimizer.iterations.assign(4)],
  ['iterations.item', ALLOWED, ({ optimizer }) => expect(optimizer.iterations.item()).to.equal(0)],
  ['weights, variables', ALLOWED, ({ optimizer }) => expect(optimizer.variables()).to.deep.equal(optimizer.weights)],
  ['getSlotNames', ALLOWED, ({ optimizer }) => expect(optimizer.getSlotNames()).to.deep.equal(['m', 'v'])],
  ['getSlot', ALLOWED, ({ optimizer, p }) => expect(optimizer.getSlot(p, 'm').size).to.equal(p.size)],
  ['getConfig', ALLOWED, ({ optimizer }) => expect(optimizer.getConfig().learning_rate).to.equal(1)],
  ['addWeight', ALLOWED, ({ optimizer }) => optimizer.addWeight('w', [2])],
  ['getGradients', ALLOWED, ({ optimizer, spare }) => optimizer.getGradients(loss, [spare])],
  ['learningRate = …', ALLOWED, ({ optimizer }) => Object.assign(optimizer, { learningRate: 0.5 })],
  ['nonFinite = …', ALLOWED, ({ optimizer }) => Object.assign(optimizer, { nonFinite: 'throw' })],
  ['addWeight, saved', BUSY, ({ optimizer }) => optimizer.addWeight('w', [2], { saved: true })],
  ['engine = …', BUSY, ({ optimizer }) => Object.assign(optimizer, { engine: null })],
  ['trainable = …', ALLOWED, ({ spare }) => Object.assign(spare, { trainable: false })],
  ['setIsa, setThreads', ALLOWED, () => [setIsa('js'), setThreads(1)]],
  ['another optimizer, other memory', ALLOWED, ({ spare }) => new SGD().applyGradients([[one(), spare]])],
  ['another optimizer, same gradient', ALLOWED, ({ g }) => new SGD().applyGradients([[g, g.slice()]])],
  ['another optimizer, same variable', OVERLAPS_AWAY, ({ p }) => new SGD().applyGradients([[p.data.slice(), p]])],
  ['another optimizer, build', ALLOWED, ({ p }) => new Adamax().build([p])],
  ['assign to a variable', BUSY_AWAY, ({ p }) => p.assign(p.data.slice())],
  ['assign to a slot', BUSY_AWAY, ({ optimizer, p }) => optimizer.getSlot(p, 'm').assign(new Float32Array(p.size))],
  ['assign to another', ALLOWED, ({ spare }) => spare.assign(7)],
  ['bare kernels, same memory', OVERLAPS_AWAY, ({ p }) => stepBare(p.data)],
  ['rebind of a variable', BUSY_AWAY, ({ p }) => p.rebind(p.data.slice())],
  ['rebind of another', ALLOWED, ({ spare }) => spare.rebind(Float32Array.of(7))],
  ['rebind of a slot', same('ERR_ADAMAX_STATE'), ({ optimizer, p }) => rebindSlot(optimizer, p)],
];

function counter() {
  return new Variable(new BigInt64Array(1), { shape: [] });
}

function stepBare(param: Float32Array): void {
  const [m, u, g] = Array.from({ length: 3 }, () => new Float32Array(param.length));
  adamaxStep(param, m, u, g, adamaxScalars({ step: 1 }));
}

function rebindSlot(optimizer: Adamax, p: Variable): void {
  const slot = optimizer.getSlot(p, 'm');
  slot.rebind(slot.data.slice());
}

/** The rows of the Markdown table that begins with the column `Second call`: the title, and each cell's first word. */
function documented(): string[][] {
  const lines = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8').split('\n');
  const begin = lines.findIndex((line) => /^\| Second call +\|/.test(line));
  const rows: string[][] = [];
  for (let i = begin + 2; lines[i]?.startsWith('|'); i++) {
    const [title, ...cells] = lines[i].slice(1, -1).split('|');
    const firstWords = cells.map((cell) => /^ *`?(\w+)/.exec(cell)?.[1] ?? '');
    for (const call of title.split(';')) rows.push([call.replaceAll('`', '').trim(), ...firstWords.slice(0, 3)]);
  }
  return rows;
}

describe('the table of docs/architecture.md', () => {
  it('has the rows that are tested here', () => {
    const tested = ROWS.map(([title, outcomes]) => [
      title,
      ...outcomes.map((outcome) => (outcome === 'allowed' ? outcome : outcome.replace('ERR_ADAMAX_', ''))),
    ]);
    expect(documented().sort()).to.deep.equal(tested.sort());
  });
});

onEveryImplementation('a second call', (name) => {
  const leaves = name !== 'js';
  const most = Math.min(threads(), 256);
  /** The step without a second call. */
  const alone = new Map<Moment, Scene>();
  before(async () => {
    for (const moment of MOMENTS) alone.set(moment, await step(moment, () => {}));
  });
  after(() => alone.clear());
  afterEach(() => {
    setIsa(name);
    setThreads(most);
  });

  MOMENTS.forEach((moment, column) => {
    for (const [title, outcomes, call] of ROWS) {
      const expected = outcomes[column];
      it(`${title}, ${moment}: ${expected}`, async function () {
        if (moment === 'off the loop' && !leaves) this.skip();
        const calls: Promise<unknown>[] = [];
        const { optimizer, p, count } = await step(moment, (scene) => calls.push(outcomeOf(() => call(scene))));
        expect(await Promise.all(calls)).to.deep.equal([expected]);
        if (expected === 'allowed') return;
        const reference = alone.get(moment) as Scene;
        expect(count).to.equal(1);
        expectSameBits(p.data, reference.p.data, 'p');
        expect(optimizer.weights.length).to.equal(reference.optimizer.weights.length);
      });
    }
  });
});
