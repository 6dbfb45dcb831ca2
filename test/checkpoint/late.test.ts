/** A training that is taken back past a variable that has come since. */
import { Adagrad, Adamax, type Optimizer, RMSprop, SGD, Variable } from 'adamax';
import { fingerprint, fromBytes, load, loadAsync, save, toBytes } from 'adamax/checkpoint';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { inOwnFolder } from '../support/folder.js';
import { onEveryImplementation } from '../support/implementations.js';
import { thrown } from './refused.js';

const RULES: readonly (() => Optimizer)[] = [
  () => new Adamax(),
  () => new Adamax({ slotDtype: 'bfloat16' }),
  () => new Adagrad(),
  () => new RMSprop({ momentum: 0.5, centered: true }),
  () => new SGD({ momentum: 0.5 }),
];

class Training {
  readonly w = new Variable(f32(1, 2), { name: 'w' });
  readonly z = new Variable(f32(3, 4, 5), { name: 'z' });
  readonly optimizer: Optimizer;
  readonly content: { optimizer: Optimizer; variables: Variable[] };

  constructor(make = RULES[0]) {
    this.optimizer = make();
    this.content = { optimizer: this.optimizer, variables: [this.w, this.z] };
  }

  step(k: number, isLate: boolean): void {
    const pair = [f32(k, -1, 1), this.z] as const;
    this.optimizer.applyGradients([[f32(1, k), this.w], ...(isLate ? [pair] : [])]);
  }

  /** Takes what z has, and what comes of three more steps. */
  goOn(): string {
    for (let k = 0; k < 3; k++) this.step(k, true);
    return fingerprint(this.content);
  }
}

const slotsOfZ = ({ optimizer }: Training) =>
  optimizer.getWeights().flatMap(({ name = '' }) => (name.startsWith('z/') ? [`slots/${name}`] : []));

