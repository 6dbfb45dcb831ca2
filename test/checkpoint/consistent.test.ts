/** What `saveAsync` saves is of one moment, whatever is written while it is at work. */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Adamax, IndexedSlices, SGD, Variable } from 'adamax';
import { loadAsync, save, saveAsync, toBytes, verify } from 'adamax/checkpoint';
import { adamaxStep } from 'adamax/kernels';
import { expect } from 'chai';
import { inOwnFolder } from '../support/folder.js';
import { onEveryImplementation } from '../support/implementations.js';

/** So many elements that saving takes several pieces, and steps go off the event loop. */
const SIZE = 600_000;

function training() {
  const w = new Variable(
    Float32Array.from({ length: SIZE }, (_, i) => (i % 1000) / 7),
    { name: 'w' },
  );
  const table = new Variable(new Float32Array(SIZE).fill(0.5), { name: 'table', shape: [SIZE / 100, 100] });
  const optimizer = new Adamax({ learningRate: 0.01 });
  const gradient = new Float32Array(SIZE).fill(0.25);
  const rows = new IndexedSlices(new Float32Array(200).fill(1), Int32Array.of(3, 5000), [SIZE / 100, 100]);
  const pairs = [
    [gradient, w],
    [rows, table],
  ] as const;
  optimizer.applyGradients(pairs);
  return { w, table, optimizer, gradient, pairs };
}

type Training = ReturnType<typeof training>;

const WRITERS: Readonly<Record<string, (training: Training) => unknown>> = {
  'a step': ({ optimizer, pairs }) => optimizer.applyGradients(pairs),
  'a step off the event loop': ({ optimizer, pairs }) => optimizer.applyGradientsAsync(pairs),
  'a step of another optimizer': ({ w, gradient }) => new SGD({ learningRate: 1 }).applyGradients([[gradient, w]]),
  assign: ({ table }) => table.assign(new Float32Array(SIZE)),
  'assign to a slot': ({ optimizer, w }) => optimizer.getSlot(w, 'm').assign(new Float32Array(SIZE)),
  setWeights: ({ optimizer }) => {
    const [count, ...slots] = optimizer.getWeights();
    optimizer.setWeights([count, ...slots.map((slot) => ({ ...slot, data: new Float32Array(SIZE) }))]);
  },
  'iterations.assign': ({ optimizer }) => optimizer.iterations.assign(77n),
  release: ({ optimizer, w, pairs }) => {
    optimizer.release([w]);
    optimizer.applyGradients(pairs);
  },
  'a learning rate': ({ optimizer }) => {
    optimizer.learningRate = 1;
  },
  'a bare kernel': ({ w, table }) => {
    const scalars = { oneMinusBeta1: 0.1, beta2: 0.999, alpha: 0.1, epsilon: 1e-7 };
    adamaxStep(w.data, table.data, new Float32Array(SIZE), new Float32Array(SIZE).fill(1), scalars);
  },
};

onEveryImplementation('saveAsync', () => {
  const at = inOwnFolder();

  for (const [name, write] of Object.entries(WRITERS)) {
    it(`saves the state of the call, whatever ${name} does then`, async () => {
      const one = training();
      const { optimizer } = one;
      const before = toBytes({ optimizer });
      const saved = saveAsync(at('state'), { optimizer });
      await write(one);
      await saved;
      expect(Buffer.compare(readFileSync(at('state')), before)).to.equal(0);
      expect(Buffer.compare(toBytes({ optimizer }), before)).to.not.equal(0);
    });
  }

  it('saves the state of the call where steps follow in the midst of it', async () => {
    const { optimizer, pairs } = training();
    const before = toBytes({ optimizer });
    let pieces = 0;
    const progress = () => {
      if (pieces++ % 2 === 1) optimizer.applyGradients(pairs);
    };
    await saveAsync(at('state'), { optimizer, progress });
    expect(pieces).to.be.greaterThan(4);
    expect(Buffer.compare(readFileSync(at('state')), before)).to.equal(0);
  });

  it('takes two at a time, and is refused while a step is off the event loop', async () => {
    const { optimizer, pairs } = training();
    const before = toBytes({ optimizer });
    const first = saveAsync(at('first'), { optimizer });
    optimizer.applyGradients(pairs);
    const between = toBytes({ optimizer });
    const second = saveAsync(at('second'), { optimizer });
    optimizer.applyGradients(pairs);
    await Promise.all([first, second]);
    expect(Buffer.compare(readFileSync(at('first')), before)).to.equal(0);
    expect(Buffer.compare(readFileSync(at('second')), between)).to.equal(0);
  });

  it('loads off the event loop what it saved, and refuses steps meanwhile', async () => {
    const { optimizer, w, table, pairs } = training();
    const before = toBytes({ optimizer });
    await saveAsync(at('state'), { optimizer });
    optimizer.applyGradients(pairs);
    const loading = loadAsync(at('state'), { optimizer });
    expect(() => optimizer.applyGradients(pairs))
      .to.throw(TypeError)
      .with.property('code', 'ERR_ADAMAX_BUSY');
    expect(() => w.assign(table.data))
      .to.throw(TypeError)
      .with.property('code', 'ERR_ADAMAX_BUSY');
    await loading;
    expect(Buffer.compare(toBytes({ optimizer }), before)).to.equal(0);
  });
});

/** Adds to shared memory, over and over, until it is told to end by the first element of another. */
const WRITER = `
  const { data, told } = require('node:worker_threads').workerData;
  for (let k = 1; Atomics.load(told, 0) < 2; k++) {
    for (let i = 0; i < data.length; i += 16) data[i] = k;
    Atomics.compareExchange(told, 0, 0, 1);
  }
`;

onEveryImplementation('memory that another thread writes meanwhile', () => {
  const at = inOwnFolder();

  it('is saved with the digest of what is in the file', async () => {
    const data = new Float32Array(new SharedArrayBuffer(4 * SIZE));
    const told = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(WRITER, { eval: true, workerData: { data, told } });
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    try {
      while (Atomics.load(told, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      for (let k = 0; k < 10; k++) {
        save(at('state'), { variables: [new Variable(data, { name: 'w' })] });
        expect(verify(at('state'))).to.equal(true);
      }
    } finally {
      Atomics.store(told, 0, 2);
      await ended;
    }
  });
});
