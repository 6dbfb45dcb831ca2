import { Adamax, type ErrorCode, type Gradient, IndexedSlices, type Optimizer, RMSprop, Variable } from 'adamax';
import { isa } from 'adamax/kernels';
import { expect } from 'chai';
import { expectSameBits, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

/** Large enough to leave the event loop. */
const LARGE = 600_000;
const ROW = 50;
const leaves = () => isa() !== 'js';

async function expectRejection(
  promise: Promise<unknown>,
  type: typeof TypeError | typeof RangeError,
  code: ErrorCode,
  message: RegExp,
): Promise<void> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expectError(
    () => {
      if (outcome !== undefined) throw outcome;
    },
    type,
    code,
    message,
  );
}

function problem(seed: number) {
  const random = new Random(seed);
  const variables = [
    new Variable(random.normals(LARGE), { name: 'large' }),
    new Variable(random.normals(5), { name: 'small' }),
    new Variable(random.normals(LARGE), { name: 'table', shape: [LARGE / ROW, ROW] }),
  ];
  const gradients = (): Gradient[] => {
    const rows = Array.from({ length: 3000 }, () => random.below(LARGE / ROW));
    return [random.normals(LARGE), random.normals(5), new IndexedSlices(random.normals(rows.length * ROW), rows)];
  };
  return { variables, gradients };
}