onEveryImplementation('a variable that came after a state was saved', () => {
  const at = inOwnFolder();

  for (const make of RULES) {
    for (const way of ['load', 'loadAsync', 'fromBytes', 'load, verify: false']) {
      const { slotDtype, name } = make();
      it(`loses its slots when that is loaded again: ${name}, ${slotDtype}, ${way}`, async () => {
        const training = new Training(make);
        training.step(1, false);
        save(at('file'), training.content);
        const bytes = toBytes(training.content);
        const saved = fingerprint(training.content);
        const expected = training.goOn();
        const names = slotsOfZ(training);
        expect(names).to.have.length.greaterThan(0);
        const { content } = training;
        const loaded =
          way === 'fromBytes'
            ? fromBytes(bytes, content)
            : way === 'loadAsync'
              ? await loadAsync(at('file'), content)
              : load(at('file'), { ...content, verify: way === 'load' });
        expect(loaded.dropped).to.have.members(names);
        expect(loaded.missing).to.deep.equal([]);
        expect(slotsOfZ(training)).to.deep.equal([]);
        expect(fingerprint(training.content)).to.equal(saved);
        expect(training.goOn()).to.equal(expected);
        expect(fromBytes(bytes, new Training(make).content).dropped).to.deep.equal([]);
      });
    }
  }

  it('stays where it was declared, so that what is saved next is what such a program builds', () => {
    for (const names of [['a', 'b'], undefined]) {
      const make = () => {
        const [a, b] = [f32(1, 2), f32(3, 4)].map((data, i) => new Variable(data, { name: names?.[i] ?? null }));
        a.trainable = false;
        const optimizer = new Adamax();
        optimizer.build([a, b]);
        return { a, b, optimizer };
      };
      const { a, b, optimizer } = make();
      const step = () => optimizer.applyGradients([...(a.trainable ? [[f32(1, 1), a] as const] : []), [f32(1, 2), b]]);
      step();
      const bytes = toBytes({ optimizer });
      const saved = fingerprint({ optimizer });
      a.trainable = true;
      step();
      if (names === undefined) {
        // Positions may be those of other variables by now.
        expect(() => fromBytes(bytes, { optimizer })).to.throw(RangeError, /nothing for 'slots\/#0\/m'/);
        continue;
      }
      for (let round = 0; round < 2; round++) {
        expect(fromBytes(bytes, { optimizer }).dropped).to.have.length(round === 0 ? 2 : 0);
        expect(fingerprint({ optimizer })).to.equal(saved);
      }
      step();
      const other = make();
      fromBytes(toBytes({ optimizer }), { optimizer: other.optimizer });
      expect([other.a.data, other.b.data]).to.deep.equal([a.data, b.data]);
    }
  });

  it('keeps them where the file is damaged, with partial, and where somebody has added one', async () => {
    const training = new Training();
    training.step(1, false);
    const bytes = toBytes(training.content);
    training.goOn();
    const before = fingerprint(training.content);
    const spoilt = bytes.slice();
    spoilt[spoilt.length - 1] ^= 1;
    expect(await thrown(() => fromBytes(spoilt, training.content))).to.have.property('code', 'ERR_ADAMAX_CHECKPOINT');
    expect(fingerprint(training.content)).to.equal(before);
    const { missing, dropped } = fromBytes(bytes, { ...training.content, partial: true });
    expect(missing).to.deep.equal(['slots/z/m', 'slots/z/v']);
    expect(dropped).to.deep.equal([]);
    expect(slotsOfZ(training)).to.deep.equal(missing);
    training.optimizer.addSlot(training.z, 'mean');
    const message = /nothing for 'slots\/z\/m', 'slots\/z\/v', 'slots\/z\/mean'$/;
    expectError(() => fromBytes(bytes, training.content), RangeError, 'ERR_ADAMAX_CHECKPOINT', message);
  });

  it('is to be released where the file does not have it at all, and the message says so', () => {
    const training = new Training();
    training.step(1, false);
    const bytes = toBytes({ optimizer: training.optimizer });
    const saved = fingerprint({ optimizer: training.optimizer });
    training.step(2, true);
    const message =
      /; what came after it was saved goes by release of the optimizer, and is left out of variables: 'z'\): received nothing for 'slots\/z\/m', 'slots\/z\/v', 'variables\/z'$/;
    for (const variables of [training.content.variables, [training.w]]) {
      const load = () => fromBytes(bytes, { optimizer: training.optimizer, variables });
      expectError(load, RangeError, 'ERR_ADAMAX_CHECKPOINT', message);
    }
    training.optimizer.release([training.z]);
    fromBytes(bytes, { optimizer: training.optimizer });
    expect(fingerprint({ optimizer: training.optimizer })).to.equal(saved);
  });

  it('is not spoken of where the model is another one', () => {
    const bytes = toBytes({ variables: [new Variable(f32(1), { name: 'other' })], optimizer: new Adamax() });
    const training = new Training();
    training.step(1, true);
    const error = /must fit what is loaded \(partial: true loads what does\): received nothing for /;
    expectError(() => fromBytes(bytes, training.content), RangeError, 'ERR_ADAMAX_CHECKPOINT', error);
  });

  it('may be that of one of several optimizers', () => {
    const w = new Variable(f32(1, 2), { name: 'w' });
    const optimizers = { a: new Adamax(), b: new SGD({ momentum: 0.5 }) };
    optimizers.a.applyGradients([[f32(1, 2), w]]);
    const bytes = toBytes({ optimizers });
    optimizers.b.applyGradients([[f32(1, 2), w]]);
    expect(fromBytes(bytes, { optimizers }).dropped).to.deep.equal(['optimizers/b/slots/w/momentum']);
    expect(optimizers.b.getSlotNames()).to.deep.equal([]);
    expect(optimizers.a.getSlotNames()).to.deep.equal(['m', 'v']);
  });
});
