import { Adamax, RMSprop, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { backend } from '#internals';
import { onEveryImplementation } from '../support/implementations.js';

const SIZES = [0, 1, 15, 16, 17, 1000, 4095, 4096, 5000, 70000, 3, 40, 9000, 30000];

/** [begin, end) in bytes, of one buffer. */
const regionOf = ({ byteOffset, byteLength }: Float32Array) => [byteOffset, byteOffset + byteLength] as const;

onEveryImplementation('memory of slots', () => {
  for (const [name, optimizer, slots] of [
    ['Adamax', new Adamax(), ['m', 'v']],
    ['SGD with momentum', new SGD({ momentum: 0.9 }), ['momentum']],
    ['RMSprop with everything', new RMSprop({ momentum: 0.9, centered: true }), ['rms', 'mg', 'momentum']],
  ] as const) {
    it(`holds zeros of the right length, no slot on another: ${name}`, () => {
      const variables = [...SIZES, ...SIZES].map((size) => new Variable(new Float32Array(size)));
      optimizer.build(variables);
      const arrays = variables.flatMap((variable) => slots.map((slot) => optimizer.getSlot(variable, slot).data));
      arrays.forEach((array, i) => {
        expect(array.length).to.equal(variables[Math.floor(i / slots.length)].size);
        expect(array.every((x) => Object.is(x, 0))).to.equal(true);
        for (const other of arrays.slice(0, i)) {
          if (other.buffer !== array.buffer) continue;
          const [[begin, end], [otherBegin, otherEnd]] = [regionOf(array), regionOf(other)];
          expect(end <= otherBegin || otherEnd <= begin, `slots ${regionOf(array)} and ${regionOf(other)}`).to.equal(
            true,
          );
        }
      });
    });
  }

  it('small slots begin with a cache line, large ones at places of the page that are neither the parameter’s nor each other’s', function () {
    if (backend().isa === 'js') this.skip();
    const optimizer = new Adamax();
    const variables = SIZES.map((size) => new Variable(new Float32Array(size + 5).subarray(5)));
    optimizer.build(variables);
    for (const variable of variables) {
      const [p, m, v] = [variable.data, ...['m', 'v'].map((slot) => optimizer.getSlot(variable, slot).data)];
      const [atP, atM, atV] = [p, m, v].map((array) => backend().pageOffset(array));
      if (variable.size === 0) continue;
      if (variable.size < 4096) {
        expect([atM % 64, atV % 64]).to.deep.equal([0, 0]);
      } else {
        // A third of a page apart, give or take a cache line.
        for (const [a, b] of [
          [atP, atM],
          [atM, atV],
          [atV, atP],
        ] as const) {
          expect((b - a + 4096) % 4096).to.be.within(1300, 1430);
          expect((b - a + 4096) % 64).to.equal(0);
        }
      }
    }
  });
});
