/**
 * A small training that every implementation on every platform must end with the same bits. It runs wherever 'adamax'
 * is found from its folder (Node, Bun, Deno), and prints one line of JSON: which implementation runs, and the digest.
 */
import { createHash } from 'node:crypto';
import { Adagrad, Adamax, IndexedSlices, RMSprop, Variable } from 'adamax';
import { availableIsa, isa, setIsa } from 'adamax/kernels';

/** An odd number that leaves a rest in every vector, and one that is large enough to leave the event loop. */
const [SMALL, LARGE] = [1027, 2 ** 19 + 3];
const [ROWS, WIDTH] = [50, 7];

/** Numbers in [−1, 1) by a linear congruential generator: Math.sin and its like differ between engines. */
function generator(seed) {
  let state = seed >>> 0;
  return (size) =>
    Float32Array.from({ length: size }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 31 - 1;
    });
}

/** @returns parameters and slots after dense, sparse, clipped and bfloat16 steps, on the event loop and off it */
async function train() {
  const random = generator(12);
  const kinds = [
    () => new Adamax({ learningRate: 0.01 }),
    () => new Adamax({ learningRate: 0.02, clipnorm: 0.5, decay: 0.01 }),
    () => new Adamax({ learningRate: 0.01, clipvalue: 0.25, slotDtype: 'bfloat16' }),
    () => new Adagrad({ learningRate: 0.01 }),
    () => new RMSprop({ learningRate: 0.001, momentum: 0.9, centered: true }),
  ];
  const arrays = [];
  for (const [k, kind] of kinds.entries()) {
    const optimizer = kind();
    const dense = new Variable(random(SMALL), { name: 'dense' });
    const table = new Variable(random(ROWS * WIDTH), { name: 'table', shape: [ROWS, WIDTH] });
    // Emulators take their time: two that are large are enough.
    const size = k < 2 ? LARGE : SMALL;
    const large = new Variable(random(size), { name: 'large' });
    optimizer.build([dense, table, large]);
    for (let step = 0; step < 12; step++) {
      // The first row is named twice, so that its slices are summed.
      const rows = [step, (step * 17 + 5) % ROWS, step];
      const gradients = [
        [random(SMALL), dense],
        [new IndexedSlices(random(rows.length * WIDTH), rows), table],
      ];
      if (step % 2 === 0) optimizer.applyGradients(gradients);
      else await optimizer.applyGradientsAsync(gradients);
    }
    await optimizer.applyGradientsAsync([[random(size), large]]);
    arrays.push(dense.data, table.data, large.data, ...optimizer.getWeights().map(({ data }) => data));
  }
  return arrays;
}

async function digest() {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of await train()) {
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}

const [chosen, available] = [isa(), availableIsa()];
const digests = {};
for (const name of available) {
  setIsa(name);
  digests[name] = await digest();
}
// One digest stands for all implementations that this machine has.
if (new Set(Object.values(digests)).size > 1) throw new Error(`implementations differ: ${JSON.stringify(digests)}`);
const { platform, arch } = process;
console.log(JSON.stringify({ isa: chosen, available, digest: digests[chosen], platform, arch }));
