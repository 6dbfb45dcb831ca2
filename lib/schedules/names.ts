import { wrongType } from '../arguments/errors.js';
import { inCustomObjects, Registry } from '../serialization/registry.js';

/**
 * Classes of schedules by the names that configs have for them. `serialize.ts` fills it: it knows all classes, while
 * this file must not, since their base asks it how a schedule is written.
 */
export const scheduleClasses = new Registry<object>(false, inCustomObjects);

/** A schedule as plain JSON. @throws TypeError `ERR_ADAMAX_ARG_TYPE` where it has no config or no class name */
export function written(schedule: object): { class_name: string; config: Record<string, unknown> } {
  const name = scheduleClasses.nameToWrite('schedule', schedule.constructor, schedule);
  const { getConfig } = schedule as { getConfig?: unknown };
  if (typeof getConfig !== 'function') throw wrongType(`getConfig of ${name}`, 'a function', getConfig);
  const config: unknown = getConfig.call(schedule);
  if (typeof config !== 'object' || config === null) throw wrongType(`getConfig() of ${name}`, 'an object', config);
  return { class_name: name, config: config as Record<string, unknown> };
}
