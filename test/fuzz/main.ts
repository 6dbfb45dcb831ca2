/**
 * `npm run fuzz`: makes random calls, valid and not, on everything public, and holds each to a model of the package.
 *
 *   --calls N        how many calls (default: 100,000)
 *   --seconds N      or for how long
 *   --seed N         what the run follows from (default: another one each time)
 *   --isa NAME       one implementation in place of all in turns
 *   --world NAME     one world again, call by call; --only 1,2,3 makes only some of its calls
 *
 * The calls are made by a process of its own, so that a crash is a finding, too. The exit status is 1 after a finding.
 */
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Isa } from 'adamax/kernels';
import { explore, replay } from './explore.js';
import { originOf } from './origin.js';
import { Counts, describeFinding } from './report.js';
import { type Finding, runWorld } from './run-world.js';
import { shrunk } from './shrink.js';

const CHILD = 'ADAMAX_FUZZ_CHILD';
/** Where the process that makes the calls says which world it begins. */
const WORLDS = 3;
const SHRINKING = 10_000;

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    isa: { type: 'string' },
    world: { type: 'string' },
    only: { type: 'string' },
  },
});
const seed = Number(options.seed ?? Date.now() % 2 ** 32);

// Written at once, so that nothing is lost when the process dies.
const print = (line: string) => writeSync(1, `${line}\n`);

process.exitCode = process.env[CHILD] === undefined ? await watch() : await work();

/** Starts the process that makes the calls, and tells of the world in which it died. */
function watch(): Promise<number> {
  const args = [
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
    ...(options.seed ? [] : ['--seed', `${seed}`]),
  ];
  const env = { ...process.env, [CHILD]: '1' };
  const child = spawn(process.execPath, args, { env, stdio: ['inherit', 'inherit', 'inherit', 'pipe'] });
  let world = '';
  child.stdio[WORLDS]?.on('data', (data: Buffer) => {
    world = data.toString().trimEnd().split('\n').pop() ?? world;
  });
  return new Promise((resolve) => {
    child.on('close', (status, signal) => {
      if (status !== 0 && status !== 1) {
        print(`the process died (${signal ?? status}) in world ${world}, of seed ${seed}`);
        print(`replay: npm run fuzz -- --world ${world}`);
      }
      resolve(status === 0 ? 0 : 1);
    });
  });
}

async function work(): Promise<number> {
  // Warnings are what some of the calls are to give.
  process.removeAllListeners('warning');
  const counts = new Counts();
  const finding = options.world === undefined ? await exploreAll(counts) : await replayOne(options.world, counts);
  print(String(counts));
  if (finding === null) return 0;
  print(`\nFOUND after ${counts.total} calls of seed ${seed}:`);
  print(describeFinding(finding, await shrunk(finding, SHRINKING)));
  return 1;
}

function exploreAll(counts: Counts): Promise<Finding | null> {
  const seconds = options.seconds === undefined ? Number.POSITIVE_INFINITY : Number(options.seconds);
  const most =
    options.calls === undefined && options.seconds === undefined ? 100_000 : Number(options.calls ?? 'Infinity');
  print(`seed ${seed}: ${most} calls, ${seconds} s`);
  const goesOn = (calls: number) => {
    counts.progress(print);
    return calls < most && counts.seconds < seconds;
  };
  const begin = (name: string) => writeSync(WORLDS, `${name}\n`);
  return explore({ seed, isa: options.isa as Isa | undefined, goesOn, begin }, counts);
}

function replayOne(name: string, counts: Counts): Promise<Finding | null> {
  const origin = originOf(name);
  if (origin === null) throw new Error(`the implementation of world ${name} is not available here`);
  if (options.only === undefined) return replay(name, counts, print);
  return runWorld(origin, options.only.split(',').map(Number), counts, print);
}
