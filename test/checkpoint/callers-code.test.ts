/** Getters of options, and `keys`, that step or give variables other memory before a call has begun. */
import { Adamax, Variable } from 'adamax';
import { fingerprint, fromBytes, inspect, type LoadOptions, type SaveOptions, toBytes } from 'adamax/checkpoint';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach } from '../support/memory.js';

class Training {
  readonly w = new Variable(f32(1, 2), { name: 'w' });
  readonly other = new Variable(f32(3), { name: 'other' });
  readonly optimizer = new Adamax({ learningRate: 0.5 });
  readonly content = { optimizer: this.optimizer, variables: [this.w] };

  step(variable = this.w): void {
    this.optimizer.applyGradients([[new Float32Array(variable.size).fill(1), variable]]);
  }
}

/** Options of which one, when it is read, acts. */
function acting<T extends object>(content: T, option: string, value: unknown, act: () => void): T {
  const get = () => {
    act();
    return value;
  };
  return Object.defineProperty({ ...content }, option, { get, enumerable: true });
}

onEveryImplementation('code of the caller before a state is saved or loaded', () => {
  const saved = () => {
    const training = new Training();
    training.step();
    return training;
  };

  it('may step in a getter of save: what is saved is the state after it', () => {
    for (const [option, value] of Object.entries({ extra: { epoch: 1 }, keys: null })) {
      const training = new Training();
      const options: SaveOptions = acting(training.content, option, value, () => training.step(training.other));
      const bytes = toBytes(options);
      const keys = inspect(bytes).tensors.map(({ key }) => key);
      expect(keys, option).to.have.members([
        ...['iterations', 'slots/other/m', 'slots/other/v', 'variables/w', 'variables/other'],
      ]);
      expect(inspect(bytes).fingerprint).to.equal(fingerprint(training.content));
    }
  });

  it('may step in a getter of load, which knows variables that came then', () => {
    const bytes = toBytes(saved().content);
    for (const option of ['extra', 'keys', 'partial', 'hyperparameters', 'customObjects', 'verify', 'progress']) {
      const value = { partial: true, hyperparameters: 'keep', verify: true }[option] ?? null;
      const training = new Training();
      const options: LoadOptions = { ...training.content, partial: true };
      const { missing } = fromBytes(
        bytes,
        acting(options, option, value, () => training.step(training.other)),
      );
      expect(missing, option).to.have.members(['slots/other/m', 'slots/other/v', 'variables/other']);
      expect(training.optimizer.iterations.item()).to.equal(1);
    }
  });

  it('takes no step in keys', () => {
    const bytes = toBytes(saved().content);
    const calls: ((training: Training, keys: (key: string) => string) => unknown)[] = [
      ({ content }, keys) => toBytes({ ...content, keys }),
      ({ content }, keys) => fromBytes(bytes, { ...content, keys }),
    ];
    for (const call of calls) {
      const training = new Training();
      const before = fingerprint(training.content);
      const keys = (key: string) => {
        training.step();
        return key;
      };
      expectError(() => call(training, keys), TypeError, 'ERR_ADAMAX_BUSY', /^applyGradients must not be called/);
      expect(fingerprint(training.content)).to.equal(before);
      training.step();
      expect(fingerprint(training.content)).to.equal(fingerprint(saved().content));
    }
  });

  it('may give a variable other memory in keys, which is what is saved, and loaded into', () => {
    const from = saved();
    const moved = f32(8, 9);
    const keys = ({ w }: Training) => {
      return (key: string) => {
        if (w.data !== moved) w.rebind(moved);
        return key;
      };
    };
    const bytes = toBytes({ ...from.content, keys: keys(from) });
    const to = new Training();
    fromBytes(bytes, to.content);
    expect([...to.w.data]).to.deep.equal([8, 9]);

    const training = new Training();
    const { data } = training.w;
    moved.fill(0);
    fromBytes(bytes.slice(), { ...training.content, keys: keys(training) });
    expect([...moved]).to.deep.equal([8, 9]);
    expect([...data]).to.deep.equal([1, 2]);
    training.step();
  });

  it('says so when progress transfers the bytes that are loaded', () => {
    const bytes = toBytes(saved().content);
    const training = new Training();
    training.optimizer.build([training.w]); // so that they are read twice
    const progress = () => bytes.length > 0 && detach(bytes);
    const load = () => fromBytes(bytes, { ...training.content, progress });
    expectError(load, TypeError, 'ERR_ADAMAX_DETACHED', /^bytes must be a view on live memory: received/);
    training.step();
  });
});
