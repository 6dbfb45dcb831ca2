/** What of a saved optimizer goes into one of another class, with `partial`. */
import { Adagrad, Adamax, optimizers, RMSprop, SGD, Variable } from 'adamax';
import { fromBytes, toBytes } from 'adamax/checkpoint';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

/** Has slots of the same names as its base, which mean something else. */
class Otherwise extends Adamax {}
optimizers.register('Otherwise', Otherwise);

const MAKERS = { Adamax, Adagrad, RMSprop, SGD, Otherwise };
const names = Object.keys(MAKERS) as (keyof typeof MAKERS)[];

function world(name: keyof typeof MAKERS, steps: number) {
  const w = new Variable(f32(1, 2, 3), { name: 'w' });
  const optimizer = new MAKERS[name]({ learningRate: 0.125 });
  for (let k = 0; k < steps; k++) optimizer.applyGradients([[f32(1, -1, k), w]]);
  return { w, optimizer, variables: [w] };
}

/** Slots and weights, but not the counter. */
const kept = ({ optimizer }: ReturnType<typeof world>) => {
  return optimizer.getWeights().flatMap(({ name, data }) => (name === 'iterations' ? [] : [[name, ...data]]));
};

onEveryImplementation('an optimizer of another class', () => {
  for (const from of names) {
    for (const to of names.filter((name) => name !== from)) {
      for (const hyperparameters of ['restore', 'keep'] as const) {
        it(`${to} takes of ${from} the step and the variables, and keeps the rest, with '${hyperparameters}'`, () => {
          const saved = world(from, 3);
          saved.optimizer.learningRate = 0.5;
          const bytes = toBytes({ optimizer: saved.optimizer });
          for (const steps of [0, 1]) {
            const into = world(to, steps);
            const before = kept(into);
            const { optimizer, variables } = into;
            const config = optimizer.getConfig();
            const load = (partial: boolean) => fromBytes(bytes, { optimizer, variables, hyperparameters, partial });
            const message = new RegExp(`received optimizer must be of the class '${from}': received '${to}'$`);
            expectError(() => load(false), RangeError, 'ERR_ADAMAX_CHECKPOINT', message);
            expect(load(true)).to.deep.include({
              loaded: ['iterations', 'variables/w'],
              missing: [],
              unexpected: [],
              misfits: [{ name: 'optimizer', message: `optimizer must be of the class '${from}': received '${to}'` }],
              unread: kept(saved).map(([path]) => `slots/${path}`),
              hyperparameters: {},
            });
            expect(optimizer.iterations.item()).to.equal(3);
            expect([...into.w.data]).to.deep.equal([...saved.w.data]);
            expect(kept(into)).to.deep.equal(before);
            expect(optimizer.getConfig()).to.deep.equal(config);
          }
        });
      }
    }
  }

  it('may be one of several, of which the others are loaded whole', () => {
    const w = new Variable(f32(1, 2, 3), { name: 'w' });
    const saved = { a: new Adamax(), b: new RMSprop() };
    for (const one of Object.values(saved)) one.applyGradients([[f32(1, -1, 2), w]]);
    const bytes = toBytes({ optimizers: saved });
    const into = { optimizers: { a: new Adamax(), b: new SGD() }, variables: [w] };
    const { misfits, unread, loaded } = fromBytes(bytes, { ...into, partial: true });
    expect(misfits.map(({ name }) => name)).to.deep.equal(['optimizers.b']);
    expect(unread).to.deep.equal(['optimizers/b/slots/w/rms']);
    expect(loaded).to.include.members(['optimizers/a/slots/w/m', 'optimizers/b/iterations']);
  });
});
