import { createContext, runInContext } from 'node:vm';
import { Adamax, type Gradient, Optimizer, SGD, Variable, type VariableLike } from 'adamax';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { runModule } from '../support/process.js';

/** Runs a function until a timeout cuts it short. */
function cutShort(step: () => unknown, source: string, timeout: number): void {
  try {
    runInContext(source, createContext({ step }), { timeout });
  } catch (error) {
    expect(error).to.have.property('code', 'ERR_SCRIPT_EXECUTION_TIMEOUT');
    return;
  }
  expect.fail('was not cut short');
}

onEveryImplementation('a script that its timeout cuts short', (isa) => {
  it('in the midst of steps has counted what it stepped, and leaves the optimizer as good as before', function () {
    // A sweep in TypeScript can be cut short in its midst.
    if (isa === 'js') this.skip();
    this.timeout(60_000);
    const size = 20_000;
    const [p, g] = [new Float32Array(size), new Float32Array(size).fill(1)];
    const optimizer = new SGD({ learningRate: 1, momentum: 1 });
    const step = () => optimizer.applyGradients([[g, p]]);
    step();
    for (let k = 0; k < 40; k++) {
      cutShort(step, 'for (;;) step();', 3);
      const t = optimizer.iterations.item();
      // With a momentum of 1 and gradients of 1 the velocity counts the steps.
      const stepped = -optimizer.getSlot(p, 'momentum').data[size - 1];
      expect(stepped, `steps, at count ${t}`).to.equal(t);
      expect(step()).to.equal(t + 1);
    }
  });

  it('in the midst of a step that was taken has it as the last step, whoever looks next', function () {
    if (isa === 'js') this.skip();
    const [p, g] = [new Float32Array(20_000), new Float32Array(20_000).fill(1)];
    const optimizer = new SGD({ learningRate: 1, momentum: 1 });
    const step = () => optimizer.applyGradients([[g, p]]);
    step();
    for (let k = 0; k < 20; k++) {
      cutShort(step, 'for (;;) step();', 3);
      const steps = optimizer.lastStep?.steps;
      // With a momentum of 1 and gradients of 1 the velocity counts the steps.
      expect(steps).to.equal(-optimizer.getSlot(p, 'momentum').data[0]);
    }
  });

  it('in a sweep that has written nothing has not counted the step, whoever looks next', () => {
    for (const look of ['iterations', 'getWeights', 'weights', 'applyGradients'] as const) {
      let stuck = false;
      class Own extends Optimizer {
        constructor() {
          const sweep = () => {
            while (stuck);
          };
          super({ name: 'own', slots: ['m'], scalars: 0, sweep }, 'Own', { learningRate: 1 });
        }
        protected override writeScalars(): void {}
        override getConfig() {
          return this.baseConfig().head;
        }
      }
      const [p, optimizer] = [Float32Array.of(1), new Own()];
      const step = () => optimizer.applyGradients([[Float32Array.of(1), p]]);
      step();
      stuck = true;
      cutShort(step, 'step()', 5);
      stuck = false;
      if (look === 'iterations') expect(optimizer.iterations.item()).to.equal(1);
      else if (look === 'getWeights') expect(optimizer.getWeights()[0].data[0]).to.equal(1n);
      else if (look === 'weights') expect(optimizer.weights[0].item()).to.equal(1);
      expect(step()).to.equal(2);
    }
  });

  it('in code that a step runs leaves nothing of that step behind', () => {
    const [p, other] = [new Variable(Float32Array.of(1, 2)), new Variable(Float32Array.of(5))];
    let stuck = false;
    const optimizer: Adamax = new Adamax({
      learningRate: () => {
        while (stuck);
        return 1;
      },
    });
    const first: [Gradient, VariableLike][] = [[Float32Array.of(1, 1), p]];
    optimizer.applyGradients(first);
    stuck = true;
    const step = () =>
      optimizer.applyGradients([
        [Float32Array.of(-1, -1), p],
        [Float32Array.of(1), other],
      ]);
    cutShort(step, 'step()', 5);
    stuck = false;
    expect(p.data[0]).to.be.closeTo(0, 1e-6);
    expect(other.data[0]).to.equal(5);
    expect(optimizer.applyGradients(first)).to.equal(2);
    expect(optimizer.getSlot(p, 'm').data[0]).to.be.closeTo(0.19, 1e-6);
    expect(optimizer.weights).to.have.length(3);
  });

  it('does not open the door to code that a step runs, whatever is done to stack traces', () => {
    const { prepareStackTrace, stackTraceLimit } = Error;
    const p = Float32Array.of(1);
    const deep = (n: number, f: () => void): void => (n === 0 ? f() : deep(n - 1, f));
    let refused = 0;
    const optimizer: Adamax = new Adamax({
      learningRate: () => {
        deep(50, () => {
          const inner = () => optimizer.applyGradients([[Float32Array.of(1), p]]);
          expectError(inner, TypeError, 'ERR_ADAMAX_BUSY', /received a call before it returned$/);
          refused++;
        });
        return 1;
      },
    });
    try {
      for (const limit of [0, 10, undefined]) {
        Error.stackTraceLimit = limit as number;
        Error.prepareStackTrace = () => 'nothing';
        optimizer.applyGradients([[Float32Array.of(1), p]]);
      }
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
      Error.stackTraceLimit = stackTraceLimit;
    }
    expect(refused).to.equal(3);
  });

  it('does not open the door where Error is frozen, or its properties are accessors that throw', () => {
    const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor;
    const [p, g] = [Float32Array.of(1), Float32Array.of(1)];
    const fail = () => {
      throw new Error('mine');
    };
    const properties: PropertyDescriptor[] = [
      { value: 10, writable: false },
      { get: fail, set: fail },
    ];
    for (const property of properties) {
      const optimizer: SGD = new SGD({ learningRate: 1 });
      function* pairs(): Generator<[Gradient, VariableLike]> {
        optimizer.applyGradients([[g, p]]);
        yield [g, p];
      }
      Object.defineProperty(Error, 'stackTraceLimit', { ...property, configurable: true });
      try {
        const nested = () => optimizer.applyGradients(pairs());
        expectError(nested, TypeError, 'ERR_ADAMAX_BUSY', /received a call before it returned$/);
      } finally {
        Object.defineProperty(Error, 'stackTraceLimit', before);
      }
      expect(p[0]).to.equal(1);
      expect(optimizer.iterations.item()).to.equal(0);
    }
  });

  it('after a first step was written leaves slots under one name each, and gives names back with release', () => {
    for (const next of ['addSlot', 'release'] as const) {
      let stuck = true;
      const spin = () => {
        while (stuck);
      };
      const w = new Variable(Float32Array.of(1, 2), { name: 'w', constraint: spin });
      const optimizer = new Adamax({ learningRate: 0.1 });
      cutShort(() => optimizer.applyGradients([[Float32Array.of(1, 1), w]]), 'step()', 20);
      stuck = false;
      const names = () => optimizer.getWeights().map(({ name }) => name);
      if (next === 'addSlot') {
        optimizer.addSlot(w, 'm');
        optimizer.applyGradients([[Float32Array.of(1, 1), w]]);
        expect(names()).to.deep.equal(['iterations', 'w/m', 'w/v']);
        expect(optimizer.getSlot(w, 'm').data[0]).to.be.greaterThan(0);
      } else {
        optimizer.release([w]);
        optimizer.build([new Variable(Float32Array.of(5, 6), { name: 'w' })]);
        expect(names()).to.deep.equal(['iterations', 'w/m', 'w/v']);
        optimizer.setWeights(optimizer.getWeights());
      }
    }
  });

  it('in a constraint has taken the step back, or counted it', () => {
    const size = 5000;
    const g = new Float32Array(size).fill(1);
    for (let k = 0; k < 40; k++) {
      const constraint = (x: Float32Array) => {
        for (let i = 0; i < x.length; i++) x[i] += 0.5;
      };
      const p = new Variable(new Float32Array(size), { name: 'p', constraint });
      const optimizer = new SGD({ learningRate: 1, momentum: 1 });
      cutShort(() => optimizer.applyGradients([[g, p]]), 'for (;;) step();', 3 + (k % 3));
      const [, momentum] = optimizer.getWeights();
      const t = optimizer.iterations.item();
      // The velocity counts the steps, and the constraint takes half a step back each time.
      if (momentum !== undefined)
        expect(new Set(momentum.data as Float32Array), `velocities, at count ${t}`).to.deep.equal(new Set([-t]));
      const expected = Math.fround(t / 2 - (t * (t + 1)) / 2);
      expect(new Set(p.data), `parameters, at count ${t}`).to.deep.equal(new Set([expected]));
    }
  });

  it('in setWeights has written all of the state, or nothing', () => {
    const variables = Array.from({ length: 200 }, (_, i) => new Variable(new Float32Array(1000), { name: `v${i}` }));
    const optimizer = new Adamax();
    optimizer.build(variables);
    const states = [0, 1].map((x) =>
      optimizer.getWeights().map(({ name, dtype, shape, data }) => ({
        ...{ name, dtype, shape },
        data: data instanceof BigInt64Array ? BigInt64Array.of(BigInt(x)) : new Float32Array(data.length).fill(x),
      })),
    );
    let calls = 0;
    for (let k = 0; k < 40; k++) {
      cutShort(() => optimizer.setWeights(states[calls++ % 2]), 'for (;;) step();', 4 + (k % 5));
      const weights = optimizer.getWeights().map(({ data }) => data as Float32Array);
      expect(weights.every((data) => data.every((x) => x === data[0]))).to.equal(true);
      expect(new Set(weights.map(([x]) => Number(x))).size, 'states').to.equal(1);
    }
  });

  it('in build, addSlot, release, a rebind or a step leaves nothing twice, and nothing behind', () => {
    for (let k = 0; k < 40; k++) {
      const variables = Array.from({ length: 50 }, (_, i) => new Variable(new Float32Array(20), { name: `v${i}` }));
      const pairs = () => variables.slice(20).map((v): [Gradient, VariableLike] => [new Float32Array(20).fill(1), v]);
      const optimizer = new Adamax();
      const calls = [
        () => optimizer.build(variables),
        () => optimizer.release(variables.slice(0, 30)),
        () => variables.slice(0, 10).map((v) => optimizer.addSlot(v, 'm')),
        () => optimizer.applyGradients(pairs()),
        () => variables.map((v) => v.rebind(v.data.slice())),
      ];
      let i = 0;
      cutShort(() => calls[i++ % calls.length](), 'for (;;) step();', 3 + (k % 7));
      optimizer.build(variables);
      const names = optimizer.getWeights().map(({ name }) => name);
      const expected = ['iterations', ...variables.flatMap(({ name }) => [`${name}/m`, `${name}/v`])];
      expect(names.sort()).to.deep.equal(expected.sort());
      optimizer.applyGradients(pairs());
      optimizer.release(variables);
      expect(optimizer.weights).to.have.length(1);
      // Neither names nor memory are taken any more.
      optimizer.build(variables.map(({ name, data }) => new Variable(data, { name })));
    }
  });

  it('in the setter of iterations leaves one counter, whose memory no other may have', () => {
    for (let k = 0; k < 60; k++) {
      const counters = [0, 1].map(() => new Variable(new BigInt64Array(1), { shape: [] }));
      const optimizer = new SGD({ learningRate: 1 });
      let i = 0;
      const set = () => {
        optimizer.iterations = counters[i++ % 2];
      };
      cutShort(set, 'for (;;) step();', 2);
      const { iterations } = optimizer;
      expect(optimizer.getWeights(), 'weights').to.have.length(1);
      expect(optimizer.weights[0]).to.equal(iterations);
      const onCounter = new Float32Array(iterations.data.buffer);
      const step = () => optimizer.applyGradients([[new Float32Array(2), onCounter]]);
      expectError(step, RangeError, 'ERR_ADAMAX_OVERLAP', /must not share memory with iterations/);
      const other = counters.find((counter) => counter !== iterations) as Variable<BigInt64Array>;
      expect(optimizer.applyGradients([[new Float32Array(2), new Float32Array(other.data.buffer)]])).to.equal(1);
    }
  });

  // In a process of its own: where async hooks are on, as after a scope of a strategy, Node.js before 24 does not survive
  // a timeout that strikes in one of them, and a step off the event loop has one called.
  it('in the beginning of a step off the event loop leaves no memory in use, and the optimizer free', function () {
    this.timeout(60_000);
    const { code, stdout, stderr } = runModule(
      `
      import { createContext, runInContext } from 'node:vm';
      import { SGD, Variable } from 'adamax';

      const g = new Float32Array(2 ** 20).fill(1);
      const p = new Variable(new Float32Array(2 ** 20), { constraint: () => undefined });
      const optimizer = new SGD({ learningRate: 1 });
      await optimizer.applyGradientsAsync([[g, p]]); // loads the addon
      const isBusy = () => {
        try {
          p.assign(p.data);
          return false;
        } catch {
          return true;
        }
      };
      let cut = 0;
      for (let k = 0; k < 40; k++) {
        let promise = null;
        const step = () => {
          promise = optimizer.applyGradientsAsync([[g, p]]);
        };
        try {
          runInContext('step(); for (;;);', createContext({ step }), { timeout: 1 + (k % 3) });
        } catch {
          // Whether it was cut short before there was a promise, or afterwards.
        }
        if (promise === null) cut++;
        else await promise;
        // A step that had begun on another thread all the same is done some time.
        for (let tries = 0; tries < 100 && isBusy(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
        p.assign(p.data);
        new SGD({ learningRate: 1 }).applyGradients([[g, p]]);
        optimizer.applyGradients([[g, p]]);
      }
      console.log(cut > 0 ? 'cut' : 'never cut');
    `,
      { ADAMAX_ISA: isa },
    );
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    if (stdout === 'never cut\n') this.skip();
    expect(stdout).to.equal('cut\n');
  });
});
