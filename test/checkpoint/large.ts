/**
 * A file of 5 GB, most of it holes: what is read of it takes a megabyte, not memory for all of it. `npm run stress`
 * starts this; it prints by how many megabytes the process has grown, and the seconds that each reading took.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, load, loadAsync, verify } from 'adamax/checkpoint';
import { fileOf } from './files.js';
import { Scene } from './scene.js';

const BYTES = 5_000_000_000;

const folder = mkdtempSync(join(tmpdir(), 'adamax-large-'));
try {
  const path = join(folder, 'file');
  const prefix = fileOf(JSON.stringify({ big: { dtype: 'U8', shape: [BYTES], data_offsets: [0, BYTES] } }));
  const fd = openSync(path, 'w');
  writeSync(fd, prefix);
  ftruncateSync(fd, prefix.length + BYTES);
  closeSync(fd);

  const scene = new Scene();
  const seconds: Record<string, number> = {};
  const timed = async (what: string, action: () => unknown) => {
    const begin = performance.now();
    await action();
    seconds[what] = Math.round(performance.now() - begin) / 1000;
  };
  const before = process.resourceUsage().maxRSS;
  await timed('inspect', () => inspect(path));
  await timed('refused', () => {
    try {
      load(path, scene.content);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ERR_ADAMAX_CHECKPOINT') return;
      throw error;
    }
    throw new Error('a file in which nothing fits was loaded');
  });
  await timed('verify', () => verify(path));
  await timed('partial', () => load(path, { ...scene.content, partial: true }));
  await timed('partial, off the event loop', () => loadAsync(path, { ...scene.content, partial: true }));
  const megabytes = (process.resourceUsage().maxRSS - before) / 1024;
  console.log(JSON.stringify({ megabytes: Math.round(megabytes), seconds }));
} finally {
  rmSync(folder, { recursive: true });
}
