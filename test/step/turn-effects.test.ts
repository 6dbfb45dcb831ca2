import { Adamax, SGD, Variable } from 'adamax';
import { isa } from 'adamax/kernels';
import { expect } from 'chai';
import { onEveryImplementation } from '../support/implementations.js';
import { LARGE, outcomeOf, SMALL, step } from './second-call.js';

const one = () => Float32Array.of(1);

/** What docs/architecture.md says of allowed calls: what they change, and when. */
onEveryImplementation('an allowed second call', (name) => {
  const leaves = name !== 'js';

  for (const moment of ['user code', 'constraint'] as const) {
    it(`the step counts on from what is assigned to iterations, ${moment}`, async () => {
      const { optimizer, count } = await step(moment, (scene) => scene.optimizer.iterations.assign(4));
      expect([count, optimizer.iterations.item()]).to.deep.equal([5, 5]);
    });
  }

  it('an iterator sets the learning rate of this step, a constraint that of the next', () => {
    const p = new Variable(Float32Array.of(0), {
      constraint: () => Object.assign(optimizer, { learningRate: 1 }) && undefined,
    });
    const optimizer = new SGD({ learningRate: 2 });
    function* pairs(): Generator<[Float32Array, Variable]> {
      optimizer.learningRate = 4;
      yield [one(), p];
    }
    optimizer.applyGradients(pairs());
    expect(p.data[0]).to.equal(-4);
    optimizer.applyGradients([[one(), p]]);
    expect(p.data[0]).to.equal(-5);
  });

  it('a learning rate that is set while a step is off the event loop is that of the next', async function () {
    if (!leaves) this.skip();
    const [p, g] = [new Float32Array(LARGE), new Float32Array(LARGE).fill(1)];
    const optimizer = new SGD({ learningRate: 2 });
    const flight = optimizer.applyGradientsAsync([[g, p]]);
    optimizer.learningRate = 1;
    await flight;
    expect(p[LARGE - 1]).to.equal(-2);
    await optimizer.applyGradientsAsync([[g, p]]);
    expect(p[LARGE - 1]).to.equal(-3);
  });

  it('rebind by code of the user: the step writes the new memory, the first as any other', () => {
    for (const before of [0, 1, 2, 3]) {
      const [old, young, g] = [Float32Array.of(9), Float32Array.of(5), one()];
      const p = new Variable(old);
      const optimizer: SGD = new SGD({
        learningRate: () => {
          if (optimizer.iterations.item() === before) p.rebind(young);
          return 1;
        },
      });
      for (let k = 0; k <= before; k++) optimizer.applyGradients([[g, p]]);
      expect([old[0], young[0]], `after ${before} steps`).to.deep.equal([9 - before, 4]);
    }
  });

  it('rebind by a constraint: the step has written the old memory, and the next one writes the new', () => {
    const [old, young] = [Float32Array.of(1), Float32Array.of(5)];
    const p: Variable = new Variable(old, { constraint: () => void p.rebind(young) });
    const optimizer = new SGD({ learningRate: 1 });
    optimizer.applyGradients([[one(), p]]);
    expect([old[0], young[0]]).to.deep.equal([0, 5]);
    optimizer.applyGradients([[one(), p]]);
    expect([old[0], young[0]]).to.deep.equal([0, 4]);
  });

  it('another optimizer steps the same variable before the step by code of the user, after it by a constraint', () => {
    const other = (p: Variable, seen: number[]) => {
      seen.push(p.data[0]);
      new SGD({ learningRate: 1 }).applyGradients([[one(), p]]);
    };
    const seen: number[] = [];
    const p = new Variable(Float32Array.of(8));
    const byRate = new SGD({
      learningRate: () => {
        other(p, seen);
        return 2;
      },
    });
    byRate.applyGradients([[one(), p]]);
    const q: Variable = new Variable(Float32Array.of(8), {
      constraint: () => {
        if (seen.length === 1) other(q, seen);
      },
    });
    new SGD({ learningRate: 2 }).applyGradients([[one(), q]]);
    expect([...seen, p.data[0], q.data[0]]).to.deep.equal([8, 6, 5, 5]);
  });

  it('a constraint that throws undoes what another optimizer did to the variable meanwhile, too', () => {
    let inner = false;
    const p: Variable = new Variable(Float32Array.of(8), {
      constraint: () => {
        if (inner) return;
        inner = true;
        new SGD({ learningRate: 1 }).applyGradients([[one(), p]]);
        throw new Error('no');
      },
    });
    const optimizer = new SGD({ learningRate: 2 });
    expect(() => optimizer.applyGradients([[one(), p]])).to.throw('no');
    expect([p.data[0], optimizer.iterations.item()]).to.deep.equal([8, 0]);
  });

  describe('a buffer that is transferred away', () => {
    const held: unknown[] = [];
    const transfer = ({ buffer }: Float32Array) =>
      held.push(structuredClone(buffer, { transfer: [buffer as ArrayBuffer] }));
    after(() => held.splice(0));

    it('by code of the user: the step is refused, and nothing has changed', async () => {
      const moved = await outcomeOf(() => step('user code', ({ p }) => transfer(p.data)));
      const gone = await outcomeOf(() => step('user code', ({ g }) => transfer(g)));
      expect([moved, gone]).to.deep.equal(['ERR_ADAMAX_DETACHED', 'ERR_ADAMAX_DETACHED']);
      expect(new Float32Array(held[0] as ArrayBuffer)).to.deep.equal(new Float32Array(SMALL));
    });

    it('by a constraint: the step counts, and the next one is refused', async () => {
      for (const array of ['p', 'g'] as const) {
        const { optimizer, p, g, count } = await step('constraint', (scene) => {
          transfer(array === 'g' ? scene.g : scene.p.data);
        });
        expect(count).to.equal(1);
        expect(() => optimizer.applyGradients([[g, p]]), array).to.throw(TypeError);
        expect(optimizer.iterations.item()).to.equal(1);
      }
    });

    it('while the step is off the event loop: of a variable it is told, of a gradient it is not', async function () {
      if (!leaves) this.skip();
      const moved = await outcomeOf(() => step('off the loop', ({ p }) => transfer(p.data)));
      expect(moved).to.equal('ERR_ADAMAX_DETACHED');
      const { count, optimizer, p, g } = await step('off the loop', (scene) => transfer(scene.g));
      expect(count).to.equal(1);
      expect(await outcomeOf(() => optimizer.applyGradients([[g, p]]))).to.equal('ERR_ADAMAX_DETACHED');
    });
  });

  it('slots that a step makes are found after it', () => {
    const seen: unknown[] = [];
    const optimizer = new Adamax();
    const p: Variable = new Variable(Float32Array.of(1), {
      constraint: () => void seen.push(optimizer.getSlotNames()),
    });
    optimizer.applyGradients([[one(), p]]);
    expect([...seen, optimizer.getSlotNames()]).to.deep.equal([[], ['m', 'v']]);
  });

  it('the loss of minimize comes before the step, and may call anything', () => {
    const [p, q] = [Float32Array.of(8), Float32Array.of(8)];
    const optimizer = new SGD({ learningRate: 1 });
    const count = optimizer.minimize(() => {
      optimizer.applyGradients([[one(), q]]);
      return { gradients: [one()] };
    }, [p]);
    expect([count, p[0], q[0]]).to.deep.equal([2, 7, 7]);
  });

  it('a constraint that is applied after a step off the event loop meets the second column', async function () {
    if (!leaves) this.skip();
    const outcomes: Promise<unknown>[] = [];
    const optimizer = new Adamax();
    const p: Variable = new Variable(new Float32Array(LARGE), {
      constraint: () => {
        if (outcomes.length > 0) return;
        outcomes.push(outcomeOf(() => optimizer.getWeights()));
        outcomes.push(outcomeOf(() => p.rebind(new Float32Array(LARGE))));
        outcomes.push(outcomeOf(() => new SGD().applyGradients([[new Float32Array(LARGE), p]])));
        outcomes.push(outcomeOf(() => optimizer.iterations.item()));
      },
    });
    expect(await optimizer.applyGradientsAsync([[new Float32Array(LARGE), p]])).to.equal(1);
    expect(await Promise.all(outcomes)).to.deep.equal(['ERR_ADAMAX_BUSY', 'allowed', 'allowed', 'allowed']);
    expect(isa()).to.equal(name);
  });
});
