import { Adamax, Optimizer, RMSprop, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { snapshot } from '../support/snapshot.js';
import { byName } from './by-name.js';

const named = (name: string, ...x: number[]) => new Variable(f32(...x), { name });
const namesOf = (optimizer: Adamax | RMSprop | SGD) => optimizer.getWeights().map(({ name }) => name);

describe('names of weights', () => {
  it('are positions for variables that were given no name, whatever a counter calls them', () => {
    const [x, y] = [f32(1), new Variable(f32(1))];
    const optimizer = new RMSprop();
    optimizer.build([x, named('a', 1), y]);
    expect(namesOf(optimizer)).to.deep.equal(['iterations', '#0/rms', 'a/rms', '#1/rms']);
    optimizer.release([x]);
    expect(namesOf(optimizer)).to.deep.equal(['iterations', 'a/rms', '#0/rms']);
  });

  it('of variables without names do not depend on slots that were added before the first step', () => {
    const run = (early: boolean) => {
      const [x, y] = [f32(1), f32(2)];
      const optimizer = new Adamax();
      if (early) optimizer.addSlot(y, 'mean');
      optimizer.applyGradients([
        [f32(1), x],
        [f32(2), y],
      ]);
      if (!early) optimizer.addSlot(y, 'mean');
      return optimizer;
    };
    const [early, late] = [run(true), run(false)];
    expect(namesOf(late)).to.deep.equal(['iterations', '#0/m', '#1/m', '#0/v', '#1/v', '#1/mean']);
    expect(namesOf(early)).to.deep.equal(['iterations', '#1/mean', '#0/m', '#1/m', '#0/v', '#1/v']);
    early.setWeights(late.getWeights());
    expect(byName(early)).to.deep.equal(byName(late));
  });

  it('belong to one variable of an optimizer: another is refused before anything is made or written', () => {
    const [first, second] = [named('w', 1), named('w', 2)];
    const other = named('other', 3);
    const message =
      /^names of variables must be unique in optimizer 'Adamax' \(rebind .*, release .*\): received a second variable 'w'( at .*\[1\])?$/;
    for (const [title, call] of [
      ['build', (optimizer) => optimizer.build([other, second])],
      [
        'applyGradients',
        (optimizer) => {
          optimizer.applyGradients([
            [f32(1), other],
            [f32(1), second],
          ]);
        },
      ],
      ['addSlot', (optimizer) => optimizer.addSlot(second, 'm')],
      ['addSlot of ones own', (optimizer) => optimizer.addSlot(second, 'mean')],
    ] as [string, (optimizer: Adamax) => void][]) {
      const optimizer = new Adamax();
      optimizer.applyGradients([[f32(1), first]]);
      const before = snapshot(optimizer, first.data, second.data, other.data);
      expectError(() => call(optimizer), RangeError, 'ERR_ADAMAX_DUPLICATE', message);
      expect(snapshot(optimizer, first.data, second.data, other.data), title).to.equal(before);
      // The names of what was made on trial are free again, and so is that of a variable that is released.
      optimizer.applyGradients([
        [f32(1), first],
        [f32(1), named('other', 5)],
      ]);
      optimizer.release([first]);
      optimizer.applyGradients([[f32(1), second]]);
      expect(namesOf(optimizer).slice(-1)).to.deep.equal(['w/v']);
    }
    expectError(
      () => new SGD().build([first, second]),
      RangeError,
      'ERR_ADAMAX_DUPLICATE',
      /unique in optimizer 'SGD'.*second variable 'w' at varList\[1\]$/,
    );
  });

  it('are kept for a variable with a slot of its own, when the step that would have made the others fails', () => {
    const w = named('w', 1);
    const optimizer = new Adamax();
    optimizer.addSlot(w, 'mean');
    expect(() => optimizer.applyGradients([[f32(1, 2), w]])).to.throw();
    expectError(() => optimizer.build([named('w', 2)]), RangeError, 'ERR_ADAMAX_DUPLICATE', /'w' at varList\[0\]$/);
    optimizer.build([w]);
    expect(namesOf(optimizer)).to.deep.equal(['iterations', 'w/mean', 'w/m', 'w/v']);
  });

  it('of slots must differ within a rule, and have no slash', () => {
    const rule = (slots: unknown[]) => {
      return class extends Optimizer {
        constructor() {
          super({ name: 'r', slots: slots as string[], scalars: 1, sweep() {} }, 'R', { learningRate: 1 });
        }
        protected override writeScalars(): void {}
        override getConfig() {
          return { name: 'R' };
        }
      };
    };
    for (const [slots, type, code, message] of [
      [
        ['m', 'm'],
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        /^slots\[1\] of the rule must be another name .*: received 'm'$/,
      ],
      [
        ['a/b'],
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        /^slots\[0\] of the rule must be a name without a slash: received 'a\/b'$/,
      ],
      [[5], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^slots\[0\] of the rule must be a string: received 5$/],
    ] as [unknown[], typeof TypeError, 'ERR_ADAMAX_ARG_TYPE', RegExp][]) {
      const Rule = rule(slots);
      expectError(() => new Rule(), type, code, message);
    }
  });

  it('cannot be mistaken for each other', () => {
    const optimizer = new Adamax();
    expectError(
      () => optimizer.build([named('#0', 1)]),
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^names of variables must be other than those of positions \(#0, #1, …\): received '#0'$/,
    );
    expectError(
      () => optimizer.addSlot(named('a', 1), 'b/m'),
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^slotName must be a name without a slash: received 'b\/m'$/,
    );
    // Slashes and the like in the names of variables are no harm.
    optimizer.build([named('a/b', 1), named('', 1), named('iterations', 1), named('__proto__', 1)]);
    expect(namesOf(optimizer).slice(1, 5)).to.deep.equal(['a/b/m', '/m', 'iterations/m', '__proto__/m']);
    expect(optimizer.setWeights(optimizer.getWeights()).loaded).to.have.length(9);
  });
});

describe('addWeight, saved', () => {
  it('is in weights, and comes home by its name', () => {
    const make = () => {
      const optimizer = new Adamax();
      const product = optimizer.addWeight('product', [2], { saved: true, initializer: 'ones' });
      const count = optimizer.addWeight('count', [], { dtype: 'int64', saved: true });
      optimizer.addWeight('scratch', [1]);
      return { optimizer, product, count };
    };
    const first = make();
    first.optimizer.build([named('a', 1)]);
    expect(namesOf(first.optimizer as Adamax)).to.deep.equal(['iterations', 'product', 'count', 'a/m', 'a/v']);
    expect(first.optimizer.weights.slice(1, 3)).to.deep.equal([first.product, first.count]);
    first.product.assign([3, 4]);
    first.count.assign(2n ** 60n);
    const second = make();
    second.optimizer.build([named('a', 1)]);
    second.optimizer.setWeights(JSON.parse(JSON.stringify(first.optimizer.getWeights())));
    expect([...second.product.data]).to.deep.equal([3, 4]);
    expect(second.count.data[0]).to.equal(2n ** 60n);
    // The counter may still be replaced: no step has been taken, and no slot counts on it.
    const counter = new Variable(BigInt64Array.of(7n), { shape: [] });
    const third = make().optimizer;
    third.iterations = counter;
    expect(third.getWeights()[0].data).to.deep.equal(BigInt64Array.of(7n));
  });

  it('is refused under a name that says nothing certain', () => {
    const optimizer = new Adamax();
    optimizer.addWeight('w', [1], { saved: true });
    optimizer.addWeight('w', [1]);
    for (const name of ['w', 'iterations']) {
      expectError(
        () => optimizer.addWeight(name, [1], { saved: true }),
        RangeError,
        'ERR_ADAMAX_DUPLICATE',
        new RegExp(`^name must be unique where the weight is saved: received a second '${name}'$`),
      );
    }
    expectError(
      () => optimizer.addWeight('a/m', [1], { saved: true }),
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^name must be without a slash where the weight is saved: received 'a\/m'$/,
    );
    expect(namesOf(optimizer)).to.deep.equal(['iterations', 'w']);
  });
});
