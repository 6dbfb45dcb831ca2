/**
 * `npm run stress:saves -- --kills 1000`: processes that save one state after another to one path are killed by SIGKILL
 * at random moments. Each time the file must be the state that was saved last, or the one that was being saved, to the
 * bit. Then a file system of 4 MB is saved to until it is full. Ends with 1 where anything is otherwise.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Adamax, Variable } from 'adamax';
import { fingerprint, inspect, load, save, saveAsync, verify } from 'adamax/checkpoint';

/** States take turns in their size, so that a mixture of two would have the wrong one. */
const SIZES = [200_000, 300_001];
/** Milliseconds after the first save has begun within which a process is killed. */
const LONGEST = 60;

/** The state that is the `k`th to be saved; one without contents is for loading into. */
function state(k, { isEmpty = false } = {}) {
  const size = SIZES[k % SIZES.length];
  const w = new Variable(new Float32Array(size), { name: 'w' });
  const optimizer = new Adamax();
  optimizer.build([w]);
  const arrays = [w, optimizer.getSlot(w, 'm'), optimizer.getSlot(w, 'v')].map(({ data }) => data);
  if (!isEmpty) {
    optimizer.iterations.assign(k);
    arrays.forEach((array, which) => {
      for (let i = 0; i < size; i++) array[i] = Math.imul(3 * k + which + 1, i + 1) >>> 8;
    });
  }
  return { content: { optimizer, variables: [w] }, arrays };
}

/** Saves for ever. What it is about to save, and has saved, it says in a pipe, which outlives it. */
async function saveForEver(path, first) {
  const states = SIZES.map((_, i) => state(first + i));
  for (let k = first; ; k++) {
    const { content, arrays } = states[(k - first) % states.length];
    const fresh = k < first + states.length ? arrays : state(k).arrays;
    arrays.forEach((array, i) => void array.set(fresh[i]));
    content.optimizer.iterations.assign(k);
    writeSync(1, `begun ${k}\n`);
    if (k % 4 < 2) save(path, content);
    else await saveAsync(path, content);
    writeSync(1, `ended ${k}\n`);
  }
}

/** Starts a process that saves, kills it, and tells the last states that it has begun and ended to save. */
function kill(path, first) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--child', path, '--first', `${first}`]);
  let said = '';
  let wrong = '';
  child.stderr.on('data', (text) => {
    wrong += text;
  });
  child.stdout.on('data', (text) => {
    if (said === '') setTimeout(() => child.kill('SIGKILL'), Math.random() * LONGEST);
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.on('close', (_, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(`a process that saves ended by itself: ${wrong}`));
      const last = (word) => Number(said.match(new RegExp(`${word} (\\d+)\\n(?![^]*${word})`))?.[1] ?? -1);
      resolve({ begun: last('begun'), ended: last('ended') });
    });
  });
}

/** @returns which state the file is. @throws Error where it is none */
function stateOf(path) {
  if (!verify(path)) throw new Error('the file has no digest');
  const said = inspect(path);
  const [expected, loaded] = [state(said.step), state(said.step, { isEmpty: true })];
  load(path, loaded.content);
  const isSame = expected.arrays.every((array, i) => Buffer.compare(bytesOf(array), bytesOf(loaded.arrays[i])) === 0);
  if (!isSame || said.fingerprint !== fingerprint(expected.content))
    throw new Error(`it is not the state ${said.step}`);
  return said.step;
}

const bytesOf = ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength);
const leftIn = (folder) => readdirSync(folder).filter((name) => name.endsWith('.tmp')).length;

async function killAll(folder, kills) {
  const path = join(folder, 'state.safetensors');
  const counts = { inMidSave: 0, old: 0, new: 0, leftovers: 0, mostLeft: 0, saves: 0 };
  let last = -1; // what the file was before
  for (let i = 0; i < kills; i++) {
    const first = last + 1;
    const { begun, ended } = await kill(path, first);
    const before = Math.max(ended, last);
    if (before < 0) {
      // The first save of all was cut short.
      if (readdirSync(folder).includes('state.safetensors')) last = stateOf(path);
      continue;
    }
    const is = stateOf(path);
    if (is !== before && is !== begun) throw new Error(`it is the state ${is}: saved ${before}, and ${begun} in part`);
    counts.saves += begun - last;
    if (begun > ended) counts.inMidSave++;
    if (begun > ended && is === begun) counts.new++;
    if (begun > ended && is === before) counts.old++;
    const left = leftIn(folder);
    if (left > 0) counts.leftovers++;
    counts.mostLeft = Math.max(counts.mostLeft, left);
    if (left > 1) throw new Error(`${left} leftovers, of which each save takes the earlier ones away`);
    last = is;
    if (process.stderr.isTTY) process.stderr.write(`\r${i + 1} kills`);
  }
  save(path, state(last + 1).content);
  if (leftIn(folder) > 0) throw new Error('a leftover stays after the next save');
  return counts;
}

/** Saves what does not fit. */
async function fillUp(folder) {
  const place = join(folder, 'small');
  mkdirSync(place);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', place], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    const why = mounted.error?.message ?? mounted.stderr.trim();
    return console.log(`SKIPPED: a full file system: no tmpfs can be mounted here: ${why}`);
  }
  try {
    const path = join(place, 'state.safetensors');
    save(path, state(0).content); // 2.4 MB, beside which there is no room for 3.6 MB
    const before = readFileSync(path);
    for (const way of [save, saveAsync]) {
      const error = await (async () => way(path, state(1).content))().then(
        () => undefined,
        (thrown) => thrown,
      );
      if (error?.code !== 'ERR_ADAMAX_FILE' || error.cause?.code !== 'ENOSPC') {
        throw new Error(`${way.name} on a full file system must throw ENOSPC: it threw ${error}`);
      }
      if (Buffer.compare(readFileSync(path), before) !== 0) throw new Error('the old file has changed');
      if (leftIn(place) > 0) throw new Error('a leftover stays on a full file system');
    }
    console.log('passed: a full file system: ENOSPC by save and saveAsync, the old file whole, nothing left');
  } finally {
    spawnSync('umount', [place]);
  }
}

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    child: { type: 'string' },
    first: { type: 'string', default: '0' },
  },
});
if (values.child !== undefined) await saveForEver(values.child, Number(values.first));
const folder = mkdtempSync(join(tmpdir(), 'adamax-saves-'));
try {
  const counts = await killAll(folder, Number(values.kills));
  console.log(`passed: ${values.kills} kills: ${JSON.stringify(counts)}`);
  await fillUp(folder);
} catch (error) {
  console.log(`FAILED: ${error.stack}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
