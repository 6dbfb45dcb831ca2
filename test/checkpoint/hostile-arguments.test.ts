import { existsSync } from 'node:fs';
import { Adamax, Variable } from 'adamax';
import { fingerprint, fromBytes, type LoadOptions, load, loadAsync, save, toBytes } from 'adamax/checkpoint';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { detach, ResizableArrayBuffer } from '../support/memory.js';
import { temporaryFolder, thrown } from './refused.js';
import { bits, Scene, savedScene } from './scene.js';

const bytes = savedScene();
const boom = new Error('boom');
const throwing = () => {
  throw boom;
};

/** An argument that is refused, or code of the caller that throws, before anything is done. */
function expectUntouched(options: (scene: Scene) => object, check: (action: () => unknown) => void): void {
  const scene = new Scene();
  const state = scene.state();
  check(() => fromBytes(bytes, { ...scene.content, ...options(scene) }));
  expect(scene.state()).to.equal(state);
  scene.step();
}

describe('hostile arguments of load', () => {
  const path = temporaryFolder();

  for (const option of ['extra', 'keys', 'partial', 'hyperparameters', 'customObjects', 'verify', 'progress']) {
    it(`leaves everything when the getter of ${option} throws`, () => {
      const scene = new Scene();
      const state = scene.state();
      const options = Object.defineProperty({ ...scene.content }, option, { get: throwing, enumerable: true });
      expect(() => fromBytes(bytes, options)).to.throw(boom);
      expect(scene.state()).to.equal(state);
      scene.step();
    });
  }

  it('takes a proxy for what it shows', () => {
    const scene = new Scene();
    fromBytes(bytes, new Proxy(scene.content, {}));
    expect(scene.optimizer.iterations.data[0]).to.equal(2n);
    expect(() => fromBytes(bytes, new Proxy(scene.content, { get: throwing }))).to.throw(boom);
  });

  it('leaves everything when keys throws, gives no text, or two of the same', () => {
    expectUntouched(
      () => ({ keys: throwing }),
      (action) => expect(action).to.throw(boom),
    );
    expectUntouched(
      () => ({ keys: () => 1 }),
      (action) => expectError(action, TypeError, 'ERR_ADAMAX_ARG_TYPE', /keys\(.*\) must be a string: received 1/),
    );
    expectUntouched(
      () => ({ keys: () => 'a', partial: true }),
      (action) => expectError(action, RangeError, 'ERR_ADAMAX_DUPLICATE', /keys must give each tensor another name/),
    );
    expectUntouched(
      () => ({ keys: () => '__metadata__' }),
      (action) => expectError(action, RangeError, 'ERR_ADAMAX_ARG_VALUE', /__metadata__/),
    );
  });

  it('refuses to save under names that have no UTF-8, which other languages could not read', () => {
    const message = /^names of tensors must be well-formed Unicode: received ["'`].*\\ud83d/;
    const [w, optimizer] = [new Variable(new Float32Array(1), { name: '\ud83d' }), new Adamax()];
    const refused = (action: () => unknown) => expectError(action, RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
    refused(() => toBytes({ variables: [w] }));
    refused(() => toBytes({ variables: [], extra: { '\ud83d': new Uint8Array(1) } }));
    refused(() => toBytes({ optimizer, keys: (key) => `${key}\ud83d` }));
    refused(() => save(path('surrogate'), { variables: [w] }));
    expect(existsSync(path('surrogate'))).to.equal(false);
    const face = new Variable(new Float32Array(1), { name: '\ud83d\ude00' });
    fromBytes(toBytes({ variables: [face] }), { variables: [face] });
  });

  it('calls keys before it reads the file', async () => {
    const scene = new Scene();
    const error = await thrown(() => loadAsync(path('missing'), { ...scene.content, keys: throwing }));
    expect(error).to.equal(boom);
  });

  it('refuses arrays that keys has detached', () => {
    const scene = new Scene();
    const keys = (key: string) => {
      if (key === 'extra/rows') detach(scene.rows);
      return key;
    };
    expectError(() => fromBytes(bytes, { ...scene.content, keys }), TypeError, 'ERR_ADAMAX_DETACHED', /extra\/rows/);
    expect(scene.optimizer.getSlotNames()).to.deep.equal(new Scene().optimizer.getSlotNames());
    expect([...scene.w.data]).to.deep.equal([1, -0, 3]);
  });

  it('leaves everything when progress throws while the file is looked at', async () => {
    save(path('file'), new Scene().content);
    for (const read of [load, loadAsync]) {
      const scene = new Scene();
      const state = scene.state();
      expect(await thrown(() => read(path('file'), { ...scene.content, progress: throwing }))).to.equal(boom);
      expect(scene.state()).to.equal(state);
      scene.step();
    }
  });

  it('refuses what progress asks of the optimizer meanwhile', async () => {
    save(path('file'), new Scene().content);
    for (const read of [load, loadAsync]) {
      const scene = new Scene();
      const state = scene.state();
      for (const act of [() => scene.step(), () => save(path('other'), scene.content), () => toBytes(scene.content)]) {
        const error = await thrown(() => read(path('file'), { ...scene.content, progress: act }));
        expect(error, read.name).to.be.an.instanceOf(Error);
        expect(['ERR_ADAMAX_BUSY', 'ERR_ADAMAX_OVERLAP']).to.include((error as { code?: string }).code);
        expect(scene.state(), read.name).to.equal(state);
      }
      scene.step();
    }
  });

  it('makes no slots when progress has detached an array while the file was looked at', async () => {
    save(path('file'), new Scene().content);
    for (const read of [load, loadAsync]) {
      const scene = new Scene();
      const progress = () => {
        if (scene.b.data.length > 0) detach(scene.b.data);
      };
      const error = await thrown(() => read(path('file'), { ...scene.content, progress }));
      expect(error, read.name).to.have.property('code', 'ERR_ADAMAX_DETACHED');
      expect(scene.optimizer.getWeights(), read.name).to.have.length(1);
      expect([...scene.w.data], read.name).to.deep.equal([1, -0, 3]);
      expect(scene.optimizer.learningRate, read.name).to.equal(0.5);
    }
  });

  it('refuses an array that is detached in the middle', async () => {
    const large = (value: number) => new Variable(new Float32Array(2 ** 20).fill(value), { name: 'large' });
    save(path('large'), { variables: [large(1)] });
    for (const read of [load, loadAsync]) {
      const target = large(2);
      const progress = (done: number, total: number) => {
        if (done > total / 2 && target.data.length > 0) detach(target.data);
      };
      const error = await thrown(() => read(path('large'), { variables: [target], progress }));
      expect(error, read.name).to.have.property('code', 'ERR_ADAMAX_DETACHED');
    }
  });

  it('refuses resizable memory', () => {
    const rows = new Int32Array(new ResizableArrayBuffer(8, { maxByteLength: 16 }));
    expectUntouched(
      () => ({ extra: { rows } }),
      (action) => expectError(action, TypeError, 'ERR_ADAMAX_RESIZABLE', /extra\.rows/),
    );
  });

  it('takes shared memory', () => {
    const scene = new Scene();
    const rows = new Int32Array(new SharedArrayBuffer(8));
    fromBytes(bytes, { ...scene.content, extra: { rows } });
    expect([...rows]).to.deep.equal([7, 8]);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    fromBytes(shared, { ...scene.content, extra: { rows: rows.fill(0) } });
    expect([...rows]).to.deep.equal([7, 8]);
  });

  it('does not ask a subclass of Uint8Array what its bytes are', () => {
    class Liar extends Uint8Array {
      override subarray(): never {
        throw boom;
      }
      override get length(): number {
        throw boom;
      }
    }
    const liar = new Liar(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
    const scene = new Scene();
    fromBytes(liar, scene.content);
    expect([...scene.rows]).to.deep.equal([7, 8]);
  });

  it('refuses bytes that are none', () => {
    const { content } = new Scene();
    for (const wrong of [undefined, null, 'path', [1], bytes.buffer, new Uint16Array(8), new Proxy(bytes, {})]) {
      expectError(
        () => fromBytes(wrong as never, content),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /bytes must be a Uint8Array/,
      );
    }
    const gone = bytes.slice();
    detach(gone);
    expectError(
      () => fromBytes(gone, content),
      TypeError,
      'ERR_ADAMAX_DETACHED',
      /bytes must be a view on live memory/,
    );
  });

  it('refuses wrong options', () => {
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ keys: 'x' }, /keys must be a function/],
      [{ progress: 1 }, /progress must be a function/],
      [{ partial: 1 }, /partial must be a boolean/],
      [{ verify: null }, /verify must be a boolean/],
      [{ hyperparameters: 1 }, /hyperparameters must be/],
      [{ extra: { f: () => 1 } }, /extra\.f must be/],
      [{ optimizer: {} }, /optimizer must be an Optimizer/],
    ];
    for (const [options, message] of wrong) {
      expectUntouched(
        () => options as LoadOptions,
        (action) => expectError(action, TypeError, 'ERR_ADAMAX_ARG_TYPE', message),
      );
    }
    expectError(
      () => fromBytes(bytes, { optimizer: new Adamax(), stric: true } as never),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /fromBytes must only have the options/,
    );
  });

  it('shows how options are written to those who hand over the optimizer itself', () => {
    const optimizer = new Adamax() as never;
    const calls = {
      toBytes: () => toBytes(optimizer),
      fromBytes: () => fromBytes(bytes, optimizer),
      fingerprint: () => fingerprint(optimizer),
    };
    for (const [name, call] of Object.entries(calls)) {
      const message = new RegExp(`^${name} must be an object of options, \\{ optimizer: … \\}: received the optimizer`);
      expectError(call, TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    }
  });

  it('does not let what it was given change what was saved', () => {
    const before = bits(bytes);
    fromBytes(bytes, new Scene().content);
    expect(bits(bytes)).to.equal(before);
  });
});
