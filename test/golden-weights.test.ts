import { type Nested, optimizers, Variable, type WeightData } from 'adamax';
import { expect } from 'chai';
import { readGolden } from './golden/recorded.js';
import { expectAllClose } from './support/close.js';
import { f32 } from './support/data.js';
import { onEveryImplementation } from './support/implementations.js';

/** Name behind that of the optimizer, shape and dtype of a weight. */
type Weight = [name: string, shape: number[], dtype: string];

interface Case {
  readonly class_name: string;
  readonly options: Record<string, unknown> & { name?: string };
  /** What there was after each chapter of the story in record_weights.py. */
  readonly weights: Readonly<Record<'before' | 'first' | 'extra' | 'late' | 'unfrozen', readonly Weight[]>> & {
    readonly slots: readonly string[];
  };
  /** The weights that `set_weights` was given, and everything one step later. */
  readonly set: Readonly<Record<'given' | 'after', readonly WeightData[]>> &
    Readonly<Record<'kernel' | 'bias', Nested>>;
}

const { cases } = readGolden<{ cases: Readonly<Record<string, Case>> }>('weights');

/** The optimizer of a recorded case. */
function made({ class_name, options }: Case) {
  return optimizers.deserialize({ class_name, config: { name: class_name, ...options } });
}

onEveryImplementation('weights, beside those of TensorFlow', () => {
  for (const [title, recorded] of Object.entries(cases)) {
    it(`${title}: the same ones in the same order, whatever comes when`, () => {
      const optimizer = made(recorded);
      const a = new Variable(f32(1, 1), { name: 'a' });
      const b = new Variable(f32(1, 1, 1, 1), { name: 'b', shape: [2, 2] });
      const late = new Variable(f32(1, 1, 1), { name: 'late' });
      const frozen = new Variable(f32(1, 1, 1, 1, 1), { name: 'frozen', trainable: false });
      const step = (...variables: Variable[]) => {
        optimizer.applyGradients(variables.map((variable) => [variable.data.map(() => 1), variable]));
      };
      const weights = () => {
        const head = `${optimizer.name}/`;
        return optimizer.weights.map(({ name, shape, dtype }) => [name.replace(head, ''), [...shape], dtype]);
      };
      // There the counter is made by the first step, too.
      expect([recorded.weights.before, weights()]).to.deep.equal([[], [['iter', [], 'int64']]]);
      step(a, frozen, b);
      expect(weights()).to.deep.equal(recorded.weights.first);
      optimizer.addSlot(b, 'extra');
      expect(weights()).to.deep.equal(recorded.weights.extra);
      step(late, a);
      expect(weights()).to.deep.equal(recorded.weights.late);
      frozen.trainable = true;
      step(frozen, late);
      expect(weights()).to.deep.equal(recorded.weights.unfrozen);
      expect(optimizer.getSlotNames()).to.deep.equal(recorded.weights.slots);
    });

    it(`${title}: what Python's set_weights takes is taken, and steps on to the same numbers`, () => {
      const { given, after, kernel, bias } = recorded.set;
      const optimizer = made(recorded);
      const p = new Variable(f32(1, 2, 3, 4), { shape: [2, 2] });
      const q = new Variable(f32(0.5, -0.5));
      optimizer.build([p, q]);
      optimizer.setWeights(given);
      optimizer.applyGradients([
        [
          [
            [0.5, -1],
            [0.25, 2],
          ],
          p,
        ],
        [[1, -0.125], q],
      ]);
      expect(optimizer.getWeights().length).to.equal(after.length);
      optimizer.getWeights().forEach(({ data }, i) => {
        expectAllClose(Array.from(data as ArrayLike<number>, Number), [after[i]].flat(2) as number[]);
      });
      expectAllClose(p.data, [kernel].flat(2) as number[]);
      expectAllClose(q.data, [bias].flat(2) as number[]);
    });
  }
});