onEveryImplementation('applyGradientsAsync', () => {
  const makers: [string, () => Optimizer][] = [
    ['Adamax', () => new Adamax()],
    ['Adamax, clipped', () => new Adamax({ clipnorm: 1, clipvalue: 0.001 })],
    ['Adamax with bfloat16 slots', () => new Adamax({ slotDtype: 'bfloat16' })],
    ['RMSprop with momentum', () => new RMSprop({ momentum: 0.9 })],
  ];
  for (const [name, make] of makers) {
    it(`has the bits of applyGradients: ${name}`, async () => {
      const [a, b] = [problem(1), problem(1)];
      const [ours, theirs] = [make(), make()];
      for (let step = 1; step <= 4; step++) {
        const [forUs, forThem] = [a.gradients(), b.gradients()];
        const before = a.variables[0].data[0];
        const promise = ours.applyGradientsAsync(a.variables.map((variable, i) => [forUs[i], variable]));
        expect(promise).to.be.an.instanceOf(Promise);
        expect(await promise).to.equal(step);
        expect(a.variables[0].data[0]).not.to.equal(before);
        theirs.applyGradients(b.variables.map((variable, i) => [forThem[i], variable]));
        expect(ours.iterations.item()).to.equal(step);
      }
      a.variables.forEach((variable, i) => {
        expectSameBits(variable.data, b.variables[i].data, variable.name);
      });
      ours.getWeights().forEach(({ data }, i) => {
        const other = theirs.getWeights()[i].data;
        if (data instanceof Float32Array) expectSameBits(data, other as Float32Array, `weight ${i}`);
        else expect(data, `weight ${i}`).to.deep.equal(other);
      });
    });
  }

  it('takes a small step before it returns', async () => {
    const p = new Float32Array([1]);
    const promise = new Adamax({ learningRate: 1 }).applyGradientsAsync([[new Float32Array([1]), p]]);
    expect(p[0]).to.be.closeTo(0, 1e-6);
    expect(await promise).to.equal(1);
  });

  it('does nothing for an empty list', async () => {
    expect(await new Adamax().applyGradientsAsync([])).to.equal(0);
  });

  it('applies constraints when the step is done', async () => {
    const variable = new Variable(new Float32Array(LARGE).fill(1), {
      constraint: (values) => values.map((x) => Math.max(x, 0.75)),
    });
    const optimizer = new Adamax({ learningRate: 0.5 });
    await optimizer.applyGradientsAsync([[new Float32Array(LARGE).fill(1), variable]]);
    expect(variable.data.every((x) => x === 0.75)).to.equal(true);
    expect(optimizer.getSlot(variable, 'v').data[LARGE - 1]).to.equal(1);
  });

  it('leaves every byte as it was when a constraint throws', async () => {
    const variable = new Variable(new Float32Array(LARGE).fill(1), {
      constraint: () => {
        throw new Error('no');
      },
    });
    const optimizer = new Adamax();
    const error = await optimizer.applyGradientsAsync([[new Float32Array(LARGE).fill(1), variable]]).catch((e) => e);
    expect(error).to.have.property('message', 'no');
    expect(variable.data.every((x) => x === 1)).to.equal(true);
    expect([optimizer.iterations.item(), optimizer.weights.length]).to.deep.equal([0, 1]);
  });

  it('refuses all that touches the state while it is under way, and is itself again after it', async function () {
    if (!leaves()) this.skip();
    const p = new Variable(new Float32Array(LARGE), { name: 'p' });
    const other = new Variable(new Float32Array(4), { name: 'other' });
    const optimizer = new Adamax();
    optimizer.build([p]);
    const weights = optimizer.getWeights();
    const [g, h] = [new Float32Array(LARGE).fill(1), new Float32Array(4)];
    const flight = optimizer.applyGradientsAsync([[g, p]]);
    for (const [method, call] of [
      ['applyGradients', () => optimizer.applyGradients([[h, other]])],
      ['build', () => optimizer.build([other])],
      ['addSlot', () => optimizer.addSlot(other, 'm')],
      ['getWeights', () => optimizer.getWeights()],
      ['setWeights', () => optimizer.setWeights(weights)],
      ['iterations', () => Object.assign(optimizer, { iterations: new Variable(new BigInt64Array(1), { shape: [] }) })],
    ] as const) {
      expectError(call, TypeError, 'ERR_ADAMAX_BUSY', new RegExp(`^${method} must wait .*: received`));
    }
    const second = optimizer.applyGradientsAsync([[h, other]]);
    await expectRejection(second, TypeError, 'ERR_ADAMAX_BUSY', /^applyGradientsAsync must wait/);
    expect(await flight).to.equal(1);
    expect(p.data[LARGE - 1]).to.be.lessThan(0);
    optimizer.setWeights(weights);
    expect(await optimizer.applyGradientsAsync([[g, p]])).to.equal(1);
    expect(optimizer.applyGradients([[h, other]])).to.equal(2);
  });

  it('refuses steps of others on the same memory meanwhile', async function () {
    if (!leaves()) this.skip();
    const data = new Float32Array(LARGE + 10);
    const p = new Variable(data.subarray(0, LARGE), { name: 'p' });
    const [beside, apart] = [data.subarray(LARGE), new Float32Array(3)];
    const g = new Float32Array(LARGE).fill(1);
    const flight = new Adamax().applyGradientsAsync([[g, p]]);
    const other = new Adamax();
    expectError(
      () => other.applyGradients([[g, p]]),
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^'p' at gradsAndVars\[\d\]\[1\] must not share memory with/,
    );
    const reads = () => other.applyGradients([[data.subarray(3, 6), apart]]);
    expectError(
      reads,
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^gradient of variable at gradsAndVars\[0\]\[1\] must .* writes: received/,
    );
    const writes = () => other.applyGradients([[new Float32Array(3), g.subarray(0, 3)]]);
    expectError(
      writes,
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^variable at gradsAndVars\[0\]\[1\] must .* reads: received/,
    );
    await expectRejection(
      other.applyGradientsAsync([[g, p]]),
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^'p' at gradsAndVars\[\d\]\[1\] must not/,
    );
    expect(other.weights).to.have.length(1);
    expect(other.applyGradients([[new Float32Array(10).fill(1), beside]])).to.equal(1);
    expect(await flight).to.equal(1);
    expect(other.applyGradients([[g, p]])).to.equal(2);
  });

  it('rejects with what applyGradients throws, and nothing has changed', async () => {
    const { variables, gradients } = problem(2);
    const optimizer = new Adamax();
    const before = variables.map(({ data }) => data.slice());
    const [large, small, slices] = gradients() as [Float32Array, Float32Array, IndexedSlices];
    const indices = Int32Array.from(slices.indices as Uint32Array);
    indices[17] = 12000;
    const bad = new IndexedSlices(slices.values, indices);
    const pairs = (...list: Gradient[]) => variables.map((variable, i) => [list[i], variable] as const);
    for (let round = 0; round < 2; round++) {
      await expectRejection(
        optimizer.applyGradientsAsync(pairs(large, small, bad)),
        RangeError,
        'ERR_ADAMAX_INDEX',
        /^gradient of 'table' at gradsAndVars\[2\]\[0\]\.indices\[17\] must be in \[0, 12000\): received 12000$/,
      );
      await expectRejection(
        optimizer.applyGradientsAsync(pairs(large, large, slices)),
        RangeError,
        'ERR_ADAMAX_LENGTH',
        /^gradient of 'small' at gradsAndVars\[1\]\[0\]/,
      );
      await expectRejection(
        optimizer.applyGradientsAsync(5 as never),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^gradsAndVars must be/,
      );
      await expectRejection(
        optimizer.applyGradientsAsync(pairs(large, small, slices), { nome: 1 } as never),
        TypeError,
        'ERR_ADAMAX_OPTION',
        /^applyGradientsAsync must/,
      );
      variables.forEach(({ data, name }, i) => {
        expectSameBits(data, before[i], name);
      });
      expect([optimizer.iterations.item(), optimizer.weights.length]).to.deep.equal([0, 1]);
    }
    expect(await optimizer.applyGradientsAsync(pairs(large, small, slices))).to.equal(1);
  });

  it('tells when a buffer was transferred away meanwhile', async function () {
    if (!leaves()) this.skip();
    const p = new Variable(new Float32Array(LARGE), { name: 'p' });
    const optimizer = new Adamax();
    const flight = optimizer.applyGradientsAsync([[new Float32Array(LARGE).fill(1), p]]);
    const received = structuredClone(p.data.buffer, { transfer: [p.data.buffer as ArrayBuffer] });
    await expectRejection(
      flight,
      TypeError,
      'ERR_ADAMAX_DETACHED',
      /^'p' at gradsAndVars\[\d\]\[1\] must be a view on live memory/,
    );
    expect(received.byteLength).to.equal(4 * LARGE);
  });
});
