/** What `progress` is told, and what comes of it where it throws, takes memory away or calls again. */
import { copyFileSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { Adamax, Variable } from 'adamax';
import { fromBytes, load, loadAsync, save, saveAsync, toBytes, verify } from 'adamax/checkpoint';
import { expect } from 'chai';
import { inOwnFolder } from '../support/folder.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach } from '../support/memory.js';
import { thrown } from './refused.js';
import { bits } from './scene.js';

/** Elements of a variable, which take several pieces. */
const SIZE = 300_000;
const boom = new Error('boom');

class Training {
  readonly w = new Variable(
    Float32Array.from({ length: SIZE }, (_, i) => (i % 1000) / 7),
    { name: 'w' },
  );
  readonly optimizer = new Adamax({ learningRate: 0.01 });
  readonly content = { optimizer: this.optimizer, variables: [this.w] };

  /** @param steps - how many have been taken */
  constructor(steps: number) {
    for (let k = 0; k < steps; k++) this.step();
  }

  step(): void {
    this.optimizer.applyGradients([[new Float32Array(SIZE).fill(0.25), this.w]]);
  }

  get state(): Buffer {
    return Buffer.from(toBytes(this.content));
  }
}

type Code = string | undefined;

/** What is called again in the midst of a call, and the code that comes of it where the optimizer has its turn. */
const CALLS: Readonly<Record<string, (training: Training, at: (name: string) => string) => unknown>> = {
  applyGradients: (training) => training.step(),
  save: ({ content }, at) => save(at('other'), content),
  load: ({ content }, at) => load(at('first'), content),
  fromBytes: ({ content }, at) => fromBytes(readFileSync(at('first')), content),
};

onEveryImplementation('progress', (isa) => {
  const at = inOwnFolder();
  /** Another state than that of the training, in the file that is saved over. */
  beforeEach(() => save(at('first'), new Training(1).content));

  it('that begins a step of another optimizer on the same memory makes save and load fail', async function () {
    if (isa === 'js') this.skip(); // its steps are over before they return
    const content = () => {
      const w = new Variable(new Float32Array(2_000_000).fill(1), { name: 'w' });
      const step = () => new Adamax().applyGradientsAsync([[new Float32Array(w.size).fill(1), w]]);
      return { variables: [w], step };
    };
    const { variables, step } = content();
    save(at('large'), { variables });
    const before = readFileSync(at('large'));
    for (const [name, act] of Object.entries({
      save: (progress: () => void) => save(at('large'), { variables, progress }),
      load: (progress: () => void) => load(at('large'), { variables, progress }),
    })) {
      let pending: Promise<unknown> | undefined;
      const error = (await thrown(() =>
        act(() => {
          pending ??= step();
        }),
      )) as Error;
      expect(error, name).to.have.property('code', 'ERR_ADAMAX_OVERLAP');
      await pending;
      expect(Buffer.compare(readFileSync(at('large')), before)).to.equal(0);
      expect(verify(at('large'))).to.equal(true);
    }
  });

  for (const [name, loadBy] of Object.entries({ load, loadAsync })) {
    it(`sees ${name} refuse a file that is written to before all is read, and change nothing`, async () => {
      const training = new Training(2);
      const before = training.state;
      const { size } = statSync(at('first'));
      let isWritten = false;
      const progress = (done: number) => {
        if (done < size || isWritten) return;
        isWritten = true;
        const bytes = readFileSync(at('first'));
        bytes[size - 1] ^= 1;
        writeFileSync(at('first'), bytes);
      };
      const error = await thrown(() => loadBy(at('first'), { ...training.content, progress }));
      expect(error).to.be.an.instanceOf(RangeError).and.include({ code: 'ERR_ADAMAX_CHECKPOINT' });
      expect((error as Error).message).to.match(/^the bytes must stay as they are .* received 'another size or date'$/);
      expect(isWritten).to.equal(true);
      expect(training.state.equals(before)).to.equal(true);
    });
  }

  for (const [name, saveBy] of Object.entries({ save, saveAsync })) {
    const inTurn = name === 'save' ? 'ERR_ADAMAX_BUSY' : undefined;

    it(`that throws or takes memory away makes ${name} leave the old file`, async () => {
      const acts: [(training: Training) => void, unknown][] = [
        [() => expect.fail(boom.message), boom.message],
        [({ w }) => w.data.length > 0 && detach(w.data), /'variables\/w'.* detached/],
      ];
      for (const [act, message] of acts) {
        const before = readFileSync(at('first'));
        const training = new Training(2);
        const slots = training.optimizer.getWeights().map(({ data }) => bits(data));
        const progress = () => act(training);
        const error = await thrown(() => saveBy(at('first'), { ...training.content, progress }));
        expect(error).to.be.an.instanceOf(Error);
        expect((error as Error).message).to.match(new RegExp(message as string));
        expect(Buffer.compare(readFileSync(at('first')), before)).to.equal(0);
        expect(readdirSync(at(''))).to.deep.equal(['first']);
        expect(training.optimizer.getWeights().map(({ data }) => bits(data))).to.deep.equal(slots);
      }
    });

    for (const [title, call] of Object.entries(CALLS)) {
      it(`that calls ${title} leaves ${name} what it is to save`, async () => {
        const training = new Training(2);
        const before = training.state;
        const codes: Code[] = [];
        const progress = () => {
          if (codes.length === 0) codes.push(codeOf(() => call(training, at)));
        };
        await saveBy(at('file'), { ...training.content, progress });
        expect(codes).to.deep.equal([inTurn]);
        expect(Buffer.compare(readFileSync(at('file')), before)).to.equal(0);
        training.step();
      });
    }
  }

  for (const [name, loadBy] of Object.entries({ load, loadAsync })) {
    it(`of ${name} counts what is read twice twice`, async () => {
      const { size } = statSync(at('first'));
      const built = new Training(0);
      built.optimizer.build([built.w]);
      const whole: [Training, boolean, number][] = [
        [new Training(0), true, size + 4 * SIZE + 8],
        [built, true, size + 12 * SIZE + 8],
        [new Training(0), false, size],
      ];
      for (const [training, verify, total] of whole) {
        const told: [number, number][] = [];
        const progress = (...args: [number, number]) => told.push(args);
        await loadBy(at('first'), { ...training.content, verify, progress });
        expect(new Set(told.map(([, of]) => of))).to.deep.equal(new Set([total]));
        const done = told.map(([count]) => count);
        expect(done).to.deep.equal([...done].sort((a, b) => a - b));
        expect(done.slice(-2)).to.deep.equal([total, total]); // the last piece, and that all is done
        expect(done.length).to.be.greaterThan(4);
        expect(training.optimizer.iterations.item()).to.equal(1);
      }
    });

    it(`that throws in the first reading of ${name} leaves everything, and later is thrown when all is there`, async () => {
      const { size } = statSync(at('first'));
      for (const from of [0, size + 1]) {
        const training = new Training(0);
        const before = training.state;
        const progress = (done: number) => {
          if (done >= from) throw boom;
        };
        expect(await thrown(() => loadBy(at('first'), { ...training.content, progress }))).to.equal(boom);
        expect(Buffer.compare(training.state, from === 0 ? before : readFileSync(at('first')))).to.equal(0);
        training.step();
      }
    });

    it(`that cuts the file short in the second reading of ${name} is told that half is written`, async () => {
      const { size } = statSync(at('first'));
      const training = new Training(0);
      training.optimizer.build([training.w]);
      const { learningRate } = training.optimizer;
      copyFileSync(at('first'), at('short'));
      const progress = (done: number) => {
        if (done > size) truncateSync(at('short'), size / 2);
      };
      const error = (await thrown(() => loadBy(at('short'), { ...training.content, progress }))) as Error;
      expect(error).to.be.an.instanceOf(RangeError).with.property('code', 'ERR_ADAMAX_CHECKPOINT');
      expect(error.message).to.match(/^what is loaded is half written now, and to be loaded again: .*: received \d+$/);
      expect(error.cause).to.be.an.instanceOf(RangeError);
      expect(training.optimizer.learningRate).to.equal(learningRate);
      await loadBy(at('first'), training.content);
      expect(Buffer.compare(training.state, readFileSync(at('first')))).to.equal(0);
    });

    it(`that writes to the file in the second reading of ${name} is told that half is written`, async () => {
      const { size } = statSync(at('first'));
      const training = new Training(0);
      training.optimizer.build([training.w]);
      copyFileSync(at('first'), at('other'));
      for (const verify of [true, false]) {
        let isWritten = false;
        const progress = (done: number) => {
          if (isWritten || done < (verify ? size + 1 : 1)) return;
          isWritten = true;
          writeFileSync(at('other'), readFileSync(at('first')));
          utimesSync(at('other'), 1000, verify ? 1000 : 2000);
        };
        const error = (await thrown(() => loadBy(at('other'), { ...training.content, verify, progress }))) as Error;
        expect(error).to.be.an.instanceOf(RangeError).with.property('code', 'ERR_ADAMAX_CHECKPOINT');
        expect(error.message).to.match(/^what is loaded is half written now, .*: received /);
      }
    });

    it(`that takes memory away makes ${name} fail, and no slots are left`, async () => {
      const { size } = statSync(at('first'));
      for (const from of [0, size + 1]) {
        const training = new Training(0);
        training.optimizer.learningRate = 0.5;
        const progress = (done: number) => {
          if (done >= from && training.w.data.length > 0) detach(training.w.data);
        };
        const error = await thrown(() => loadBy(at('first'), { ...training.content, progress }));
        expect(error).to.have.property('code', 'ERR_ADAMAX_DETACHED');
        expect(/^what is loaded is half written now/.test((error as Error).message)).to.equal(from > 0);
        expect(training.optimizer.weights).to.have.length(1);
        expect(training.optimizer.learningRate).to.equal(0.5);
      }
    });

    for (const [title, call] of Object.entries(CALLS)) {
      it(`that calls ${title} leaves ${name} what it is to load`, async () => {
        save(at('file'), new Training(2).content);
        for (const steps of [0, 1]) {
          const training = new Training(steps);
          const codes = new Set<Code>();
          const progress = () => codes.add(codeOf(() => call(training, at)));
          await loadBy(at('file'), { ...training.content, progress });
          expect([...codes]).to.deep.equal(['ERR_ADAMAX_BUSY']);
          expect(Buffer.compare(training.state, readFileSync(at('file')))).to.equal(0);
          training.step();
        }
      });
    }

    it(`reads nothing into the slots that there are before ${name} knows that the file is whole`, async () => {
      const other = new Training(2);
      for (const name of ['m', 'v']) other.optimizer.getSlot(other.w, name).assign(new Float32Array(SIZE).fill(3));
      const bytes = other.state;
      bytes[bytes.length - 1] ^= 1;
      writeFileSync(at('spoilt'), bytes);
      const fresh = new Training(1).state;
      for (const prepare of [
        () => {},
        // What it adds has memory together with its fellow, which nobody has seen yet.
        ({ optimizer, w }: Training) => optimizer.addSlot(w, 'm'),
        ({ optimizer, w }: Training) => optimizer.build([w]),
      ]) {
        const training = new Training(0);
        prepare(training);
        const { content } = training;
        const error = await thrown(() => loadBy(at('spoilt'), content));
        expect(error).to.have.property('code', 'ERR_ADAMAX_CHECKPOINT');
        training.step();
        expect(Buffer.compare(training.state, fresh)).to.equal(0);
      }
      expect(verify(at('first'))).to.equal(true);
    });
  }
});

function codeOf(action: () => unknown): Code {
  try {
    action();
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
  return undefined;
}
