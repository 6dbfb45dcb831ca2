/** Groups of parameters, as `optimizer.state_dict()` has them. */
import { describe, rangeError, wrongValue } from '../../arguments/errors.js';
import { damaged } from '../../checkpoint/format/damage.js';
import { checkDepth } from '../../checkpoint/metadata.js';

export interface ParameterGroup {
  /** Positions of its parameters among those of all groups. */
  readonly params: readonly number[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** @throws RangeError `ERR_ADAMAX_CHECKPOINT` */
export function readGroups(file: string, text: string | undefined): ParameterGroup[] {
  const groups = listOf(file, 'param_groups', text);
  const seen = new Set<number>();
  return groups.map((group) => {
    const { params, ...options } = Object(group) as { params?: unknown };
    if (
      !Array.isArray(params) ||
      !params.every((i) => Number.isSafeInteger(i) && i >= 0 && !seen.has(i) && seen.add(i))
    ) {
      throw damaged(file, 'params of each group must be positions, each once, as', params);
    }
    return { params, options: options as Readonly<Record<string, unknown>> };
  });
}

/** @throws RangeError `ERR_ADAMAX_CHECKPOINT` */
export function readNames(file: string, text: string | undefined, groups: readonly ParameterGroup[]): string[] | null {
  const given = text === undefined ? namesOfGroups(groups) : listOf(file, 'names', text);
  if (given === null) return null;
  if (!given.every((name) => typeof name === 'string'))
    throw damaged(file, "metadata 'names' must be names, as", given);
  return given as string[];
}

/** PyTorch since 2.6 keeps names, where it was given them. */
function namesOfGroups(groups: readonly ParameterGroup[]): unknown[] | null {
  const lists = groups.map(({ options }) => options.param_names);
  return lists.every(Array.isArray) ? lists.flat() : null;
}

/**
 * The one group whose parameters are imported: several must be alike, since an optimizer has one set of
 * hyperparameters.
 * @throws RangeError `ERR_ADAMAX_CONFIG`, `ERR_ADAMAX_ARG_VALUE`
 */
export function groupOf(file: string, groups: readonly ParameterGroup[], chosen: number | null): ParameterGroup {
  if (groups.length === 0) throw damaged(file, 'groups of parameters must be part', []);
  if (chosen !== null) {
    const group = groups[chosen];
    if (group === undefined) throw wrongValue('group', `below ${groups.length}, as many as ${file} has`, chosen);
    return group;
  }
  const [first, ...others] = groups;
  for (const { options } of others) {
    const key = Object.keys({ ...first.options, ...options }).find((name) => {
      return name !== 'param_names' && JSON.stringify(options[name]) !== JSON.stringify(first.options[name]);
    });
    if (key === undefined) continue;
    const values = groups.map((group) => describe(group.options[key])).join(', ');
    const expected = `groups of parameters of ${file} must have one ${key} (group: 0 imports the first, and so on)`;
    throw rangeError('ERR_ADAMAX_CONFIG', `${expected}: received ${values}`);
  }
  return { params: groups.flatMap(({ params }) => params), options: first.options };
}

function listOf(file: string, key: string, text: string | undefined): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    // What it is told below.
  }
  checkDepth(file, `metadata '${key}'`, value);
  if (!Array.isArray(value)) throw damaged(file, `metadata '${key}' must be a JSON list, as`, text);
  return value;
}
