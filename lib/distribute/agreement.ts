import { replicaError } from '../arguments/errors.js';
import type { Failure } from '../step/outcome.js';
import type { Claim, ClaimPart } from './claims.js';
import type { Collective } from './collective/collective.js';
import type { Exchanges } from './collective/exchanges.js';
import { evenBorders, gatherNumbers } from './collective/gather-numbers.js';
import { Hash } from './steps/hash.js';

/** What is about to be done together, and what must be agreed on before. */
export interface Topic {
  /** Completes "in …": `a step of 'adamax'`. */
  readonly task: string;
  readonly claims: readonly Claim[];
  /** A number for the others to know, which need not be the same. Default: 0. */
  readonly note?: number;
}

/** Numbers that each replica says: what is done, whether it failed, its note, and its claims. */
const WORDS = 16;
const [TASK, FAILED, NOTE, CLAIMS] = [0, 1, 2, 3];
/** Bytes of UTF-8 that a replica has for its side of a disagreement. */
const TEXT = 400;

/**
 * Compares what all replicas are about to do, before anything else is exchanged. Where they do not agree, or one of them
 * cannot go on, every one of them throws; each has the same message, but one that all of them have an own reason for.
 * @param failure - why this replica cannot go on, or null
 * @returns the notes of all replicas
 * @throws Error `ERR_ADAMAX_REPLICA`; `failure.error` itself, where all replicas have failed
 */
export function* agree(
  collective: Collective,
  { task, claims, note = 0 }: Topic,
  failure: Failure | null,
): Exchanges<readonly number[]> {
  const { rank, size } = collective;
  const own = new Float64Array(WORDS);
  own[TASK] = new Hash().addText(task).value;
  own[FAILED] = failure === null ? 0 : 1;
  if (failure === null) {
    own[NOTE] = note;
    claims.forEach(({ value }, i) => {
      own[CLAIMS + i] = value;
    });
  }
  const words = yield* gatherNumbers(collective, own);
  const failed = ranks(size).filter((r) => words[r * WORDS + FAILED] !== 0);
  const differing = failed.length > 0 ? FAILED : firstDifference(words, size);
  if (failed.length === 0 && differing === -1) return ranks(size).map((r) => words[r * WORDS + NOTE]);

  const claim = differing < CLAIMS ? undefined : claims[differing - CLAIMS];
  const other = ranks(size).find((r) => !Object.is(words[r * WORDS + differing], words[differing])) ?? 0;
  const difference = claim?.parts && (yield* differenceIn(collective, other, claim.parts()));
  const text =
    failure !== null ? textOfError(failure.error) : (difference ?? claim?.shown?.() ?? String(claim?.value ?? task));
  const texts = yield* gatherTexts(rank, size, differing === TASK ? task : text);
  if (failed.length === size) throw failure?.error;
  if (failed.length > 0) {
    const received = `an error of replica ${failed[0]}: ${texts[failed[0]]}`;
    throw replicaError(`every replica must be able to take part in ${task}: received ${received}`, failure?.error);
  }
  const about = differing === TASK ? 'what they do next' : `${claim?.about} in ${task}`;
  throw replicaError(
    `replicas must agree on ${about}: received ${texts[0]} of replica 0, and ${texts[other]} of replica ${other}`,
  );
}

/** What a body returns, or why it did not. */
export function tried<T>(body: () => T): { readonly read: T | null; readonly failure: Failure | null } {
  try {
    return { read: body(), failure: null };
  } catch (error) {
    return { read: null, failure: { error } };
  }
}

/** Numbers of all replicas. */
export function ranks(size: number): number[] {
  return Array.from({ length: size }, (_, r) => r);
}

function firstDifference(words: Float64Array, size: number): number {
  for (let word = 0; word < WORDS; word++) {
    if (word === NOTE) continue;
    for (let r = 1; r < size; r++) if (!Object.is(words[r * WORDS + word], words[word])) return word;
  }
  return -1;
}

/** What this replica says of the first part that another has otherwise than replica 0; of all, where it has more or fewer. */
function* differenceIn(collective: Collective, other: number, parts: readonly ClaimPart[]): Exchanges<string> {
  const own = parts.map(({ value }) => value);
  const counts = yield* gatherNumbers(collective, [own.length]);
  const isAlike = counts.every((count) => count === own.length);
  const values = isAlike ? yield* gatherNumbers(collective, own) : null;
  const part = parts.find((_, i) => values !== null && !Object.is(values[i], values[other * own.length + i]));
  return part ? `${part.shown} for ${part.label}` : parts.map(({ shown }) => shown).join(', ') || 'none';
}

function* gatherTexts(rank: number, size: number, text: string): Exchanges<string[]> {
  const bytes = new Uint8Array(size * TEXT);
  new TextEncoder().encodeInto(text, bytes.subarray(rank * TEXT, (rank + 1) * TEXT));
  yield [{ kind: 'gather', bytes, borders: evenBorders(size, TEXT) }];
  const decoder = new TextDecoder();
  return ranks(size).map((r) => {
    const part = bytes.subarray(r * TEXT, (r + 1) * TEXT);
    const end = part.indexOf(0);
    return decoder.decode(end < 0 ? part : part.subarray(0, end));
  });
}

function textOfError(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'an error that says nothing';
  }
}
