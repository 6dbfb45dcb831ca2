import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromBytes, load, loadAsync, save, saveAsync, toBytes } from 'adamax/checkpoint';
import { expect } from 'chai';
import { implementations, onEveryImplementation } from '../support/implementations.js';
import { CASES } from './cases.js';
import {
  begun,
  bitsOf,
  type Case,
  contentOf,
  dataOf,
  expectSameState,
  fresh,
  NAMES,
  SAVED_AT,
  STEPS,
  train,
  type World,
  world,
} from './training.js';

const folder = mkdtempSync(join(tmpdir(), 'adamax-resume-'));

/** Files that processes of each implementation have saved. */
before(function () {
  this.timeout(120_000);
  const script = fileURLToPath(new URL('./save-cases.js', import.meta.url));
  for (const isa of implementations) {
    mkdirSync(join(folder, isa));
    const env = { ...process.env, ADAMAX_ISA: isa };
    const { status, stderr } = spawnSync(process.execPath, [script, join(folder, isa)], { env, encoding: 'utf8' });
    expect(stderr).to.equal('');
    expect(status).to.equal(0);
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

function whole(one: Case): World {
  const place = begun(one);
  train(one, place, SAVED_AT, STEPS);
  return place;
}

/** What a training comes to that begins with the parameters of the first part, and nothing else of it. */
function cold(one: Case): World {
  const place = world(one, (one.fresh ?? one.make)());
  one.begin?.(place);
  const from = begun(one);
  if (!one.isStateless) for (const name of NAMES) dataOf(place.model[name]).set(dataOf(from.model[name]));
  train(one, place, SAVED_AT, STEPS);
  return place;
}

const path = join(folder, 'state.safetensors');

/** Each way from one half of a training to the other. */
const WAYS: Readonly<Record<string, (one: Case, from: World, into: World) => void | Promise<void>>> = {
  'by a file': (one, from, into) => {
    save(path, contentOf(one, from));
    load(path, optionsOf(one, into));
  },
  'by a file, off the event loop': async (one, from, into) => {
    await saveAsync(path, contentOf(one, from));
    await loadAsync(path, optionsOf(one, into));
  },
  'by bytes': (one, from, into) => {
    fromBytes(toBytes(contentOf(one, from)), optionsOf(one, into));
  },
};

const optionsOf = (one: Case, into: World) => ({
  ...contentOf(one, into),
  ...(one.customObjects && { customObjects: one.customObjects }),
});

onEveryImplementation('a training that is taken up again', (isa) => {
  CASES.forEach((one, i) => {
    it(`${one.title}: has the bits of one that was not interrupted`, async () => {
      const expected = whole(one);
      const parameters = (place: World) => NAMES.map((name) => bitsOf(place)[name]);
      expect(parameters(cold(one)), 'a cold start').to.not.deep.equal(parameters(expected));
      for (const way of Object.values(WAYS)) {
        const [from, into] = [begun(one), fresh(one)];
        await way(one, from, into);
        expectSameState(one, into, from);
        train(one, into, SAVED_AT, STEPS);
        expectSameState(one, into, expected);
        // Whoever was saved goes on as if nothing had been.
        train(one, from, SAVED_AT, STEPS);
        expectSameState(one, from, expected);
      }
    });

    it(`${one.title}: was saved by other processes, of every implementation`, () => {
      const expected = whole(one);
      for (const other of implementations) {
        const into = fresh(one);
        // Without verify, since the other ways are with it.
        load(join(folder, other, `${i}.safetensors`), { ...optionsOf(one, into), verify: false });
        train(one, into, SAVED_AT, STEPS);
        expect(bitsOf(into), `${other} → ${isa}`).to.deep.equal(bitsOf(expected));
      }
    });
  });
});
