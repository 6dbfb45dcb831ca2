/** Launches programs of this folder as replicas, and reads what each reports. */
import { launch } from '#internals';

export type Report = Record<string, unknown>;

/** What a program finds as its `workerData`. */
export interface Data {
  /** A place of `ROOM` bytes for each replica. */
  readonly reports: SharedArrayBuffer;
  readonly [name: string]: unknown;
}

const ROOM = 65_536;

/** Leaves `value` for whoever launched: once in a replica. */
export function report(data: Data, rank: number, value: Report): void {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  new Uint8Array(data.reports, rank * ROOM + 4, bytes.length).set(bytes);
  new Int32Array(data.reports, rank * ROOM, 1)[0] = bytes.length;
}

export interface Launched {
  /** By replica; undefined of one that has left none. */
  readonly reports: readonly (Report | undefined)[];
  /** What the launch was rejected with. */
  readonly error: unknown;
}

/**
 * @param name - of a program of this folder
 * @param data - what it is told
 * @param options - of the launch
 */
export async function launched(
  name: string,
  replicas: number,
  data: object = {},
  options: { worker?: object; timeoutSeconds?: number; signal?: AbortSignal } = {},
): Promise<Launched> {
  const reports = new SharedArrayBuffer(replicas * ROOM);
  const script = new URL(`programs/${name}`, import.meta.url);
  let error: unknown;
  try {
    const worker = { ...options.worker, workerData: { ...data, reports } };
    await launch(script, { timeoutSeconds: 20, ...options, replicas, worker });
  } catch (reason) {
    error = reason;
  }
  const read = (rank: number): Report | undefined => {
    const length = new Int32Array(reports, rank * ROOM, 1)[0];
    const bytes = new Uint8Array(reports, rank * ROOM + 4, length).slice();
    return length === 0 ? undefined : JSON.parse(new TextDecoder().decode(bytes));
  };
  return { reports: Array.from({ length: replicas }, (_, rank) => read(rank)), error };
}

const POWERS = [0.001, 0.01, 0.1, 1, 10, 100, 1000, 10_000];

/** By replica, as long as was asked for so far. */
const inputs: Float32Array[] = [];

/** What replica `rank` brings: of several magnitudes and signs, so that the order of sums shows. */
export function input(rank: number, length: number): Float32Array {
  if (inputs[rank] === undefined || inputs[rank].length < length) {
    inputs[rank] = new Float32Array(length);
    for (let i = 0; i < length; i++) {
      const mixed = Math.imul((i + 1) ^ (rank * 0x9e3779b9), 0x85ebca6b);
      inputs[rank][i] = ((mixed >>> 8) / 2 ** 24 - 0.5) * POWERS[mixed & 7];
    }
  }
  return inputs[rank].slice(0, length);
}

/** Sums in the order of the numeric contract, as it is defined: by halves, not by a counter. */
export function treeSums(arrays: readonly Float32Array[]): Float32Array {
  if (arrays.length === 1) return arrays[0];
  let left = 1;
  while (2 * left < arrays.length) left *= 2;
  const [a, b] = [treeSums(arrays.slice(0, left)), treeSums(arrays.slice(left))];
  return a.map((element, i) => Math.fround(element + b[i]));
}

/** Where `actual` has other bits first; undefined where nowhere. */
export function firstDifference(actual: Float32Array, expected: Float32Array): string | undefined {
  if (actual.length !== expected.length) return `length ${actual.length}, not ${expected.length}`;
  const [a, b] = [actual, expected].map((array) => new Int32Array(array.slice().buffer));
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at === a.length ? undefined : `${actual[at]} at ${at}, not ${expected[at]}`;
}
