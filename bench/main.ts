/**
 * `npm run bench`: measures and prints, one group of measurements after another; within a group all contestants run
 * interleaved (measure.ts). `--page` makes docs/performance.md of runs that were kept (page/page.ts).
 */
import { writeFileSync } from 'node:fs';
import { setThreads, threads } from 'adamax/kernels';
import { checkAgreement } from './agreement.js';
import { offLoop } from './async.js';
import { drawChart } from './chart.js';
import { checkpoint } from './checkpoint.js';
import { readRun } from './compare.js';
import { dense } from './dense.js';
import { digest } from './digest.js';
import { distribute } from './distribute.js';
import type { GroupReport, Session } from './group.js';
import { guard } from './guard.js';
import { large } from './large.js';
import { machine } from './machine.js';
import { FULL, QUICK } from './measure.js';
import { type GroupName, HELP, type Options, parseOptions, UsageError } from './options.js';
import { keep, type PrintedRun, writeKept } from './page/kept.js';
import { writePage } from './page/page.js';
import { drawPeers } from './peers/chart.js';
import { peers } from './peers/peers.js';
import { places } from './places.js';
import { clearProgress, showProgress } from './progress.js';
import { formatComparison, formatGroup, formatHeader, formatTargets, isMet } from './report.js';
import { small } from './small.js';
import { sparse } from './sparse.js';
import { startup } from './startup.js';
import { tfjs } from './tfjs.js';
import { views } from './views.js';
import { zeros } from './zeros.js';

type Group = (session: Session) => GroupReport | Promise<GroupReport>;
const RUN: Record<GroupName, Group> = {
  dense,
  small,
  views,
  places,
  sparse,
  zeros,
  digest,
  checkpoint,
  guard,
  large,
  async: offLoop,
  startup,
  tfjs,
  distribute,
  peers,
};

/** Groups that are about threads; the others run on one. */
const MANY_THREADS: readonly GroupName[] = ['guard', 'large', 'async'];

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) process.stdout.write(HELP);
  else if (options.before !== null && options.after !== null) {
    process.stdout.write(formatComparison(readRun(options.before), readRun(options.after)));
  } else if (options.keep !== null || options.page) keepAndWrite(options);
  else await run(options, ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '));
}

/** Takes a run into bench/runs, and brings the page in step with what is there. */
function keepAndWrite({ keep: file, processor, page }: Options): void {
  const written = file === null ? [] : [writeKept(keepRun(file, processor))];
  if (page) written.push(...writePage());
  for (const path of written) process.stdout.write(`${path}\n`);
}

function keepRun(file: string, processor: string) {
  try {
    return keep(readRun(file, '--keep') as PrintedRun, processor);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}

async function run({ groups, quick, json, svg, svgPeers, before }: Options, command: string): Promise<void> {
  const earlier = before === null ? null : readRun(before);
  checkAgreement();
  const where = machine();
  const date = new Date().toISOString();
  const say = (text: string): void => {
    if (!json) process.stdout.write(text);
  };
  say(formatHeader(where, date, command));
  const session: Session = { quick, effort: quick ? QUICK : FULL, progress: showProgress };
  const all = threads();
  const reports: GroupReport[] = [];
  for (const name of groups) {
    globalThis.gc?.();
    setThreads(MANY_THREADS.includes(name) ? all : 1);
    const report = await RUN[name](session);
    clearProgress();
    say(formatGroup(report));
    reports.push(report);
  }
  const targets = reports.flatMap((report) => report.targets);
  say(formatTargets(targets));
  const results = reports.flatMap((report) => report.results);
  if (svg !== null) writeFileSync(svg, drawChart(results, `${where.cpu}, one thread, Node.js ${where.node}`));
  if (svgPeers !== null) writeFileSync(svgPeers, drawPeers(results, where.cpu));
  const whole = { machine: where, date, command, quick, results };
  if (earlier !== null) say(formatComparison(earlier, whole));
  if (json) {
    const ratios = reports.flatMap((report) => report.ratios);
    const judged = targets.map((target) => ({ ...target, met: isMet(target) }));
    process.stdout.write(`${JSON.stringify({ ...whole, ratios, targets: judged }, null, 2)}\n`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 2;
}
