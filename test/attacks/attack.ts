/** One attack on one call: a property is replaced, and when it is used the memory of an array goes. */
import { types } from 'node:util';
import type { Call, Place } from './calls.js';
import type { Property } from './properties.js';
import type { Ground } from './strikes.js';

const { isPromise } = types;

/** Memory that has gone is filled with this: whoever still reads it computes with nonsense. */
const GONE = 0xa5;

/** Where the bytes of an array lay when the call began. */
interface Spot {
  readonly buffer: ArrayBuffer;
  readonly offset: number;
  readonly length: number;
}

/** What a call can change: its arrays, and the rest of the state. */
interface Snapshot {
  readonly bytes: readonly string[];
  readonly state: readonly string[];
}

/** What a call did. */
export interface Outcome extends Snapshot {
  /** How often the property was used. */
  readonly uses: number;
  readonly error: unknown;
  /** What was returned. */
  readonly result: string;
  readonly before: Snapshot;
  /** Whether memory that had gone was written. */
  readonly wroteGone: boolean;
}

/** The names of variables that were given none depend on how many there were before. */
const nameless = (text: string) => text.replace(/Variable(_\d+)?/g, 'Variable');

/**
 * @param replaced - the properties that are replaced during the call
 * @param use - at which use of them the memory goes; 0 for never
 * @param victim - the array whose memory that is, by its place in the list of the call
 */
export async function attack(
  make: (place: Place) => Call,
  ground: Ground,
  replaced: readonly Property[],
  use: number,
  victim: number,
): Promise<Outcome> {
  const call = make((...numbers) => ground.put(numbers));
  const spots = call.arrays.map(({ buffer, byteOffset: offset, byteLength: length }): Spot => {
    return { buffer: buffer as ArrayBuffer, offset, length };
  });
  const target = spots[victim]?.buffer;
  let gone: { readonly memory: Buffer; readonly bytes: readonly string[] } | undefined;
  const bytesOf = (i: number) => {
    const { buffer, offset, length } = spots[i];
    if (gone !== undefined && buffer === target) return gone.bytes[i];
    return Buffer.from(buffer, offset, length).toString('hex');
  };
  const snapshot = (): Snapshot => ({ bytes: spots.map((_, i) => bytesOf(i)), state: call.state().map(nameless) });
  let watching = false;
  let uses = 0;
  const tick = () => {
    if (!watching || ++uses !== use) return;
    watching = false;
    const bytes = spots.map((_, i) => bytesOf(i));
    gone = { memory: Buffer.from(ground.take(target)), bytes };
    gone.memory.fill(GONE);
    watching = true;
  };
  const before = snapshot();
  let [error, returned]: unknown[] = [];
  for (let i = 0; i < replaced.length; i++) replaced[i].replace(tick);
  try {
    watching = true;
    returned = call.run();
    if (isPromise(returned)) returned = await returned;
  } catch (thrown) {
    error = thrown;
  } finally {
    watching = false;
    for (let i = 0; i < replaced.length; i++) replaced[i].restore();
  }
  const wroteGone = gone?.memory.some((byte) => byte !== GONE) ?? false;
  return { ...snapshot(), uses, error, result: nameless(JSON.stringify([returned])), before, wroteGone };
}

/** What is wrong about an outcome; null where nothing is. @param expected - the same call, left in peace */
export function faultOf(outcome: Outcome, expected: Outcome): string | null {
  const { error, before } = outcome;
  if (outcome.wroteGone) return 'wrote memory that had gone';
  if (error === undefined) {
    if (outcome.result !== expected.result) return `returned ${outcome.result} and not ${expected.result}`;
    const difference = differenceOf(outcome, expected);
    return difference === null ? null : `succeeded, with ${difference}`;
  }
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string' || !code.startsWith('ERR_ADAMAX_')) return `threw ${(error as Error)?.stack ?? error}`;
  const difference = differenceOf(outcome, before);
  return difference === null ? null : `threw ${code}, with ${difference}`;
}

function differenceOf({ bytes, state }: Snapshot, expected: Snapshot): string | null {
  const array = bytes.findIndex((text, i) => text !== expected.bytes[i]);
  if (array >= 0) return `other numbers in array ${array}`;
  const isSame = state.length === expected.state.length && state.every((text, i) => expected.state[i].startsWith(text));
  return isSame ? null : `state ${state} and not ${expected.state}`;
}
