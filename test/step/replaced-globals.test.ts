import { Adamax, type Gradient, RMSprop, type VariableLike } from 'adamax';
import { expect } from 'chai';
import { expectSameBits } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

type Pairs = [Gradient, VariableLike][];

/** Takes memory away, and hands back what it has become, so that a write into it can be seen. */
function detach(array: ArrayBufferView): Float32Array {
  const moved = structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return new Float32Array(moved as ArrayBuffer);
}

/** Replaces a property of a built-in while a body runs. */
function patched<T>(owner: object, name: PropertyKey, value: unknown, body: () => T): T {
  const before = Object.getOwnPropertyDescriptor(owner, name) as PropertyDescriptor;
  Object.defineProperty(owner, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: before.enumerable ?? false,
  });
  try {
    return body();
  } finally {
    Object.defineProperty(owner, name, before);
  }
}

/**
 * What somebody may replace for the length of the first step, in the hope that later ones go by what it left behind.
 */
const REPLACED: Readonly<Record<string, (step: () => void) => void>> = {
  'Set.prototype.add, which loses arrays': (step) => {
    const { add } = Set.prototype;
    const losing = function (this: Set<unknown>, value: unknown) {
      return ArrayBuffer.isView(value) ? this : add.call(this, value);
    };
    patched(Set.prototype, 'add', losing, step);
  },
  'elements of arrays, which are set elsewhere': (step) => {
    for (const index of ['0', '1', '2', '3', '4']) {
      Object.defineProperty(Array.prototype, index, { set() {}, get: () => undefined, configurable: true });
    }
    try {
      step();
    } finally {
      for (const index of ['0', '1', '2', '3', '4']) Reflect.deleteProperty(Array.prototype, index);
    }
  },
  'the iterator of arrays, which is empty': (step) => {
    const iterator = Array.prototype[Symbol.iterator];
    let calls = 0;
    const emptied = function (this: unknown[]) {
      calls++;
      return this.some((item) => ArrayBuffer.isView(item)) ? iterator.call([]) : iterator.call(this);
    };
    patched(Array.prototype, Symbol.iterator, emptied, step);
    expect(calls).to.be.greaterThanOrEqual(0);
  },
  'Map.prototype.set, which changes what it is given': (step) => {
    const { set } = Map.prototype;
    const changing = function (this: Map<unknown, unknown>, key: unknown, value: unknown) {
      if (typeof value === 'object' && value !== null && 'memory' in value) {
        Reflect.set(value, 'memory', new Float32Array(1000));
        Reflect.set(value, 'slots', [new Float32Array(1000), new Float32Array(1000)]);
      }
      return set.call(this, key, value);
    };
    patched(Map.prototype, 'set', changing, step);
  },
};

onEveryImplementation('what is replaced during the first step', () => {
  for (const [title, during] of Object.entries(REPLACED)) {
    for (const victim of ['param', 'gradient', 'slot'] as const) {
      it(`${title}: a later step sees that the memory of a ${victim} has gone`, () => {
        const [p, g] = [new Float32Array(1000).fill(1), new Float32Array(1000).fill(1)];
        const optimizer = new Adamax();
        const pairs: Pairs = [[g, p]];
        try {
          during(() => {
            for (let k = 0; k < 3; k++) optimizer.applyGradients(pairs);
          });
        } catch {
          // Refused is as good.
        }
        optimizer.applyGradients(pairs);
        const slot = optimizer.getSlot(p, 'm').data;
        const moved = detach({ param: p, gradient: g, slot }[victim]);
        const before = moved.slice();
        for (let k = 0; k < 2; k++) {
          expectError(() => optimizer.applyGradients(pairs), TypeError, 'ERR_ADAMAX_DETACHED', /on a detached buffer$/);
        }
        expectSameBits(moved, before, 'moved memory');
      });
    }
  }

  it('constructors of typed arrays hand nobody the memory that plans read', () => {
    for (const name of ['Float64Array', 'Float32Array'] as const) {
      const made: ArrayBufferView[] = [];
      const Before = globalThis[name];
      const Spy = new Proxy(Before, {
        construct(target, args, self) {
          const array = Reflect.construct(target, args, self as never) as ArrayBufferView;
          made.push(array);
          return array;
        },
      });
      const [p, q] = [Before.from([1, 2]) as Float32Array, new RMSprop({ learningRate: 1 })];
      const optimizer = new Adamax({ learningRate: 1 });
      const [param, other] = [Float32Array.of(1, 2), Float32Array.of(1, 2)];
      patched(globalThis, name, Spy, () => {
        for (let k = 0; k < 4; k++) optimizer.applyGradients([[Float32Array.of(1, 1), param]]);
      });
      for (const array of made) if (array.buffer instanceof ArrayBuffer && array.byteLength > 0) detach(array);
      // Slots may have gone; nothing else may, and a step on other memory is what it ever was.
      try {
        optimizer.applyGradients([[Float32Array.of(1, 1), param]]);
      } catch (error) {
        expect(error).to.have.property('code', 'ERR_ADAMAX_DETACHED');
      }
      q.applyGradients([[Float32Array.of(1, 1), other]]);
      expect(other[0]).to.be.below(1);
      expect(p).to.have.length(2);
    }
  });

  it('an iterator that strikes when a step leaves the event loop comes too early to matter', async () => {
    const [p, g] = [new Float32Array(2 ** 20).fill(1), new Float32Array(2 ** 20).fill(1)];
    const optimizer = new Adamax();
    await optimizer.applyGradientsAsync([[g, p]]);
    const iterator = Array.prototype[Symbol.iterator];
    let struck = false;
    let flight: Promise<number> | null = null;
    const striking = function (this: unknown[]) {
      // Node's own code iterates over arrays, too, when it takes memory away.
      if (!struck) {
        struck = true;
        detach(p);
      }
      return iterator.call(this);
    };
    patched(Array.prototype, Symbol.iterator, striking, () => {
      flight = optimizer.applyGradientsAsync([[g, p]]);
    });
    const outcome = await (flight as unknown as Promise<number>).catch((error) => error);
    if (!struck) expect(outcome).to.equal(2);
    else expect(outcome).to.have.property('code', 'ERR_ADAMAX_DETACHED');
  });
});

onEveryImplementation('a step that fails late', () => {
  it('because the memory of its counter has gone, has written nothing', () => {
    let strike = false;
    const [p, g] = [Float32Array.of(1, 2), Float32Array.of(1, 1)];
    const optimizer: Adamax = new Adamax({
      learningRate: () => {
        if (strike) detach(optimizer.iterations.data);
        return 0.1;
      },
    });
    optimizer.applyGradients([[g, p]]);
    const before = [p.slice(), optimizer.getSlot(p, 'm').data.slice()];
    strike = true;
    for (let k = 0; k < 2; k++) {
      const step = () => optimizer.applyGradients([[g, p]]);
      expectError(step, TypeError, 'ERR_ADAMAX_DETACHED', /^iterations must be a view on live memory/);
      expectSameBits(p, before[0], 'p');
      expectSameBits(optimizer.getSlot(p, 'm').data, before[1], 'm');
    }
  });

  it('cannot be made to fail by what warnings go through', () => {
    const [p, frozen] = [Float32Array.of(1), Float32Array.of(1)];
    const optimizer = new Adamax();
    Object.defineProperty(Object.prototype, 'type', { value: 5, configurable: true, writable: true });
    try {
      const count = optimizer.applyGradients([
        [Float32Array.of(1), p],
        [null, frozen],
      ]);
      expect(count).to.equal(1);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'type');
    }
  });
});
