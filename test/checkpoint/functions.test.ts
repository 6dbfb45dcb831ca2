/** Options that are functions, of which a file has only the number that they gave last. */
import { Adamax, type Optimizer, RMSprop, SGD, schedules, Variable } from 'adamax';
import { fromBytes, inspect, toBytes } from 'adamax/checkpoint';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { thrown } from './refused.js';

type Make = (options: object) => Optimizer;
const OPTIONS: readonly (readonly [option: string, make: Make])[] = [
  ['learningRate', (options) => new Adamax(options)],
  ['decay', (options) => new Adamax(options)],
  ['beta1', (options) => new Adamax(options)],
  ['momentum', (options) => new SGD({ momentum: 0.25, ...options })],
  ['rho', (options) => new RMSprop(options)],
];
const falling = (step: number) => 0.5 / (step + 1);

function trained(optimizer: Optimizer) {
  const w = new Variable(f32(1, 2), { name: 'w' });
  optimizer.applyGradients([[f32(1, -1), w]]);
  return optimizer;
}

/** The number in force after so many steps. */
const numberOf = (optimizer: Optimizer, option: string, steps: number) => {
  optimizer.iterations.assign([BigInt(steps)]);
  if (option === 'learningRate') return optimizer.currentLearningRate;
  return (optimizer as unknown as Record<string, unknown>)[option];
};
const variables = () => [new Variable(f32(0, 0), { name: 'w' })];

onEveryImplementation('an option that was a function when it was saved', () => {
  for (const [option, make] of OPTIONS) {
    const saved = () => toBytes({ optimizer: trained(make({ [option]: falling, clipvalue: 2 })) });

    it(`${option}: is said to be one in the file`, () => {
      const { metadata, functions } = inspect(saved());
      expect(JSON.parse(metadata.functions)).to.deep.equal({ '': [option] });
      expect(functions).to.deep.equal({ '': [option] });
      expect(inspect(toBytes({ optimizer: make({}) })).metadata).to.not.have.property('functions');
    });

    it(`${option}: is none to be loaded as a number, and nothing changes`, async () => {
      const optimizer = make({ [option]: 0.125 });
      const error = (await thrown(() => fromBytes(saved(), { optimizer, variables: variables() }))) as Error;
      expect(error).to.be.an.instanceOf(RangeError).and.include({ code: 'ERR_ADAMAX_CHECKPOINT' });
      const message = `optimizer.${option} must be a function, as it was, of which a file keeps no code (hyperparameters: 'keep' leaves what it is): received 0.125`;
      expect(error)
        .to.have.nested.property('report.misfits')
        .that.deep.equals([{ name: `optimizer.${option}`, message }]);
      expect(error.message.endsWith(`received ${message}`)).to.equal(true);
      expect(optimizer.iterations.item()).to.equal(0);
      expect(numberOf(optimizer, option, 5)).to.equal(0.125);
    });

    it(`${option}: stays what it is in part, with the rest put back, and is reported`, () => {
      const optimizer = make({ [option]: 0.125 });
      const report = fromBytes(saved(), { optimizer, variables: variables(), partial: true });
      expect(report.misfits.map(({ name }) => name)).to.deep.equal([`optimizer.${option}`]);
      expect(report.hyperparameters).to.deep.equal({ '': { clipvalue: { was: undefined, saved: 2 } } });
      expect(optimizer.iterations.item()).to.equal(1);
      expect(numberOf(optimizer, option, 5)).to.equal(0.125);
    });

    it(`${option}: stays what it is where it is kept, or is a function again`, () => {
      const kept = make({ [option]: 0.125 });
      fromBytes(saved(), { optimizer: kept, variables: variables(), hyperparameters: 'keep' });
      expect(numberOf(kept, option, 5)).to.equal(0.125);
      const optimizer = make({ [option]: falling });
      const { misfits } = fromBytes(saved(), { optimizer, variables: variables() });
      expect(misfits).to.deep.equal([]);
      for (const steps of [1, 4]) expect(numberOf(optimizer, option, steps)).to.equal(falling(steps));
    });
  }

  it('stays a function where a number was saved, and a Variable takes that', () => {
    for (const [option, make] of OPTIONS) {
      const bytes = toBytes({ optimizer: trained(make({ [option]: 0.25 })) });
      const optimizer = make({ [option]: falling });
      expect(fromBytes(bytes, { optimizer, variables: variables() }).hyperparameters).to.deep.equal({});
      expect(numberOf(optimizer, option, 3)).to.equal(0.125);
      const value = new Variable(f32(0.5));
      const byVariable = make({ [option]: value });
      const { hyperparameters } = fromBytes(bytes, { optimizer: byVariable, variables: variables() });
      expect(hyperparameters).to.deep.equal({ '': { [option]: { was: 0.5, saved: 0.25 } } });
      expect(value.item()).to.equal(0.25);
    }
  });

  it('is asked of the optimizer of its name, where there are several', async () => {
    const make = (rate: Partial<Record<'a' | 'b', unknown>>) => ({
      a: new Adamax({ learningRate: (rate.a ?? 0.5) as number }),
      b: new SGD({ learningRate: (rate.b ?? 0.5) as number }),
    });
    const bytes = toBytes({ optimizers: make({ b: falling }) });
    expect(fromBytes(bytes, { optimizers: make({ b: falling }) }).misfits).to.deep.equal([]);
    const schedule = new schedules.PolynomialDecay({ initialLearningRate: 0.5, decaySteps: 3 });
    const error = await thrown(() => fromBytes(bytes, { optimizers: make({ a: falling, b: schedule }) }));
    expect(error)
      .to.have.property('message')
      .that.matches(/optimizers\.b\.learningRate must be a function, .*: received /);
  });
});
