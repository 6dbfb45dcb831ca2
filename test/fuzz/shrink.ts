/** Makes a finding smaller: drops calls of its world as long as it stays. */
import type { Finding } from './run-world.js';
import { runWorld } from './run-world.js';

const SILENT = { count: () => {} };

/** What a finding is known again by: the numbers in it may change. */
const signature = ({ kind, message }: Finding) => `${kind} ${message.split('\n')[0].replace(/[\d.e+-]+/g, '#')}`;

export async function shrunk(finding: Finding, milliseconds: number): Promise<Finding> {
  const end = Date.now() + milliseconds;
  let best = finding;
  for (let size = Math.ceil(best.made.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.made.length; ) {
      if (Date.now() > end) return best;
      const numbers = best.made.filter((_, i) => i < at || i >= at + size);
      const again = await runWorld(best.origin, numbers, SILENT);
      if (again !== null && signature(again) === signature(finding)) best = again;
      else at += size;
    }
  }
  return best;
}
