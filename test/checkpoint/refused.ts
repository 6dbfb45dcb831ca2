/** Hands a file that is not to be loaded to all that read one, and sees that nothing comes of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBytes, type LoadOptions, load, loadAsync } from 'adamax/checkpoint';
import { expect } from 'chai';
import { Scene } from './scene.js';

/** A folder that is there for the tests of a block. */
export function temporaryFolder(): (name: string) => string {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'adamax-checkpoint-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}

/** What an action throws, at once or later; undefined for nothing. */
export async function thrown(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  return undefined;
}

export function expectDamaged(error: unknown, message: RegExp, what = ''): void {
  expect(error, what).to.be.an.instanceOf(RangeError);
  expect((error as Error).message, what).to.match(message);
  expect(error, what).to.have.property('code', 'ERR_ADAMAX_CHECKPOINT');
  expect((error as Error).message.length, 'length of the message').to.be.at.most(2000);
}

/** Scenes that a refused file must leave alone: one without slots, and one that has stepped. */
export function scenes(): Scene[] {
  const stepped = new Scene();
  stepped.step();
  return [new Scene(), stepped];
}

/** @param candidates - what is loaded into; they can be used again, since nothing of them changes */
export function expectBytesRefused(
  bytes: Uint8Array,
  message: RegExp,
  options: LoadOptions = {},
  what = '',
  candidates: readonly Scene[] = scenes(),
): void {
  for (const scene of candidates) {
    const state = scene.state();
    let error: unknown;
    try {
      fromBytes(bytes, { ...scene.content, ...options });
    } catch (caught) {
      error = caught;
    }
    expectDamaged(error, message, what);
    expect(scene.state(), what).to.equal(state);
  }
}

/** The same, and by `load` and `loadAsync` from a file at this path. */
export async function expectRefused(
  path: string,
  bytes: Uint8Array,
  message: RegExp,
  options: LoadOptions = {},
): Promise<void> {
  expectBytesRefused(bytes, message, options);
  writeFileSync(path, bytes);
  for (const scene of scenes()) {
    const state = scene.state();
    const content = { ...scene.content, ...options };
    expectDamaged(await thrown(() => load(path, content)), message, 'load');
    expect(scene.state(), 'load').to.equal(state);
    expectDamaged(await thrown(() => loadAsync(path, content)), message, 'loadAsync');
    expect(scene.state(), 'loadAsync').to.equal(state);
    scene.step(); // nobody has kept the turn
  }
}
