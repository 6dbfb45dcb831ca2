import { Adamax, type Gradient, IndexedSlices, Variable, type VariableLike } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach, ResizableArrayBuffer } from '../support/memory.js';

type Pairs = [Gradient, VariableLike][];

/** Replaces a property of a built-in while a body runs. */
function patched<T>(owner: object, name: PropertyKey, value: unknown, body: () => T): T {
  const before = Object.getOwnPropertyDescriptor(owner, name) as PropertyDescriptor;
  Object.defineProperty(owner, name, { ...before, value, configurable: true });
  try {
    return body();
  } finally {
    Object.defineProperty(owner, name, before);
  }
}

/** Two variables and a table; the code under test takes the memory of the first one away in the midst of a step. */
class World {
  readonly p = new Variable(new Float32Array(64).fill(1), { name: 'p' });
  readonly q = new Variable(new Float32Array(64).fill(2), { name: 'q' });
  readonly table = new Variable(new Float32Array(64).fill(3), { name: 'table', shape: [16, 4] });
  readonly gradient = new Float32Array(64).fill(1);
  readonly optimizer = new Adamax();
  #armed = false;

  constructor(steps: number) {
    for (let k = 0; k < steps; k++)
      this.optimizer.applyGradients(this.pairs(new IndexedSlices(new Float32Array(4), [1])));
  }

  pairs(rows: Gradient): Pairs {
    return [
      [this.gradient, this.p],
      [new Float32Array(64).fill(1), this.q],
      [rows, this.table],
    ];
  }

