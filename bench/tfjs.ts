/**
 * What this package is to TensorFlow.js. Each part of the group is a file of tfjs/, which loads TensorFlow.js when it
 * comes.
 */
import type { GroupReport, Session } from './group.js';

const PARTS = [
  () => import('./tfjs/optimizer.js'),
  () => import('./tfjs/wasm.js'),
  () => import('./tfjs/sparse.js'),
] as const;

export async function tfjs(session: Session): Promise<GroupReport> {
  const reports: GroupReport[] = [];
  for (const part of PARTS) reports.push(await (await part()).measure(session));
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
