import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseOptions, UsageError } from '../../bench/options.js';
import { figuresOf, ratioText, timeText } from '../../bench/page/figures.js';
import { fileNameOf, formatKept, type KeptRun, keep, type PrintedRun, RUNS, readKept } from '../../bench/page/kept.js';
import { pageFiles, withTables } from '../../bench/page/page.js';
import { SHOWN } from '../../bench/page/peers.js';
import { missed, steps } from '../../bench/page/tables.js';
import { root } from '../support/process.js';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** A run of one race, by hand. */
function runOf(processor: string, date: string, times: Record<string, number>): KeptRun {
  return {
    processor,
    machine: { cpu: 'AMD EPYC', cores: 2, node: 'v20', isas: ['js'] },
    date,
    command: 'npm run bench',
    quick: false,
    results: Object.entries(times).map(([contestant, median]) => {
      return { group: 'small', case: '1 × 8', contestant, ns: { median } };
    }),
    ratios: [],
    targets: [],
  };
}
const OURS = 'applyGradients, same arrays';

describe('docs/performance.md', () => {
  it('and its charts are in step with the runs that are kept (npm run bench -- --page)', () => {
    for (const [path, text] of pageFiles()) expect(read(path), path).to.equal(text);
  });

  it('has tables that fit a phone, and no more words than one reads', () => {
    const lines = read('docs/performance.md').split('\n');
    const rows = lines.filter((line) => line.startsWith('|'));
    expect(rows.length).to.be.above(100);
    expect(rows.filter((row) => row.split('|').length - 2 > 6)).to.deep.equal([]);
    const prose = lines.filter((line) => !/^(\||<!--)/.test(line)).join(' ');
    expect(prose.split(/\s+/).length).to.be.at.most(1800);
  });

  it('names the versions that the race installs', () => {
    const pinned = read('bench/peers/setup.mjs');
    for (const one of SHOWN.flatMap(({ versions }) => versions.split(', ')).filter((text) => text !== 'none')) {
      const [name, version] = one.split(' ');
      const shape = new RegExp(`'${name}(\\[cpu\\])?(==|@)${version.replaceAll('.', '\\.')}'`);
      expect(pinned, one).to.match(shape);
    }
  });

  it('has each table between markers, and none that nothing is known of', () => {
    const page = read('docs/performance.md');
    expect(() => withTables(page.replace('bench: steps', 'bench: others'), readKept())).to.throw(
      RangeError,
      "received 'others'",
    );
    expect(() => withTables('', readKept())).to.throw(RangeError, 'lacks steps, missed');
  });

  it('sets the newest run of each processor beside the others, and says where the loop wins', () => {
    const runs = [
      runOf('Zen 3', '2026-03-01', { [OURS]: 400, 'JS doubles': 100 }),
      runOf('Zen 4', '2026-02-01', { [OURS]: 100, 'JS doubles': 2500 }),
      runOf('Zen 3', '2026-01-01', { [OURS]: 1, 'JS doubles': 1 }),
    ];
    const [row] = steps(runs).match(/^\| 8 elements .*$/m) ?? [];
    expect(row?.split(/ *\| */)).to.deep.equal([
      '',
      '8 elements',
      '2.5 µs → 100 ns: 25 ×',
      '100 ns → 400 ns: **0.25 ×**',
      '–',
      '',
    ]);
    expect(steps(runs).split('\n')[0]).to.equal(
      'Zen 4: 2026-02-01, `npm run bench`; Zen 3: 2026-03-01, `npm run bench`.',
    );
    expect(figuresOf(runs, 'small').map(({ run }) => run.date)).to.deep.equal(['2026-02-01', '2026-03-01']);
  });

  it('takes ratios within rounds before those of medians, and lists what is missed', () => {
    const run = runOf('Zen 4', '2026-02-01', { a: 100, b: 50 });
    const ratios = [{ group: 'small', case: '1 × 8', name: 'b ÷ a', value: { median: 0.6 } }];
    const target = { bound: 2, sense: 'at most' as const, unit: '×' };
    const targets = [
      { what: 'kept', measured: 1, met: true, ...target },
      { what: 'late', measured: 2.5, met: false, ...target },
    ];
    const [figures] = figuresOf([{ ...run, ratios }], 'small');
    expect([figures.ratio('1 × 8', 'a', 'b'), figures.ratio('1 × 8', 'b', 'a')]).to.deep.equal([2, 0.6]);
    expect(figures.ratio('1 × 8', 'a', 'c')).to.equal(undefined);
    const part = { ...run, targets: [targets[1]], date: '2026-03-01', command: 'npm run bench -- --only small' };
    expect(missed([part, { ...run, targets }])).to.match(
      /of 2 targets 1 are missed\.\n\n.*\n.*\n\| late \| 2\.50 × +\| ≤ 2 × +\|$/,
    );
  });

  it('shows no digits that a figure never had', () => {
    expect([3.8e6, 71e6, 10.2e6, 470e3, 100, 1.05e3].map(timeText)).to.deep.equal([
      '3.8 ms',
      '71 ms',
      '10.2 ms',
      '470 µs',
      '100 ns',
      '1.05 µs',
    ]);
    expect([1, 19.44, 0.9, 0.555, 3816, 100].map(ratioText)).to.deep.equal(['1', '19.4', '0.9', '0.56', '3816', '100']);
    expect([timeText(undefined), ratioText(undefined)]).to.deep.equal(['–', '–']);
  });
});

