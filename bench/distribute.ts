/**
 * What several replicas of a training cost beside one, on this machine: processes of Open MPI, where there is one, and
 * threads. Each part of the group is a file of distribute/.
 */
import { buildAllreduce } from './distribute/allreduce.js';
import { measureNetwork } from './distribute/network.js';
import { type Engine, missingMpi } from './distribute/replicas.js';
import { measureResources } from './distribute/resources.js';
import { measureSmall } from './distribute/small.js';
import { measureSteps } from './distribute/steps.js';
import type { GroupReport, Session } from './group.js';

export async function distribute(session: Session): Promise<GroupReport> {
  const missing = missingMpi();
  if (missing === null) buildAllreduce();
  const engines: readonly Engine[] = missing === null ? ['processes', 'threads'] : ['threads'];
  const steps = await measureSteps(session, engines);
  const reports = [
    steps.report,
    await measureSmall(session, engines),
    await measureResources(session, engines),
    await measureNetwork(session, engines, steps.plain),
  ];
  return {
    title: 'Replicas',
    notes: [
      'A time is that of the last replica. processes: of one machine, by Open MPI over shared memory. threads: of one process.',
      ...(missing === null ? [] : [`Processes are left out: ${missing}.`]),
      ...reports.flatMap(({ notes }) => notes),
    ],
    tables: reports.flatMap(({ tables }) => tables),
    results: reports.flatMap(({ results }) => results),
    ratios: reports.flatMap(({ ratios }) => ratios),
    targets: reports.flatMap(({ targets }) => targets),
  };
}