  /** Once, and only when the step has begun. */
  strike = (): void => {
    if (!this.#armed) return;
    this.#armed = false;
    detach(this.p.data);
  };

  arm(): void {
    this.#armed = true;
  }

  /** What no failed step may change. */
  snapshot(): Float32Array[] {
    return [this.q.data.slice(), this.table.data.slice()];
  }
}

/** Ways of running code of one's own, or of changing what is called, while a step looks at its arguments. */
const WAYS: Readonly<Record<string, (world: World, step: (rows: Gradient) => void) => void>> = {
  'a getter of a pair': ({ strike, table }, step) => {
    const pair = [null, table] as unknown as [Gradient, VariableLike];
    Object.defineProperty(pair, 0, {
      get: () => {
        strike();
        return new IndexedSlices(new Float32Array(4), [1]);
      },
    });
    step(pair as unknown as Gradient);
  },
  'an own getter of the buffer of a gradient': (world, step) => {
    Object.defineProperty(world.gradient.buffer, 'resizable', {
      configurable: true,
      get: () => {
        world.strike();
        return false;
      },
    });
    step(new IndexedSlices(new Float32Array(4), [1]));
    world.strike();
  },
  'a constraint of another variable': ({ strike }, step) => {
    strike();
    step(new IndexedSlices(new Float32Array(4), [1]));
  },
  'a replaced Float32Array.prototype.set': ({ strike }, step) => {
    const { set } = Float32Array.prototype;
    const typedArray = Object.getPrototypeOf(Float32Array.prototype) as object;
    const replacement = function (this: Float32Array, ...args: Parameters<typeof set>) {
      strike();
      return set.apply(this, args);
    };
    patched(typedArray, 'set', replacement, () => step(new IndexedSlices(new Float32Array(4), [1])));
    strike();
  },
  'a replaced iterator of arrays': ({ strike }, step) => {
    const iterator = Array.prototype[Symbol.iterator];
    const replacement = function (this: unknown[]) {
      strike();
      return iterator.call(this);
    };
    patched(Array.prototype, Symbol.iterator, replacement, () => step(new IndexedSlices(new Float32Array(4), [1])));
    strike();
  },
  'a replaced WeakMap.prototype.get': ({ strike }, step) => {
    const { get } = WeakMap.prototype;
    const replacement = function (this: WeakMap<object, unknown>, key: object) {
      strike();
      return get.call(this, key);
    };
    patched(WeakMap.prototype, 'get', replacement, () => step(new IndexedSlices(new Float32Array(4), [1])));
    strike();
  },
};

onEveryImplementation('memory that goes in the midst of a step', () => {
  for (const [way, run] of Object.entries(WAYS)) {
    for (const steps of [0, 1, 3]) {
      it(`by ${way}, after ${steps} steps: is seen, or the step was over`, () => {
        const world = new World(steps);
        const before = world.snapshot();
        const { optimizer } = world;
        const begun = optimizer.iterations.item();
        world.arm();
        let error: unknown;
        try {
          run(world, (rows) => {
            const pairs = world.pairs(Array.isArray(rows) && rows.length === 2 ? null : rows);
            if (Array.isArray(rows) && rows.length === 2) pairs[2] = rows as unknown as Pairs[number];
            optimizer.applyGradients(pairs);
          });
        } catch (thrown) {
          error = thrown;
        }
        if (error === undefined) {
          // Nothing of the caller's was asked: the step went as ever.
          expect(optimizer.iterations.item()).to.equal(begun + 1);
          return;
        }
        expect(error).to.have.property('code', 'ERR_ADAMAX_DETACHED');
        expect(String(error)).to.match(/'p' at gradsAndVars\[\d\]\[1\] must be a view on live memory/);
        world.snapshot().forEach((array, i) => {
          expectSameBits(array, before[i], `array ${i}`);
        });
        expect(optimizer.iterations.item()).to.equal(begun);
      });
    }
  }

  for (const [title, bend] of Object.entries({
    'an own property resizable': (buffer: ArrayBuffer) => Object.defineProperty(buffer, 'resizable', { value: false }),
    'no prototype': (buffer: ArrayBuffer) => Object.setPrototypeOf(buffer, null),
    'the prototype of shared memory': (buffer: ArrayBuffer) =>
      Object.setPrototypeOf(buffer, SharedArrayBuffer.prototype),
  })) {
    it(`a resizable buffer with ${title} is refused, as a parameter, a gradient and an index`, () => {
      const resizable = (bytes: number) => {
        const buffer = new ResizableArrayBuffer(bytes, { maxByteLength: 4 * bytes });
        bend(buffer);
        return buffer;
      };
      const [optimizer, p] = [new Adamax(), f32(1, 2)];
      for (const size of [2, 1000]) {
        const gradient = new Float32Array(resizable(4 * size));
        const target = new Float32Array(size);
        for (let k = 0; k < 3; k++) {
          const step = () => optimizer.applyGradients([[gradient, target]]);
          expectError(step, TypeError, 'ERR_ADAMAX_RESIZABLE', /must lie on a buffer of fixed length/);
          optimizer.applyGradients([[new Float32Array(size), target]]);
        }
      }
      const param = () => optimizer.applyGradients([[f32(1, 1), new Float32Array(resizable(8))]]);
      expectError(param, TypeError, 'ERR_ADAMAX_RESIZABLE', /must lie on a buffer of fixed length/);
      const rows = () => new IndexedSlices(f32(1), new Int32Array(resizable(4)));
      expectError(rows, TypeError, 'ERR_ADAMAX_RESIZABLE', /^indices must lie on a buffer of fixed length/);
      optimizer.applyGradients([[f32(1, 1), p]]);
    });
  }

  it('slices are stepped as they were read: their properties cannot be replaced', () => {
    const slices = new IndexedSlices(f32(1, 2), Int32Array.of(0, 1));
    for (const name of ['values', 'indices', 'denseShape']) {
      expect(() => Object.assign(slices, { [name]: null })).to.throw(TypeError, /must be given to the constructor/);
    }
  });

  it('a proxy of a variable is no variable, and what a subclass says of its size, shape or data changes nothing', () => {
    const p = new Variable(f32(1, 2), { name: 'p' });
    const proxy = new Proxy(p, {});
    const step = () => new Adamax().applyGradients([[f32(1, 1), proxy]]);
    expectError(step, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^gradsAndVars\[0\]\[1\] must be a Variable/);
    class Liar extends Variable {
      override get data(): Float32Array<ArrayBuffer> {
        return new Float32Array(100);
      }
      override get size(): number {
        return 100;
      }
    }
    const liar = new Liar(f32(1, 2));
    const optimizer = new Adamax({ learningRate: 1 });
    optimizer.applyGradients([[f32(1, 1), liar]]);
    expect(optimizer.getSlot(liar, 'm').size).to.equal(2);
  });
});
