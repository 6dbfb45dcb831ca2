import { Adagrad, Adamax, RMSprop, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { linear, setup } from '../support/linear.js';
import { warningsOf } from '../support/warnings.js';

describe('nonFinite', () => {
  it('is an option and an attribute of every optimizer, and propagates by default', () => {
    for (const Class of [Adamax, SGD, RMSprop, Adagrad]) {
      const p = f32(1);
      const optimizer = new Class();
      expect([optimizer.nonFinite, optimizer.skippedSteps]).to.deep.equal(['propagate', 0]);
      expect(optimizer.applyGradients([[f32(NaN), p]])).to.equal(1);
      expect(p[0]).to.be.NaN;
      const guarded = new Class({ nonFinite: 'throw' });
      const q = f32(1);
      expectError(
        () => guarded.applyGradients([[f32(NaN), q]]),
        RangeError,
        'ERR_ADAMAX_NON_FINITE',
        /^gradient at gradsAndVars\[0\]\[0\]\[0\] must be finite: received NaN$/,
      );
      guarded.nonFinite = 'skip';
      expect(guarded.applyGradients([[f32(NaN), q]])).to.equal(0);
      expect([guarded.skippedSteps, ...q]).to.deep.equal([1, 1]);
    }
  });

  it('is in configs where it is set, and comes back', () => {
    expect(new Adamax().getConfig()).to.not.have.property('non_finite');
    expect(new Adamax({ nonFinite: 'propagate' }).getConfig()).to.not.have.property('non_finite');
    for (const nonFinite of ['throw', 'skip'] as const) {
      const config = new Adamax({ nonFinite }).getConfig();
      expect(config).to.have.property('non_finite', nonFinite);
      expect(Adamax.fromConfig(JSON.parse(JSON.stringify(config))).nonFinite).to.equal(nonFinite);
    }
    const message = /^nonFinite must be one of propagate, throw, skip: received 'ignore'$/;
    expectError(() => Adamax.fromConfig({ non_finite: 'ignore' }), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
  });

  it('refuses other values as an attribute, and keeps what it had; skippedSteps is read only', () => {
    const optimizer = new Adamax({ nonFinite: 'skip' });
    for (const bad of [undefined, null, true]) {
      const set = () => Object.assign(optimizer, { nonFinite: bad });
      expectError(set, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^nonFinite must be one of propagate, throw, skip: received/);
    }
    expect(() => Object.assign(optimizer, { skippedSteps: 3 })).to.throw(TypeError);
    expect([optimizer.nonFinite, optimizer.skippedSteps]).to.deep.equal(['skip', 0]);
  });

  it("'skip' does not advance a schedule, and its count is not part of the state", () => {
    const optimizer = new SGD({ learningRate: 1, decay: 1, nonFinite: 'skip' });
    const p = f32(0);
    for (const g of [NaN, 1, Infinity, 1]) optimizer.applyGradients([[f32(g), p]]);
    expect(p[0]).to.equal(-1.5);
    expect([optimizer.iterations.item(), optimizer.skippedSteps, optimizer.getWeights().length]).to.deep.equal([
      2, 2, 1,
    ]);
  });

  it("'skip' is warned of once for each optimizer", async () => {
    const optimizer = new Adamax({ nonFinite: 'skip' });
    const p = new Variable(f32(1, 2), { name: 'p' });
    const warnings = await warningsOf('ADAMAX_NON_FINITE', () => {
      for (let k = 0; k < 3; k++) optimizer.applyGradients([[f32(1, -Infinity), p]]);
    });
    expect(warnings.map(({ message, detail }) => [message, detail?.includes('skippedSteps')])).to.deep.equal([
      ["A step was skipped: gradient of 'p' at gradsAndVars[0][0][1] must be finite: received -Infinity", true],
    ]);
    const other = await warningsOf('ADAMAX_NON_FINITE', () => {
      new Adamax({ nonFinite: 'skip' }).applyGradients([[f32(NaN), p.data.subarray(0, 1)]]);
    });
    expect(other).to.have.length(1);
  });

  it("'skip' does not warn of variables that were new", async () => {
    const optimizer = new Adamax({ nonFinite: 'skip' });
    for (let k = 0; k < 2; k++) optimizer.applyGradients([[f32(1), f32(1)]]);
    const skipped = await warningsOf('ADAMAX_NEW_VARIABLES', () => optimizer.applyGradients([[f32(NaN), f32(1)]]));
    expect(skipped).to.deep.equal([]);
    const taken = await warningsOf('ADAMAX_NEW_VARIABLES', () => optimizer.applyGradients([[f32(1), f32(1)]]));
    expect(taken).to.have.length(1);
  });

  it("'skip' keeps the loss of minimize, and commits nothing", async () => {
    const { engine, v0, v1 } = setup();
    const optimizer = new SGD({ engine, nonFinite: 'skip' });
    v0.data[0] = NaN;
    const loss = linear(v0, v1);
    expect(optimizer.minimize(loss, [v0, v1], { gradLoss: [NaN, 1] })).to.equal(0);
    expect(optimizer.lastLoss).to.be.NaN;
    v0.data[0] = 1;
    expect(await optimizer.minimizeAsync(loss, [v0, v1], { gradLoss: [Infinity, 1] })).to.equal(0);
    expect(optimizer.lastLoss).to.equal(36);
    expect(optimizer.getUpdates(loss, [v0, v1])).to.deep.equal([1]);
    expect(engine.log.filter((call) => call.startsWith('commit'))).to.deep.equal(['commit v0, v1']);
    expect(optimizer.skippedSteps).to.equal(2);
  });

  it("'throw' rejects the promise of an asynchronous call, and keeps the loss of the call before", async () => {
    const { engine, v0, v1 } = setup();
    const optimizer = new SGD({ engine, nonFinite: 'throw' });
    const call = optimizer.minimizeAsync(linear(v0, v1), [v0, v1], { gradLoss: [NaN, 1] });
    const error = await call.catch((thrown: unknown) => thrown);
    expect(error).to.be.an.instanceOf(RangeError).with.property('code', 'ERR_ADAMAX_NON_FINITE');
    expect([optimizer.lastLoss, optimizer.iterations.item(), ...v0.data]).to.deep.equal([undefined, 0, 1, 2]);
  });
});
