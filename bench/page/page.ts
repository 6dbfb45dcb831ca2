/**
 * `npm run bench -- --page`: writes what docs/performance.md has between markers, and its charts, from the runs that are
 * kept in bench/runs. What stands outside the markers is written by hand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { denseChart, peersChart } from './charts.js';
import { type KeptRun, readKept } from './kept.js';
import { peers, versions } from './peers.js';
import {
  async,
  type Block,
  bfloat16,
  bounds,
  dense,
  guard,
  missed,
  small,
  sparse,
  startup,
  steps,
  threads,
  views,
  zeros,
} from './tables.js';

const BLOCKS: Readonly<Record<string, Block>> = {
  steps,
  missed,
  dense,
  bounds,
  small,
  views,
  sparse,
  async,
  threads,
  guard,
  bfloat16,
  startup,
  zeros,
  peers,
  versions,
};
const MARKED = /(<!-- bench: (\w+) -->\n)[\s\S]*?(<!-- \/bench -->)/g;

const fileOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const PAGE = 'docs/performance.md';

/**
 * The page with the tables of these runs in it.
 *
 * @throws RangeError where it has a marker that nothing is known of, or lacks one
 */
export function withTables(page: string, runs: readonly KeptRun[]): string {
  const seen = new Set<string>();
  const text = page.replace(MARKED, (_, open: string, name: string, close: string) => {
    if (!(name in BLOCKS)) throw new RangeError(`a marker of the page must name a table: received '${name}'`);
    seen.add(name);
    return `${open}\n${BLOCKS[name](runs)}\n\n${close}`;
  });
  const lacking = Object.keys(BLOCKS).filter((name) => !seen.has(name));
  if (lacking.length > 0) throw new RangeError(`the page must have all tables: it lacks ${lacking.join(', ')}`);
  return text;
}

/** What the files are to have in them, by their paths in the repository. */
export function pageFiles(runs: readonly KeptRun[] = readKept()): Map<string, string> {
  return new Map([
    [PAGE, withTables(readFileSync(fileOf(PAGE), 'utf8'), runs)],
    ['bench/dense.svg', denseChart(runs)],
    ['bench/peers.svg', peersChart(runs)],
  ]);
}

/** @returns the paths of the files that have changed */
export function writePage(): string[] {
  const changed = [...pageFiles()].filter(([path, text]) => readFileSync(fileOf(path), 'utf8') !== text);
  for (const [path, text] of changed) writeFileSync(fileOf(path), text);
  return changed.map(([path]) => path);
}
