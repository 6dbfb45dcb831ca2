/** The report for people: headings, aligned tables, and the targets at the end. */
import { comparisonOf, type Run } from './compare.js';
import { digits } from './format.js';
import type { GroupReport, Table, Target } from './group.js';
import type { Machine } from './machine.js';

const SIGNS: Readonly<Record<Target['sense'], string>> = { 'at most': '≤', 'at least': '≥', below: '<', above: '>' };

export function formatHeader(machine: Machine, date: string, command: string): string {
  const { cpu, cores, memory, system, node, isas } = machine;
  const lines = [
    `adamax bench, ${date}`,
    command,
    `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${memory}; ${system}; Node.js ${node}`,
    `implementations: ${isas.join(', ')}`,
  ];
  return `${lines.join('\n')}\n`;
}

export function formatGroup({ title, notes, tables }: GroupReport): string {
  const parts = [underlined(title), ...notes, ...tables.map(formatTable)];
  return `\n${parts.join('\n')}\n`;
}

export function formatTargets(targets: readonly Target[]): string {
  if (targets.length === 0) return '';
  const rows = targets.map(({ what, measured, bound, sense, unit, remark = '' }) => [
    what,
    Number.isFinite(measured) ? `${digits(measured)} ${unit}` : 'none',
    `${SIGNS[sense]} ${bound} ${unit}`,
    isMet({ measured, bound, sense }) ? 'met' : 'missed',
    remark,
  ]);
  const table = formatTable({ heading: '', columns: ['', 'measured', 'target', '', ''], rows });
  return `\n${underlined('Targets')}${table}\n`;
}

export function formatComparison(before: Run, after: Run): string {
  const { notes, tables } = comparisonOf(before, after);
  return `\n${[underlined('Comparison'), ...notes, ...tables.map(formatTable)].join('\n')}\n`;
}

export function isMet({ measured, bound, sense }: Pick<Target, 'measured' | 'bound' | 'sense'>): boolean {
  switch (sense) {
    case 'at most':
      return measured <= bound;
    case 'at least':
      return measured >= bound;
    case 'below':
      return measured < bound;
    case 'above':
      return measured > bound;
  }
}

/** The first column is flush left, and numbers are flush right. */
function formatTable({ heading, columns, rows }: Table): string {
  const widths = columns.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])));
    return `  ${padded.join('  ')}`.trimEnd();
  };
  return `\n${[...(heading === '' ? [] : [heading]), line(columns), ...rows.map(line)].join('\n')}`;
}

function underlined(title: string): string {
  return `${title}\n${'─'.repeat(title.length)}`;
}
