import { Adamax, type Constraint, type Gradient, Variable } from 'adamax';
import { expect } from 'chai';
import { expectSameBits } from '../support/data.js';
import { replicas } from './fake.js';

/** Below and above what leaves the event loop, and with state in parts. */
const SETTINGS = [
  { size: 5, shardState: false },
  { size: 2 ** 19 + 3, shardState: false },
  { size: 70_000, shardState: true },
];

/** Two replicas, of whose constraints the test says what they do. */
function start({ size, shardState }: { size: number; shardState: boolean }) {
  const { board, strategies } = replicas(2, shardState);
  const apply: Constraint[] = [() => undefined, () => undefined];
  const all = strategies.map((strategy, rank) => {
    const constraint: Constraint = (values, variable) => apply[rank](values, variable);
    const list = [new Variable(new Float32Array(size).fill(1), { constraint }), new Variable(new Float32Array(3))];
    return { optimizer: strategy.scope(() => new Adamax({ learningRate: 0.5 })), list };
  });
  const step = () =>
    Promise.all(
      all.map(({ optimizer, list }) => {
        const pairs = list.map((p): [Gradient, Variable] => [new Float32Array(p.size).fill(1), p]);
        return optimizer.applyGradientsAsync(pairs).catch((error: Error) => error);
      }),
    );
  const memory = () =>
    all.flatMap(({ optimizer, list }) =>
      [...list, ...optimizer.weights.slice(1)].map(({ data }) => (data as Float32Array).slice()),
    );
  return { board, apply, all, step, memory };
}

const half: Constraint = (values) => values.map((x) => x / 2);
const messagesOf = (results: readonly unknown[]) => results.map((result) => (result as Error).message);

describe('constraints in replicas', () => {
  for (const setting of SETTINGS) {
    const title = `${setting.size} elements${setting.shardState ? ', sharded' : ''}`;

    for (const [what, wrong, message] of [
      [
        'throws',
        () => {
          throw new Error('no room');
        },
        /^every replica must be able to take part in constraints of a step of 'Adamax'.*: received an error of replica 1: no room$/,
      ],
      [
        'comes to other numbers',
        (values: Float32Array) => {
          values[values.length - 1] = 7;
        },
        /^replicas must agree on what constraints make of variables in constraints of a step of 'Adamax'/,
      ],
    ] as const) {
      it(`one that ${what} in one replica takes the step back in all: ${title}`, async () => {
        const { apply, all, step, memory } = start(setting);
        expect(await step()).to.deep.equal([1, 1]);
        const before = memory();
        apply[1] = wrong;
        const [first, second] = messagesOf(await step());
        expect(first).to.match(message).and.to.equal(second);
        memory().forEach((array, i) => {
          expectSameBits(array, before[i], `array ${i}`);
        });
        expect(all.map(({ optimizer }) => optimizer.iterations.item())).to.deep.equal([1, 1]);
        apply[1] = () => undefined;
        expect(await step()).to.deep.equal([2, 2]);
      });
    }

    it(`one that throws in all of them is its own error in each: ${title}`, async () => {
      const { apply, step } = start(setting);
      apply.fill(() => {
        throw new Error('no room');
      });
      expect(messagesOf(await step())).to.deep.equal(['no room', 'no room']);
      apply.fill(() => undefined);
      expect(await step()).to.deep.equal([1, 1]);
    });

    it(`are compared where they are applied, and not again at the next step: ${title}`, async () => {
      const { board, apply, all, step } = start(setting);
      const exchanged = async () => {
        const before = board.log.length;
        await step();
        return board.log.length - before;
      };
      await step();
      const plain = await exchanged();
      apply.fill(half);
      expect([await exchanged(), await exchanged()]).to.deep.equal([plain, plain]);
      expectSameBits(all[0].list[0].data, all[1].list[0].data, 'the variable');
      expect(all[0].list[0].data[0]).to.be.below(0.25);
      apply[1] = () => undefined;
      expect(messagesOf(await step())[0]).to.match(/what constraints make of variables/);
    });
  }

  it('that write to a slot have it compared at the next step', async () => {
    const { apply, all, step } = start(SETTINGS[0]);
    expect(await step()).to.deep.equal([1, 1]);
    apply[1] = (_, variable) => {
      all[1].optimizer.getSlot(variable, 'm').assign([1, 2, 3, 4, 5]);
    };
    expect(await step()).to.deep.equal([2, 2]);
    apply[1] = () => undefined;
    expect(messagesOf(await step())[1]).to.match(/^replicas must agree on the slots of variables/);
  });
});
