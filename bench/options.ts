/** The command line. */
import { parseArgs } from 'node:util';

export const GROUPS = [
  'dense',
  'small',
  'views',
  'places',
  'sparse',
  'zeros',
  'digest',
  'checkpoint',
  'guard',
  'large',
  'async',
  'startup',
  'tfjs',
  'distribute',
  'peers',
] as const;
/** Groups that a run leaves out which names none: others have to be loaded for them. */
const ON_DEMAND: readonly string[] = ['tfjs', 'distribute', 'peers'];
export type GroupName = (typeof GROUPS)[number];

export interface Options {
  readonly groups: readonly GroupName[];
  readonly quick: boolean;
  readonly json: boolean;
  readonly help: boolean;
  /** Where the chart goes. */
  readonly svg: string | null;
  /** Where the chart of the other libraries goes. */
  readonly svgPeers: string | null;
  /** An earlier run, as JSON. */
  readonly before: string | null;
  /** What it is compared with in place of a run now. */
  readonly after: string | null;
  /** A run, as JSON, to be kept in bench/runs. */
  readonly keep: string | null;
  /** The processor that it is from: a column of docs/performance.md. */
  readonly processor: string;
  /** Whether docs/performance.md is to be written from the runs that are kept. */
  readonly page: boolean;
}

export const HELP = `Usage: npm run bench -- [options]

Times adamax against hand-written JavaScript loops, against the bare memory traffic of a step and against its native work
alone, on this machine.

  --only <group>  run one group (may be repeated): ${GROUPS.join(', ')}
  --quick         a smoke test of half a minute (peers: three minutes): fewer sizes, rough numbers
  --json          print JSON and nothing else (npm run --silent bench -- --json)
  --svg <file>    also draw the dense group as a chart
  --peers         also run the group peers: other libraries (node bench/peers/setup.mjs installs them)
  --svg-peers <file>
                  also draw that group as a chart
  --compare <file> [file]
                  also compare with an earlier run that --json has printed; two files are compared without a run
                  what moved by more than the noise of both comes first
  --keep <file> --processor <name>
                  keep in bench/runs what --json has printed; <name> is a column of docs/performance.md
  --page          write the tables and charts of docs/performance.md from the runs in bench/runs, without a run
  --help          print this

Close other programs first. All contestants run in turn, round after round; numbers are medians, ratios are medians of
ratios within a round. ADAMAX_ISA=js measures without the native addon.
`;

/** A mistake on the command line: one line for the user. */
export class UsageError extends Error {}

export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const only = values.only ?? [];
  for (const name of only) {
    if (!isGroup(name)) throw new UsageError(`--only must be one of ${GROUPS.join(', ')}: received '${name}'`);
  }
  const groups = GROUPS.filter((name) => {
    if (name === 'peers' && values.peers) return true;
    return only.length === 0 ? !ON_DEMAND.includes(name) : only.includes(name);
  });
  const svg = values.svg ?? null;
  if (svg !== null && !groups.includes('dense')) throw new UsageError('--svg needs the group dense');
  const svgPeers = values['svg-peers'] ?? null;
  if (svgPeers !== null && !groups.includes('peers')) throw new UsageError('--svg-peers needs the group peers');
  const { quick = false, json = false, help = false } = values;
  const before = values.compare ?? null;
  const [after = null, extra] = positionals;
  const stray = before === null ? after : extra;
  if (stray !== null && stray !== undefined) throw new UsageError(`unexpected argument '${stray}'`);
  if (before !== null && json) throw new UsageError('--compare prints tables, so it must be without --json');
  const { keep = null, processor = '', page = false } = values;
  if ((keep !== null) !== (processor !== '')) throw new UsageError('--keep and --processor need each other');
  return { groups, quick, json, help, svg, svgPeers, before, after, keep, processor, page };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: 'string', multiple: true },
        quick: { type: 'boolean' },
        json: { type: 'boolean' },
        svg: { type: 'string' },
        peers: { type: 'boolean' },
        'svg-peers': { type: 'string' },
        compare: { type: 'string' },
        keep: { type: 'string' },
        processor: { type: 'string' },
        page: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [sentence] = error.message.split(/\. |\n/); // Node goes on to explain its syntax
    throw new UsageError(`${sentence} (--help lists the options)`);
  }
}

function isGroup(name: string): name is GroupName {
  return (GROUPS as readonly string[]).includes(name);
}
