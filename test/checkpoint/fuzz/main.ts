/**
 * `npm run fuzz:checkpoint`: loads spoilt files of saved states. Each must be refused with nothing changed, or be
 * loaded as its header says.
 *
 *   --files N    how many (default: 100,000)
 *   --seed N     what they follow from (default: another one each time)
 *   --only N     the file of this number again, and no other
 *
 * The exit status is 1 after a finding.
 */
import { parseArgs } from 'node:util';
import { tryFile } from './explore.js';

const { values: options } = parseArgs({
  options: { files: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const seed = Number(options.seed ?? Date.now() % 2 ** 32);
const first = Number(options.only ?? 0);
const end = options.only === undefined ? Number(options.files ?? 100_000) : first + 1;

const counts = new Map<string, number>();
const begin = Date.now();
console.log(`seed ${seed}: files ${first} to ${end - 1}`);
for (let number = first; number < end; number++) {
  try {
    const { kind, outcome } = tryFile(seed, number);
    counts.set(`${kind}: ${outcome}`, (counts.get(`${kind}: ${outcome}`) ?? 0) + 1);
  } catch (error) {
    console.log(`FOUND: npm run fuzz:checkpoint -- --seed ${seed} --only ${number}`, error);
    process.exitCode = 1;
    break;
  }
}
console.log(`${((Date.now() - begin) / 1000).toFixed(0)} s`);
for (const [what, count] of [...counts].sort()) console.log(`  ${what} ${count}`);
