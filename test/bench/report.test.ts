import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { comparisonOf, type Run, readRun, type Timed } from '../../bench/compare.js';
import type { Result } from '../../bench/group.js';
import { Outcome } from '../../bench/measure.js';
import { parseOptions, UsageError } from '../../bench/options.js';
import { formatTargets, isMet } from '../../bench/report.js';

describe('bench reports', () => {
  it('differences within the rounds that both took part in', () => {
    const outcome = new Outcome([
      { name: 'whole', samples: [100, 190, 300, Number.NaN] },
      { name: 'bare', samples: [60, 160, 250, 1] },
    ]);
    expect(outcome.difference('whole', 'bare')).to.deep.equal({ low: 35, median: 40, high: 45 }); // of 40, 30 and 50
  });

  it('which targets are met, also at the bound itself', () => {
    const met = (sense: 'at most' | 'at least' | 'below' | 'above') => {
      return [0.9, 1, 1.1, Number.NaN].map((measured) => isMet({ measured, bound: 1, sense }));
    };
    expect(met('at most')).to.deep.equal([true, true, false, false]);
    expect(met('at least')).to.deep.equal([false, true, true, false]);
    expect(met('below')).to.deep.equal([true, false, false, false]);
    expect(met('above')).to.deep.equal([false, false, true, false]);
  });

  it('targets with what one should know beside them', () => {
    const text = formatTargets([
      { what: 'late', measured: 1.5, bound: 2, sense: 'below', unit: 'ms' },
      { what: 'gain', measured: 0.5, bound: 1, sense: 'above', unit: '×', remark: 'of all' },
    ]);
    expect(text).to.match(/^ {2}late +1\.50 ms +< 2 ms +met$/m);
    expect(text).to.match(/^ {2}gain +0\.500 × +> 1 × +missed +of all$/m);
  });
});

