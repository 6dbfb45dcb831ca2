/** The tables of docs/performance.md that are about this library alone: each block begins with where it comes from. */
import { OPTIMIZER } from '../dense.js';
import { digits, formatCount } from '../format.js';
import { type Figures, figuresOf, NONE, ratioText, sourceOf, table, timeText } from './figures.js';
import type { KeptRun } from './kept.js';
import { PROCESSORS } from './processors.js';

/** Makes the text of a block from all runs, the newest first. */
export type Block = (runs: readonly KeptRun[]) => string;

const SAME = 'applyGradients, same arrays';
const FRESH = 'applyGradients, fresh arrays';
const LOOP = 'JS doubles';
const MANY = '100 × 64';

/** The widest instruction set comes first: of those that ran it is what a user gets. */
const ISAS: readonly (readonly [contestant: string, name: string])[] = [
  ['avx512', 'AVX-512'],
  ['avx2', 'AVX2'],
  ['neon', 'NEON'],
];
export const widest = ({ run: { machine } }: Figures): string =>
  ISAS.find(([name]) => machine.isas.some((isa) => isa === name))?.[0] ?? 'portable';

const block = (figures: readonly Figures[], columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  `${sourceOf(figures)}\n\n${table(columns, rows)}`;

/** A row of the first table: what is stepped, and where that was measured. */
type Step = readonly [what: string, group: string, name: string, ours: string, loop: string];
const STEPS: readonly Step[] = [
  ['8 elements', 'small', '1 × 8', SAME, LOOP],
  ['100 variables of 64 elements', 'small', MANY, SAME, LOOP],
  ['the same, other gradient arrays each time', 'small', MANY, FRESH, LOOP],
  ['262,144 elements', 'dense', '256k', OPTIMIZER, LOOP],
  ['1M elements', 'dense', '1M', OPTIMIZER, LOOP],
  ['16M elements', 'dense', '16M', OPTIMIZER, LOOP],
  ['512 rows of 64, of a table of 10M rows', 'sparse', '512 rows', 'applyGradients of 10M', `${LOOP} of 10M`],
];

/** The table that matters: a hand-written loop and a step, on every processor of the same make. */
export const steps: Block = (runs) => {
  const shown = PROCESSORS.filter(({ name }) => name.startsWith('Zen'));
  const cell = ([, group, name, ours, loop]: Step, processor: string): string => {
    const figures = figuresOf(runs, group).find((one) => one.processor === processor);
    const [theirs, own] = [figures?.time(name, loop), figures?.time(name, ours)];
    if (figures === undefined || theirs === undefined || own === undefined) return NONE;
    // A race of rows names the table behind the contestant.
    const ratio = figures.named(name, `${LOOP} ÷ ${ours.replace(' of ', ', ')}`) ?? theirs / own;
    return `${timeText(theirs)} → ${timeText(own)}: ${ratio < 1 ? `**${ratioText(ratio)} ×**` : `${ratioText(ratio)} ×`}`;
  };
  const groups = [...new Set(STEPS.map(([, group]) => group))];
  const all = shown.flatMap(({ name }) =>
    groups.flatMap((group) => figuresOf(runs, group).filter(({ processor }) => processor === name)),
  );
  const measured = all.filter(({ run }, i) => all.findIndex((one) => one.run === run) === i);
  return block(
    measured,
    ['one step, one thread', ...shown.map(({ name }) => name)],
    STEPS.map((step) => [step[0], ...shown.map(({ name }) => cell(step, name))]),
  );
};

/** The targets that the newest whole run missed. */
export const missed: Block = (runs) => {
  const [newest] = runs.filter(({ targets, command }) => targets.length > 0 && !command.includes('--only'));
  const rows = newest.targets.filter(({ met }) => !met);
  const sign = { 'at most': '≤', 'at least': '≥', below: '<', above: '>' };
  const source = `${newest.processor}: ${newest.date.slice(0, 10)}, \`${newest.command}\``;
  return `${source}: of ${newest.targets.length} targets ${rows.length} are missed.\n\n${table(
    ['what', 'measured', 'target'],
    rows.map(({ what, measured, bound, sense, unit }) => {
      return [what, `${digits(measured)} ${unit}`, `${sign[sense]} ${bound} ${unit}`];
    }),
  )}`;
};

/** A table of our implementations for each processor. */
export const dense: Block = (runs) =>
  figuresOf(runs, 'dense')
    .map((figures) => {
      const wide = ISAS.filter(([contestant]) => figures.run.machine.isas.some((isa) => isa === contestant));
      const columns = [...wide, ['portable', 'portable'], ['js', 'TypeScript']];
      return block(
        [figures],
        ['elements', '`applyGradients`', ...columns.map(([, name]) => name)],
        figures
          .cases()
          .map((name) => [
            name,
            ...[OPTIMIZER, ...columns.map(([one]) => one)].map((one) => timeText(figures.time(name, one))),
          ]),
      );
    })
    .join('\n\n');

/** What steps are held to: loops by hand, and the bare traffic of memory. */
export const bounds: Block = (runs) =>
  figuresOf(runs, 'dense')
    .map((figures) => {
      const isa = widest(figures);
      const times = [LOOP, 'JS fround', `traffic ${isa}`];
      return block(
        [figures],
        ['elements', 'JS loop of doubles', 'JS loop of `Math.fround`', 'traffic', `${isa} ÷ traffic`],
        figures
          .cases()
          .map((name) => [
            name,
            ...times.map((one) => timeText(figures.time(name, one))),
            ratioText(figures.named(name, `${isa} ÷ traffic`)),
          ]),
      );
    })
    .join('\n\n');

/** One variable of a few floats, on the newest run that has them all. */
export const small: Block = (runs) => {
  const figures = figuresOf(runs, 'small').filter((one) => one.cases().includes('1 × 1'));
  return figures
    .map((one) =>
      block(
        [one],
        ['elements', '`applyGradients`', 'native work alone', 'JS loop of doubles', '`Math.fround`'],
        one
          .cases()
          .filter((name) => name.startsWith('1 × '))
          .map((name) => [
            name.slice('1 × '.length),
            ...[SAME, 'native work alone', LOOP, 'JS fround'].map((who) => timeText(one.time(name, who))),
          ]),
      ),
    )
    .join('\n\n');
};

/** A ratio on each processor, a row for each of some ratios. */
function ratioBlock(
  figures: readonly Figures[],
  head: string,
  rows: readonly (readonly [what: string, of: (one: Figures) => number | undefined])[],
): string {
  return block(
    figures,
    [head, ...figures.map(({ processor }) => processor)],
    rows.map(([what, of]) => [what, ...figures.map((one) => ratioText(of(one)))]),
  );
}

export const views: Block = (runs) => {
  const each = (kind: string) => (one: Figures) =>
    one.named('10k variables', `time of each, 10k ÷ 100, ${kind}`) ??
    one.target(`time per variable of views, 10k ÷ 100, ${kind}`);
  const own = (variables: string, kind: string) => (one: Figures) =>
    one.named(`${variables} variables`, `views ÷ own buffers, ${kind}`);
  return ratioBlock(figuresOf(runs, 'views'), 'variables of 64 floats', [
    ['100 views ÷ 100 buffers, same gradient arrays', own('100', 'same gradients')],
    ['the same, other gradient arrays each time', own('100', 'fresh gradients')],
    ['10,000 views ÷ 10,000 buffers, same arrays', own('10k', 'same gradients')],
    ['the same, other gradient arrays each time', own('10k', 'fresh gradients')],
    ['each of 10,000 views ÷ each of 100, same arrays', each('same gradients')],
    ['the same, other gradient arrays each time', each('fresh gradients')],
  ]);
};

export const sparse: Block = (runs) => {
  const figures = figuresOf(runs, 'sparse');
  const rows = ['512', '8192'].flatMap((count) => ['100k', '10M'].map((held) => [count, held] as const));
  return block(
    figures,
    [
      'rows',
      ...figures.flatMap(({ processor }) => [`${processor}: JS loop → \`applyGradients\``, `${processor}: ÷ traffic`]),
    ],
    rows.map(([count, held]) => [
      `${Number(count).toLocaleString('en')} of ${held}`,
      ...figures.flatMap((one) => {
        const [loop, ours] = [LOOP, 'applyGradients'].map((who) => one.time(`${count} rows`, `${who} of ${held}`));
        const traffic = one.ratio(`${count} rows`, `applyGradients of ${held}`, `traffic of ${held}`);
        return [ours === undefined ? NONE : `${timeText(loop)} → ${timeText(ours)}`, ratioText(traffic)];
      }),
    ]),
  );
};

export const async: Block = (runs) => {
  const [figures] = figuresOf(runs, 'async').filter((one) => one.cases().length > 0);
  return block(
    [figures],
    ['elements', '`applyGradients`', '`applyGradientsAsync`', 'ratio'],
    figures.cases().map((name) => {
      const [off, at] = ['applyGradientsAsync', 'applyGradients'].map((who) => figures.time(name, who));
      return [
        name,
        timeText(at),
        timeText(off),
        ratioText(figures.ratio(name, 'applyGradientsAsync', 'applyGradients')),
      ];
    }),
  );
};

const LARGE = [2 ** 16, 2 ** 17, 2 ** 18, 2 ** 20, 2 ** 22, 2 ** 24, 2 ** 26].map(formatCount);

/** How much faster two threads are than one. */
export const threads: Block = (runs) =>
  ratioBlock(
    figuresOf(runs, 'large').filter((one) => one.named('1M', '1 ÷ 2 threads') !== undefined),
    'elements: one thread ÷ two',
    LARGE.map((name) => [name, (one) => one.named(name, '1 ÷ 2 threads')]),
  );

export const bfloat16: Block = (runs) =>
  ratioBlock(
    figuresOf(runs, 'large').filter((one) => one.named('64k', 'float32 ÷ bfloat16, 1 thread') !== undefined),
    'elements: float32 slots ÷ bfloat16',
    ['1 thread', '2 threads'].flatMap((count) =>
      LARGE.map(
        (name) => [`${name}, ${count}`, (one: Figures) => one.named(name, `float32 ÷ bfloat16, ${count}`)] as const,
      ),
    ),
  );

export const guard: Block = (runs) =>
  ratioBlock(
    figuresOf(runs, 'guard'),
    'step that looks ÷ plain step',
    ['64k', '1M', '16M'].flatMap((size) =>
      ['1 thread', '2 threads'].map(
        (count) => [`${size}, ${count}`, (one: Figures) => one.named(`${size}, ${count}`, 'guarded ÷ plain')] as const,
      ),
    ),
  );

export const startup: Block = (runs) => {
  const figures = figuresOf(runs, 'startup');
  const rows = ['empty module', 'difference', 'difference of that'];
  const names = ['an empty process', "`import 'adamax'` adds", 'import and a first step add'];
  return block(
    figures,
    ['from start to exit', ...figures.map(({ processor }) => processor)],
    rows.map((row, i) => [names[i], ...figures.map((one) => timeText(one.time('process', row)))]),
  );
};

/** Gradients that have ended, and such as are subnormal themselves. */
export const zeros: Block = (runs) =>
  ratioBlock(figuresOf(runs, 'zeros'), 'a step of 4,096 elements', [
    ['g = 0: last 1,000 of 2,000 steps ÷ first 200', ended],
    ['g = 10⁻⁴¹ ÷ g = 0.1', (one) => one.named(widest(one), 'g = 1e-41 ÷ g = 0.1')],
    ['the same, portable C++', (one) => one.named('portable', 'g = 1e-41 ÷ g = 0.1')],
  ]);

const ended = (one: Figures): number | undefined => one.named(widest(one), 'last 1000 ÷ first 200 steps, g = 0');
