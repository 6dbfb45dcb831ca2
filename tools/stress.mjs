/**
 * What takes too long for the tests: `npm run stress`, on the fallback and on the best implementation. Ends with 1
 * where a run fails.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tests = fileURLToPath(new URL('../out/test/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'adamax-stress-'));
const journal = join(folder, 'journal');

/** A leak of 40 bytes a step, or 400 an optimizer, is more; what V8 takes for its young generation is less. */
const MOST_MEGABYTES = 40;

function run(script, args, isa) {
  const env = { ...process.env, ...(isa !== '' && { ADAMAX_ISA: isa }) };
  const result = spawnSync(process.execPath, [join(tests, script), ...args], { encoding: 'utf8', env });
  return { ...result, died: result.status !== 0 || result.stderr !== '' };
}

function report(title, failed, text) {
  if (failed) process.exitCode = 1;
  console.log(`${failed ? 'FAILED' : 'passed'}: ${title}: ${text}`);
}

for (const isa of ['', 'js']) {
  const on = isa === '' ? 'the best implementation' : 'the fallback';
  const workers = run('processes/terminate.js', ['500'], isa);
  report(
    `500 workers terminated on ${on}`,
    workers.died,
    `${workers.stdout} ended ${workers.signal ?? ''}${workers.stderr}`,
  );
  const steady = run('processes/steady.js', ['1'], isa);
  const grown = steady.died ? [steady.stderr] : Object.entries(JSON.parse(steady.stdout));
  report(
    `memory on ${on}`,
    steady.died || grown.some(([, { resident, external }]) => resident > MOST_MEGABYTES || external > 1),
    JSON.stringify(grown),
  );
  const sweep = run('attacks/sweep.js', ['all', journal], isa);
  if (sweep.died) {
    report(`attacks on ${on}`, true, `died of ${readFileSync(journal, 'utf8').trim()} ${sweep.stderr}`);
  } else {
    const { attacks, faults } = JSON.parse(sweep.stdout);
    report(`attacks on ${on}`, faults.length > 0, [`${attacks} of them`, ...faults].join('\n'));
  }
  const large = run('checkpoint/large.js', [], isa);
  const failed = large.died || JSON.parse(large.stdout).megabytes > MOST_MEGABYTES;
  report(`a saved state of 5 GB on ${on}`, failed, large.stdout.trim() + large.stderr);
}
rmSync(folder, { recursive: true, force: true });
