import { Adamax, Optimizer, type Rule, SGD } from 'adamax';
import { expect } from 'chai';
import { type Binding, CONTRACT, loadBinding, misfitOf, PIECE } from '#internals';
import { onEveryImplementation } from '../support/implementations.js';

/** A rule of the caller's, under a name that a native kernel has too. */
function ruleCalled(name: string, slots: number, scalars: number): Rule {
  return {
    name,
    slots: Array.from({ length: slots }, (_, k) => `slot${k}`),
    scalars,
    sweep(_param, out, _slots, at, _grad, _gradAt, n) {
      out.fill(1000, at, at + n);
    },
  };
}

class Own extends Optimizer {
  constructor(rule: Rule) {
    super(rule, 'Own', { learningRate: 1 });
  }
  protected override writeScalars(): void {}
  override getConfig() {
    return { name: this.name };
  }
}

onEveryImplementation('a rule of one’s own', () => {
  it('runs its own sweep, whatever it is called and whatever it has', () => {
    for (const name of ['adamax', 'adagrad', 'sgd', 'sgd-momentum', 'rmsprop', 'traffic']) {
      for (const [slots, scalars] of [
        [2, 4],
        [1, 2],
        [0, 1],
        [3, 0],
      ]) {
        const p = Float32Array.of(1, 2);
        new Own(ruleCalled(name, slots, scalars)).applyGradients([[Float32Array.of(1, 1), p]]);
        expect([...p], `${name} with ${slots} slots and ${scalars} scalars`).to.deep.equal([1000, 1000]);
      }
    }
  });
});

describe('an addon', () => {
  let binding: Binding;
  before(function () {
    // The rules of the package are declared when their modules are loaded.
    expect([Adamax, SGD]).to.have.length(2);
    const loaded = loadBinding();
    if (loaded.binding === null) this.skip();
    binding = loaded.binding;
  });
  const as = (changes: object): Partial<Binding> => ({ contract: binding.contract, rules: binding.rules, ...changes });

  it('of this version fits', () => {
    expect(misfitOf(binding)).to.equal(null);
    expect(binding.contract).to.deep.equal(CONTRACT);
    // Optimizers that share the slots of a variable with others rely on this border, which saved states know.
    expect(binding.contract.piece).to.equal(PIECE).and.to.equal(65536);
  });

  it('whose numbers are others is of another version', () => {
    for (const name of Object.keys(CONTRACT)) {
      const contract = { ...binding.contract, [name]: 77 };
      expect(misfitOf(as({ contract }))).to.match(new RegExp(`^${name} must be -?\\d+: received 77$`));
    }
    expect(misfitOf({ rules: binding.rules })).to.equal(`version must be ${CONTRACT.version}: received undefined`);
  });

  it('that lacks a kernel, or has it with other slots or scalars, is of another version', () => {
    const without = binding.rules.filter(({ name }) => name !== 'adamax');
    expect(misfitOf(as({ rules: without }))).to.equal('kernel adamax must have 2 slots and 4 scalars: received none');
    const other = binding.rules.map((rule) => (rule.name === 'sgd' ? { ...rule, slots: 1 } : rule));
    expect(misfitOf(as({ rules: other }))).to.equal('kernel sgd must have 0 slots and 1 scalars: received 1 and 1');
    const names = binding.rules as unknown as string[];
    expect(misfitOf(as({ rules: names.map(() => 'adamax') as never }))).to.match(/^kernel \S+ must have/);
  });
});
