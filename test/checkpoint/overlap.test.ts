/** Places of a load that share memory. */
import { Adamax, SGD, Variable } from 'adamax';
import { fromBytes, type LoadOptions, load, loadAsync, save, toBytes } from 'adamax/checkpoint';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { inOwnFolder } from '../support/folder.js';
import { onEveryImplementation } from '../support/implementations.js';
import { thrown } from './refused.js';

const memory = f32(1, 2, 3, 4);
const whole = new Variable(memory, { name: 'whole' });
const again = new Variable(memory, { name: 'again' });
const middle = new Variable(memory.subarray(1, 3), { name: 'middle' });
const optimizer = new Adamax();
optimizer.build([whole]);
const slot = optimizer.getSlot(whole, 'm').data;

/** What shares memory in part or in whole, and the two that the message names, the later one first. */
const SHARED: readonly (readonly [what: string, content: LoadOptions, names: readonly [string, string]])[] = [
  ['variables in part', { variables: [whole, middle] }, ['variables/middle', 'variables/whole']],
  ['the other way round', { variables: [middle, whole] }, ['variables/whole', 'variables/middle']],
  ['variables in whole', { variables: [whole, again] }, ['variables/again', 'variables/whole']],
  ['a variable and an extra', { variables: [whole], extra: { memory } }, ['extra/memory', 'variables/whole']],
  [
    'extras of two kinds',
    { extra: { memory, bytes: new Uint8Array(memory.buffer, 15) } },
    ['extra/bytes', 'extra/memory'],
  ],
  ['one array twice', { extra: { memory, twice: memory } }, ['extra/twice', 'extra/memory']],
  ['one Variable twice', { variables: [whole], extra: { whole } }, ['extra/whole', 'variables/whole']],
  ['a slot and an extra', { optimizer, extra: { slot } }, ['extra/slot', 'slots/whole/m']],
  [
    'a counter and an extra',
    { optimizer, extra: { count: new Int8Array(optimizer.iterations.data.buffer) } },
    ['extra/count', 'iterations'],
  ],
];

onEveryImplementation('a load into memory that overlaps', () => {
  const at = inOwnFolder();

  for (const [what, content, [later, earlier]] of SHARED) {
    it(`is refused for ${what}, and nothing is written`, async () => {
      // Saving reads them, each for itself.
      save(at('file'), content);
      const bytes = toBytes(content);
      for (const act of [
        () => fromBytes(bytes, content),
        () => fromBytes(bytes, { ...content, partial: true }),
        () => load(at('file'), content),
        () => loadAsync(at('file'), content),
      ]) {
        const error = await thrown(act);
        expect(error).to.be.an.instanceOf(RangeError).and.include({ code: 'ERR_ADAMAX_OVERLAP' });
        const start = `'${later}' must not share memory with '${earlier}': received `;
        expect((error as Error).message.slice(0, start.length)).to.equal(start);
      }
      expect([...memory]).to.deep.equal([1, 2, 3, 4]);
    });
  }

  it('is none where they lie side by side, or have no elements', () => {
    const [left, right, none] = [memory.subarray(0, 2), memory.subarray(2), memory.subarray(1, 1)];
    const bytes = toBytes({ extra: { left, right, none } });
    const into = new Float32Array(4);
    const extra = { left: into.subarray(0, 2), right: into.subarray(2), none: into.subarray(1, 1) };
    expect(fromBytes(bytes, { extra }).loaded).to.have.length(3);
    expect([...into]).to.deep.equal([1, 2, 3, 4]);
  });

  it('may have a counter in two places that two optimizers share', () => {
    const world = (value: bigint) => {
      const iterations = new Variable(BigInt64Array.of(value));
      const optimizers = { one: new Adamax(), two: new SGD() };
      for (const one of Object.values(optimizers)) one.iterations = iterations;
      return { iterations, content: { optimizers } };
    };
    const bytes = toBytes(world(7n).content);
    const { iterations, content } = world(0n);
    expect(fromBytes(bytes, content).step).to.equal(7);
    expect(iterations.item()).to.equal(7);
  });
});
