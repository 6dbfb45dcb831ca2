/** What this package is to TensorFlow.js. Each file of tfjs/ is a part of the group. */
import { existsSync } from 'node:fs';
import type { GroupReport, Session } from './group.js';

const PARTS = ['optimizer', 'wasm', 'sparse'];

/** What each part exports. */
interface Part {
  measure(session: Session): Promise<GroupReport>;
}

export async function tfjs(session: Session): Promise<GroupReport> {
  const files = PARTS.map((part) => new URL(`tfjs/${part}.js`, import.meta.url)).filter(existsSync);
  const reports: GroupReport[] = [];
  for (const file of files) {
    const part: Part = await import(file.href);
    reports.push(await part.measure(session));
  }
  return {
    title: 'TensorFlow.js',
    notes: reports.flatMap(({ notes }) => notes),
    tables: reports.flatMap(({ title, tables }) =>
      tables.map((table) => ({ ...table, heading: `${title}: ${table.heading}` })),
    ),
    results: reports.flatMap(({ results }) => results),
    ratios: reports.flatMap(({ ratios }) => ratios),
    targets: reports.flatMap(({ targets }) => targets),
  };
}
