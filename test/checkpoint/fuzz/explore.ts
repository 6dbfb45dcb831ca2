/** Loads spoilt files, and holds what comes of it to what their headers say. */
import { fromBytes, inspect, type Loaded, toBytes, verify } from 'adamax/checkpoint';
import { Draw } from '../../fuzz/random.js';
import { partsOf, sealed } from '../files.js';
import { bits, Scene, savedScene } from '../scene.js';
import { mutated } from './mutate.js';

/** Longer takes no file of a few kilobytes, whatever is in it, unless the machine has something else to do. */
const MOST_MILLISECONDS = 2000;

export interface Outcome {
  readonly kind: string;
  readonly outcome: string;
}

const plain = toBytes({ ...new Scene().content });
const files = [savedScene(1), savedScene(3), plain, withoutMetadata(savedScene(2))];

/** As others write it, without a digest. */
function withoutMetadata(bytes: Uint8Array): Uint8Array {
  const { tensors, data } = partsOf(bytes);
  const json = Buffer.from(JSON.stringify(tensors));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Uint8Array.from(Buffer.concat([length, json, data]));
}

/** @throws Error with what is wrong with the package */
export function tryFile(seed: number, number: number): Outcome {
  const draw = new Draw(seed, number);
  const { kind, bytes } = mutated(draw.pick(files), draw.pick(files), draw);
  const scene = new Scene();
  if (draw.chance(0.3)) scene.step();
  const options = {
    ...scene.content,
    partial: draw.chance(0.5),
    hyperparameters: draw.chance(0.5) ? 'restore' : 'keep',
  } as const;
  const before = scene.state();
  const begin = performance.now();
  const given = bits(bytes);
  const codes = [() => inspect(bytes), () => verify(bytes)].map(codeOf);
  let loaded: Loaded | undefined;
  const code = codeOf(() => {
    loaded = fromBytes(bytes, options);
  });
  const time = performance.now() - begin;
  if (time > MOST_MILLISECONDS) throw new Error(`${kind}: it took ${time} ms`);
  if (bits(bytes) !== given) throw new Error(`${kind}: the file has changed`);
  if (codes[1] === '' && codes[0] !== '') throw new Error(`${kind}: a file without a fault cannot be inspected`);
  if (loaded === undefined) {
    if (scene.state() !== before) throw new Error(`${kind}: ${code} has left something changed`);
  } else {
    if (codes.join('') !== '') throw new Error(`${kind}: what is loaded is damaged: ${codes}`);
    expectLoaded(kind, bytes, scene, loaded);
  }
  scene.step();
  return { kind, outcome: code || 'loaded' };
}

/** @returns the code of a refusal, empty for none. @throws what is no refusal of a file */
function codeOf(action: () => unknown): string {
  try {
    action();
    return '';
  } catch (error) {
    const { code } = Object(error) as { code?: unknown };
    if (error instanceof RangeError && code === 'ERR_ADAMAX_CHECKPOINT') return code;
    throw error;
  }
}

/** Each tensor that is said to be loaded must now be in memory, to the bit where the dtype is the same. */
function expectLoaded(kind: string, bytes: Uint8Array, scene: Scene, { loaded, extra }: Loaded): void {
  const parts = partsOf(bytes);
  const { metadata, tensors, data } = parts;
  // Where both marks are gone, it is a file of somebody else.
  const marks = [metadata.hash, metadata.fingerprint];
  const isOurs = metadata.format === 'adamax' || marks.every((mark) => /^[0-9a-f]{32}$/.test(mark ?? ''));
  if (isOurs && partsOf(sealed(parts)).metadata.hash !== metadata.hash) {
    throw new Error(`${kind}: what is loaded has another digest`);
  }
  let end = 0;
  for (const place of Object.values(tensors)
    .map((tensor) => tensor.data_offsets)
    .sort(([a, b], [c, d]) => a - c || b - d)) {
    if (place[0] !== end) throw new Error(`${kind}: a file with holes or overlaps is loaded`);
    end = place[1];
  }
  if (end !== data.length) throw new Error(`${kind}: a file with other bytes at its end is loaded`);
  for (const name of loaded) {
    const { dtype, data_offsets: place } = tensors[name];
    const array = name.startsWith('extra/') ? extra[name.slice(6)] : arrayOf(scene, name);
    const own = array instanceof BigInt64Array ? 'I64' : array instanceof Int32Array ? 'I32' : 'F32';
    if (own !== dtype) continue;
    if (bits(array) !== bits(data.subarray(...place))) throw new Error(`${kind}: ${name} is not what the file has`);
  }
}

function arrayOf(scene: Scene, name: string): ArrayBufferView {
  const [group, owner, slot] = name.split('/');
  if (group === 'iterations') return scene.optimizer.iterations.data;
  const variable = owner === 'w' ? scene.w : scene.b;
  return group === 'variables' ? variable.data : scene.optimizer.getSlot(variable, slot).data;
}
