import { optimizers, Variable } from 'adamax';
import { expect } from 'chai';
import { readGolden } from './golden/recorded.js';
import { f32 } from './support/data.js';
import { onEveryImplementation } from './support/implementations.js';

/** Name behind that of the optimizer, shape and dtype of a weight. */
type Weight = [name: string, shape: number[], dtype: string];

interface Case {
  readonly class_name: string;
  readonly options: Record<string, unknown> & { name?: string };
  /** What there was after each chapter of the story in record_weights.py. */
  readonly weights: Readonly<Record<'first' | 'extra' | 'late' | 'unfrozen', readonly Weight[]>> & {
    readonly slots: readonly string[];
  };
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
      const frozen = new Variable(f32(1, 1, 1, 1, 1), { name: 'frozen' });
      const step = (...variables: Variable[]) => {
        optimizer.applyGradients(variables.map((variable) => [variable.data.map(() => 1), variable]));
      };
      const weights = () => {
        const head = `${optimizer.name}/`;
        return optimizer.weights.map(({ name, shape, dtype }) => [name.replace(head, ''), [...shape], dtype]);
      };
      optimizer.applyGradients([
        [f32(1, 1), a],
        [null, frozen],
        [f32(1, 1, 1, 1), b],
      ]);
      expect(weights()).to.deep.equal(recorded.weights.first);
      optimizer.addSlot(b, 'extra');
      expect(weights()).to.deep.equal(recorded.weights.extra);
      step(late, a);
      expect(weights()).to.deep.equal(recorded.weights.late);
      step(frozen, late);
      expect(weights()).to.deep.equal(recorded.weights.unfrozen);
      expect(optimizer.getSlotNames()).to.deep.equal(recorded.weights.slots);
    });
  }
});