describe('bench/runs', () => {
  const printed = {
    machine: {
      cpu: 'AMD EPYC',
      cores: 2,
      memory: '24.7 GB free',
      system: 'linux 6.18 x64',
      node: 'v20',
      isas: ['js', 'avx2'],
    },
    date: '2026-11-27T16:31:17.382Z',
    command: 'npm run bench -- --json',
    quick: false,
    results: [
      {
        group: 'small',
        case: '1 × 8',
        contestant: 'JS doubles',
        ns: { low: 99.99999, median: 108.94321, high: 123456.7 },
        rounds: 151,
        elements: 8,
        nsPerElement: 13.6,
      },
    ],
    ratios: [{ group: 'small', case: '1 × 8', name: 'a ÷ b', value: { low: 1, median: 1 / 3, high: 2 } }],
    targets: [
      { what: 'late', measured: 1.23456, bound: 1, sense: 'at most', unit: '×', met: false, remark: 'on linux 6.18' },
    ],
  };

  it('keep four digits, and of the machine its processor', () => {
    const run = keep(printed as unknown as PrintedRun, 'Zen 3');
    expect(run).to.deep.equal({
      processor: 'Zen 3',
      machine: { cpu: 'AMD EPYC', cores: 2, node: 'v20', isas: ['js', 'avx2'] },
      date: printed.date,
      command: printed.command,
      quick: false,
      results: [
        { group: 'small', case: '1 × 8', contestant: 'JS doubles', ns: { low: 100, median: 108.9, high: 123500 } },
      ],
      ratios: [{ group: 'small', case: '1 × 8', name: 'a ÷ b', value: { low: 1, median: 0.3333, high: 2 } }],
      targets: [{ what: 'late', measured: 1.235, bound: 1, sense: 'at most', unit: '×', met: false }],
    });
    expect(() => keep(printed as unknown as PrintedRun, 'Zen 2')).to.throw(RangeError, "received 'Zen 2'");
  });

  it('are named by their date, processor and groups', () => {
    const name = (command: string) => fileNameOf({ date: printed.date, processor: 'Zen 3', command });
    expect(name('npm run bench -- --json')).to.equal('2026-11-27-zen-3.json');
    expect(name('npm run bench -- --only views --only guard --json')).to.equal('2026-11-27-zen-3-views-guard.json');
    expect(name('npm run bench -- --peers')).to.equal('2026-11-27-zen-3-peers.json');
  });

  it('are small, and written as the bench writes them', () => {
    const runs = readKept();
    expect(runs.map(({ processor }) => processor)).to.include.members(['Zen 3', 'Zen 4', 'Xeon']);
    for (const run of runs) {
      const file = join(RUNS, fileNameOf(run));
      expect(statSync(file).size, file).to.be.below(100_000);
      expect(readFileSync(file, 'utf8'), file).to.equal(formatKept(run));
      expect(Object.keys(run.machine), file).to.have.members(['cpu', 'cores', 'node', 'isas']);
    }
  });

  it('take a file and the processor that it is from', () => {
    const { keep: file, processor, page } = parseOptions(['--keep', 'new.json', '--processor', 'Zen 5', '--page']);
    expect([file, processor, page]).to.deep.equal(['new.json', 'Zen 5', true]);
    expect(() => parseOptions(['--keep', 'new.json'])).to.throw(UsageError, '--keep and --processor need each other');
    expect(() => parseOptions(['--processor', 'Zen 5'])).to.throw(UsageError, '--keep and --processor need each other');
  });
});
