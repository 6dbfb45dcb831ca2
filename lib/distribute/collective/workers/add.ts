import { backend } from '../../../backend/choose-backend.js';
import { sgdRule } from '../../../optimizers/sgd-rule.js';

/** a − (−1)·b has the bits of a + b, those of zeros and infinities included: so the rule adds, by vectors. */
const MINUS_ONE = new Float32Array([-1]);

/** Elements that are summed at a time where there are sums of sums, so that those stay in the second-level cache. */
const CHUNK = 16_384;

/** One sum that is open at a time for each binary digit of the number of parts, and one that is under way. */
const scratch: Float32Array[] = [];

/**
 * `to` gets the sum of `parts` in the order of pairwise.ts, by the implementation that runs. All have the same length,
 * and `to` is apart from them.
 */
export function addParts(parts: readonly Float32Array[], to: Float32Array): void {
  if (parts.length === 1) {
    to.set(parts[0]);
  } else if (parts.length === 2) {
    add(parts[0], parts[1], to);
  } else {
    for (let begin = 0; begin < to.length; begin += CHUNK) {
      const end = Math.min(begin + CHUNK, to.length);
      addTree(
        parts.map((part) => part.subarray(begin, end)),
        to.subarray(begin, end),
      );
    }
  }
}

/** A binary counter, as pairwise.ts has it: `parts` are two at least. */
function addTree(parts: readonly Float32Array[], to: Float32Array): void {
  const open: Float32Array[] = [];
  parts.forEach((part, i) => {
    let sum = part;
    for (let carry = i; carry % 2 === 1; carry = (carry - 1) / 2) sum = joined(sum, i === parts.length - 1);
    open.push(sum);
  });
  let total = open.pop() as Float32Array;
  while (open.length > 0) total = joined(total, true);

  /** The last open sum and what stands to the right of it: in `to` where it is all, else where no other open sum is. */
  function joined(right: Float32Array, isLast: boolean): Float32Array {
    const left = open.pop() as Float32Array;
    const depth = open.length;
    if (depth > 0 || !isLast) scratch[depth] ??= new Float32Array(CHUNK);
    const sum = depth === 0 && isLast ? to : scratch[depth].subarray(0, to.length);
    add(left, right, sum);
    return sum;
  }
}

function add(left: Float32Array, right: Float32Array, sum: Float32Array): void {
  backend().dense(sgdRule, MINUS_ONE, left, [], right, sum);
}
