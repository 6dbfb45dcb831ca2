import { checkAttached } from '../arguments/arrays.js';
import { byName } from '../state/labels.js';
import type { Failure } from '../step/outcome.js';
import { type AnyVariable, memoryOf, type Variable } from '../variables/variable.js';
import { agree, tried } from './agreement.js';
import type { Collective } from './collective/collective.js';
import { agreed, type Exchanges } from './collective/exchanges.js';
import { bytesOf } from './steps/slices.js';
import { variablesClaim } from './steps/step-topic.js';

/**
 * Gives all replicas the numbers that variables have in one of them.
 * @param task - what messages call this
 * @param failure - why this replica cannot take part, or null
 */
export function* broadcast(
  collective: Collective,
  task: string,
  variables: readonly AnyVariable[],
  root: number,
  failure: Failure | null,
): Exchanges<void> {
  const claims = [
    { about: 'how many variables there are', value: variables.length },
    variablesClaim(variables as readonly Variable[], byName),
    { about: 'which replica the numbers come from', value: root },
  ];
  yield* agree(collective, { task, claims }, failure ?? whoseMemoryHasGone(variables));
  if (variables.length > 0) yield* agreed(collective, task, handingOver(collective, variables, root));
}

/** A replica without the memory would exchange less than the others. */
function whoseMemoryHasGone(variables: readonly AnyVariable[]): Failure | null {
  return tried(() => {
    variables.forEach((variable, i) => {
      checkAttached(`variables[${i}]`, memoryOf(variable as Variable));
    });
  }).failure;
}

function* handingOver(collective: Collective, variables: readonly AnyVariable[], root: number): Exchanges<void> {
  const bad = whoseMemoryHasGone(variables);
  if (bad !== null) throw bad.error;
  yield variables.map((variable) => {
    const bytes = bytesOf(memoryOf(variable as Variable));
    const borders = Array.from({ length: collective.size + 1 }, (_, r) => (r <= root ? 0 : bytes.length));
    return { kind: 'gather', bytes, borders };
  });
}