describe('bench --compare', () => {
  const result = (contestant: string, low: number, median: number, high: number): Result => {
    return { group: 'small', case: '1 × 8', contestant, ns: { low, median, high }, rounds: 3 };
  };
  const run = (cpu: string, results: readonly Timed[]): Run => {
    const machine = { cpu, cores: 2, memory: '', system: '', node: 'v20', isas: [] };
    return { machine, date: 'then', command: 'npm run bench', quick: false, results };
  };
  const names = ['slow', 'slower within', 'faster within', 'fast'];
  const before = run('Zen', [...names.map((name) => result(name, 90, 100, 110)), result('gone', 1, 1, 1)]);

  it('sets equal results beside each other, and trusts no difference within the quartiles', () => {
    const after = [
      result(names[0], 111, 150, 160),
      result(names[1], 105, 150, 160),
      result(names[2], 60, 80, 95),
      result(names[3], 60, 80, 89),
    ];
    const { notes, tables } = comparisonOf(before, run('Zen', after));
    expect(notes).to.deep.equal([
      'before: then, Zen, Node.js v20: npm run bench',
      'after: then, Zen, Node.js v20: npm run bench',
      'Left out, since only one run has them: 1.',
      'Of 4 times of adamax, by the quartiles of both runs, slower: 1, faster: 1, within the noise: 2.',
    ]);
    const [moved, ...whole] = tables;
    expect([moved.heading, moved.rows]).to.deep.equal([
      'what moved, most first',
      [
        ['small, 1 × 8: slow', '100 ns', '150 ns', '1.50 ×', 'slower'],
        ['small, 1 × 8: fast', '100 ns', '80.0 ns', '0.80 ×', 'faster'],
      ],
    ]);
    expect(whole.map(({ heading, rows }) => ({ heading, rows }))).to.deep.equal([
      {
        heading: 'small',
        rows: [
          ['1 × 8: slow', '100 ns', '150 ns', '1.50 ×', 'slower'],
          ['1 × 8: slower within', '100 ns', '150 ns', '1.50 ×', ''],
          ['1 × 8: faster within', '100 ns', '80.0 ns', '0.80 ×', ''],
          ['1 × 8: fast', '100 ns', '80.0 ns', '0.80 ×', 'faster'],
        ],
      },
    ]);
  });

  it('says where times cannot be compared', () => {
    const after = { ...run('Xeon', before.results), quick: true };
    const { notes, tables } = comparisonOf(before, after);
    expect(notes.slice(2, 5)).to.deep.equal([
      'These are two machines, whose times tell nothing of the code.',
      '--quick gives rough numbers.',
      'Only one run is --quick, whose short warm-up alone makes short steps slower.',
    ]);
    expect(tables.map(({ heading }) => heading)).to.deep.equal(['small']); // nothing moved
    const wider = { ...before, machine: { ...before.machine, isas: ['avx512' as const], node: 'v26' } };
    expect(comparisonOf(before, wider).notes.slice(2, 4)).to.deep.equal([
      'These are two machines, whose times tell nothing of the code.',
      'Node.js is of two versions.',
    ]);
    expect(comparisonOf(before, run('Zen', [])).notes.slice(3)).to.deep.equal([
      'Nothing to compare: the runs have no measurement in common.',
    ]);
  });

  it('tells a machine that has slowed down by what no change of the code moves', () => {
    const all = ['adamaxStep', 'JS doubles', 'JS loop', 'traffic avx2', 'memory traffic', 'bare read', 'read'];
    const times = (factor: number) => run('Zen', [...all.map((name) => result(name, factor, factor, factor))]);
    const [, , summary, references, ...more] = comparisonOf(times(100), times(150)).notes;
    expect(summary).to.match(/^Of 1 times of adamax, .* slower: 1, faster: 0, /);
    expect(references).to.match(/ take 1\.50 × \(1\.50 × … 1\.50 ×\): the machine itself has moved/);
    expect(more).to.deep.equal([]);
    const elsewhere = { ...times(150), machine: { ...times(150).machine, cores: 64 } };
    expect(comparisonOf(times(100), elsewhere).notes[4]).to.match(/ take 1\.50 × \(1\.50 × … 1\.50 ×\)\.$/);
    expect(comparisonOf(times(100), times(104)).notes[3]).to.match(/1\.04 ×\): the machine is as it was\.$/);
    expect(comparisonOf(times(100), times(94)).notes[3]).to.include('the machine itself has moved');
    expect(comparisonOf(times(100), times(150)).tables[0].rows.map(([name]) => name)).to.deep.equal([
      'small, 1 × 8: adamaxStep',
    ]);
  });

  it('judges nothing by a figure that has no quartiles', () => {
    const rounded = { ...before, results: before.results.map((one) => ({ ...one, ns: { median: 900 } })) };
    for (const [one, other] of [
      [before, rounded],
      [rounded, before],
    ]) {
      const { notes, tables } = comparisonOf(one, other);
      expect(notes.slice(2)).to.deep.equal(['Not judged, since a run has no quartiles of them: 5.']);
      expect(tables.flatMap(({ rows }) => rows.map((row) => row[4]))).to.deep.equal(['', '', '', '', '']);
    }
  });

  it('reads one file, or two', () => {
    const { before: one, after: none } = parseOptions(['--compare', 'old.json', '--only', 'small']);
    expect([one, none]).to.deep.equal(['old.json', null]);
    const { before: old, after } = parseOptions(['--compare', 'old.json', 'new.json']);
    expect([old, after]).to.deep.equal(['old.json', 'new.json']);
    expect(() => parseOptions(['new.json'])).to.throw(UsageError, "unexpected argument 'new.json'");
    expect(() => parseOptions(['--compare', 'a', 'b', 'c'])).to.throw(UsageError, "unexpected argument 'c'");
    expect(() => parseOptions(['--compare', 'a', '--json'])).to.throw(UsageError, 'without --json');
  });

  it('refuses what is no run', () => {
    const folder = mkdtempSync(join(tmpdir(), 'adamax-bench-'));
    try {
      const [whole, other, none] = ['whole.json', 'other.json', 'none.json'].map((name) => join(folder, name));
      writeFileSync(whole, JSON.stringify(before));
      writeFileSync(other, '[]');
      expect(readRun(whole)).to.deep.equal(before);
      expect(() => readRun(other)).to.throw(UsageError, `received '${other}', which has no results`);
      expect(() => readRun(none)).to.throw(UsageError, 'ENOENT');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
