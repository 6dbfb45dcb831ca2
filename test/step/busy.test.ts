import { Adamax, type Gradient, SGD, Variable, type VariableLike } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

/** Every place where a step runs code of its caller: `make` builds a step that calls `inner` from there. */
type Place = (inner: () => void) => { optimizer: Adamax; step: () => void; param: Float32Array };

const variable = (param: Float32Array, options = {}) => new Variable(param, { name: 'p', ...options });

const PLACES: Readonly<Record<string, Place>> = {
  'the iterator of gradsAndVars': (inner) => {
    const param = f32(1, 2);
    const optimizer = new Adamax();
    function* pairs(): Generator<[Gradient, VariableLike]> {
      inner();
      yield [f32(1, 1), param];
    }
    return { optimizer, param, step: () => optimizer.applyGradients(pairs()) };
  },
  'a getter of a pair': (inner) => {
    const param = f32(1, 2);
    const optimizer = new Adamax();
    const pair = [f32(1, 1), param] as [Gradient, VariableLike];
    Object.defineProperty(pair, 0, {
      get() {
        inner();
        return f32(1, 1);
      },
    });
    return { optimizer, param, step: () => optimizer.applyGradients([pair]) };
  },
  'a learning rate': (inner) => {
    const param = f32(1, 2);
    const learningRate = () => {
      inner();
      return 0.1;
    };
    const optimizer = new Adamax({ learningRate });
    return { optimizer, param, step: () => optimizer.applyGradients([[f32(1, 1), param]]) };
  },
  beta2: (inner) => {
    const param = f32(1, 2);
    const beta2 = () => {
      inner();
      return 0.9;
    };
    const optimizer = new Adamax({ beta2 });
    return { optimizer, param, step: () => optimizer.applyGradients([[f32(1, 1), param]]) };
  },
  'the scalars of a subclass': (inner) => {
    const param = f32(1, 2);
    class Nosy extends Adamax {
      protected override writeScalars(step: number, learningRate: number, scalars: Float32Array): void {
        super.writeScalars(step, learningRate, scalars);
        inner();
      }
    }
    const optimizer = new Nosy();
    return { optimizer, param, step: () => optimizer.applyGradients([[f32(1, 1), param]]) };
  },
  'a constraint': (inner) => {
    const param = f32(1, 2);
    const p = variable(param, { constraint: () => inner() });
    const optimizer = new Adamax();
    return { optimizer, param, step: () => optimizer.applyGradients([[f32(1, 1), p]]) };
  },
  'an initializer of addSlot': (inner) => {
    const param = f32(1, 2);
    const optimizer = new Adamax();
    const initializer = () => {
      inner();
      return 0;
    };
    return { optimizer, param, step: () => optimizer.addSlot(param, 'm', initializer) };
  },
  'the list of build': (inner) => {
    const param = f32(1, 2);
    const optimizer = new Adamax();
    function* list(): Generator<VariableLike> {
      inner();
      yield param;
    }
    return { optimizer, param, step: () => optimizer.build(list()) };
  },
};

/** What code that a step runs may not call, since it would step, or read or write the state in the midst of it. */
const REFUSED: Readonly<Record<string, (optimizer: Adamax, other: Float32Array) => unknown>> = {
  applyGradients: (optimizer, other) => optimizer.applyGradients([[f32(1), other]]),
  minimize: (optimizer, other) => optimizer.minimize(() => ({ gradients: [f32(1)] }), [other]),
  getUpdates: (optimizer, other) => optimizer.getUpdates(() => ({ gradients: [f32(1)] }), [other]),
  build: (optimizer, other) => optimizer.build([other]),
  release: (optimizer, other) => optimizer.release([other]),
  addSlot: (optimizer, other) => optimizer.addSlot(other, 'm'),
  getWeights: (optimizer) => optimizer.getWeights(),
  setWeights: (optimizer) => optimizer.setWeights([]),
  iterations: (optimizer) => {
    optimizer.iterations = new Variable(BigInt64Array.of(5n), { shape: [] });
  },
};

onEveryImplementation('ERR_ADAMAX_BUSY', () => {
  for (const [place, make] of Object.entries(PLACES)) {
    for (const [member, call] of Object.entries(REFUSED)) {
      it(`refuses ${member} called by ${place}`, () => {
        let refusals = 0;
        const other = f32(7);
        const { optimizer, step, param } = make(() => {
          const [, received] = [member, /: received a call before it returned$/];
          expectError(() => call(optimizer, other), TypeError, 'ERR_ADAMAX_BUSY', received);
          refusals++;
        });
        step();
        expect(refusals, 'times asked').to.be.greaterThan(0);
        expect(other[0]).to.equal(7);
        // The outer call is what it is without the inner one.
        const alone = make(() => {});
        alone.step();
        expect([...param]).to.deep.equal([...alone.param]);
        expect(optimizer.iterations.item()).to.equal(alone.optimizer.iterations.item());
        expect(optimizer.weights.map(({ data }) => String(data))).to.deep.equal(
          alone.optimizer.weights.map(({ data }) => String(data)),
        );
      });
    }

    it(`rejects the promise of applyGradientsAsync called by ${place}`, async () => {
      const rejected: Promise<void>[] = [];
      const { optimizer, step } = make(() => {
        const promise = optimizer.applyGradientsAsync([[f32(1), f32(7)]]);
        rejected.push(
          promise.then(
            () => expect.fail('was not refused'),
            (error) => {
              expect(error).to.have.property('code', 'ERR_ADAMAX_BUSY');
            },
          ),
        );
      });
      step();
      expect(rejected).to.have.length.greaterThan(0);
      await Promise.all(rejected);
    });
  }

  it('fails the outer call where the inner one is not caught, and nothing has changed', () => {
    const [param, other] = [f32(1, 2), f32(7)];
    const optimizer: Adamax = new Adamax({
      learningRate: () => {
        optimizer.applyGradients([[f32(1), other]]);
        return 1;
      },
    });
    expectError(
      () => optimizer.applyGradients([[f32(1, 1), param]]),
      TypeError,
      'ERR_ADAMAX_BUSY',
      /^applyGradients must/,
    );
    expect([...param, ...other]).to.deep.equal([1, 2, 7]);
    expect(optimizer.iterations.item()).to.equal(0);
    optimizer.learningRate = 1;
    expect(optimizer.applyGradients([[f32(1, 1), param]])).to.equal(1);
  });

  it('does not come where code that a step runs asks for the count, or steps another optimizer', () => {
    const [param, other] = [f32(1, 2), f32(7)];
    const inner = new SGD({ learningRate: 1 });
    const seen: number[] = [];
    const optimizer: Adamax = new Adamax({
      learningRate: () => {
        seen.push(optimizer.iterations.item());
        return inner.applyGradients([[f32(1), other]]);
      },
    });
    for (let k = 0; k < 3; k++) optimizer.applyGradients([[f32(1, 1), param]]);
    expect(seen).to.deep.equal([0, 1, 2]);
    expect(other[0]).to.equal(4);
  });
});
