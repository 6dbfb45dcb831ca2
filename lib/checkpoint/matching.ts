/** Which tensor of a file goes where. */
import { describe, rangeError } from '../arguments/errors.js';
import { optimizerClasses } from '../optimizers/names.js';
import { statesOf } from '../optimizers/optimizer-state.js';
import { misfitsText, type WeightsReport } from '../state/weights-report.js';
import { equalShapes, formatShape } from '../variables/shape.js';
import type { Variable } from '../variables/variable.js';
import { configKeysOf, functionsOf, optionOf } from './content/config.js';
import type { Part, ReadContent } from './content/content.js';
import { EXTRA } from './content/extra.js';
import { takenBy } from './conversion.js';
import { hasArrays } from './format/dtype.js';
import type { FileTensor } from './format/header.js';
import { type Late, lateOf } from './late.js';
import type { Place } from './places.js';
import type { OpenState } from './read.js';

export interface Match {
  readonly place: Place;
  readonly tensor: FileTensor;
}

type Misfit = WeightsReport['misfits'][number];

export interface Matches {
  readonly matches: readonly Match[];
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly misfits: readonly Misfit[];
  /** Tensors of `extra` for which the caller has no array, and will get one. */
  readonly found: readonly Found[];
  /** What stays in the file, since nobody asked for it, by the names there. */
  readonly unread: readonly string[];
  /** Optimizers that are of another class than the saved ones, of which only the counter is loaded. */
  readonly others: ReadonlySet<Part>;
  readonly late: Late;
  /** Slots that are not to be there afterwards. */
  readonly dropped: readonly string[];
}

/** A tensor that goes into an array of its own. */
export interface Found {
  readonly canonical: string;
  readonly tensor: FileTensor;
}

/** What of a file the caller wants beside what there are places for. */
export interface Wish {
  /** Whether tensors of `extra` are read for which there is no array. */
  readonly takesExtra: boolean;
  /** Whether hyperparameters are put back to what they were. */
  readonly restores: boolean;
  /** Whether what does not fit stays as it is. */
  readonly partial: boolean;
}

/** @param keys - what the caller calls the places in the file */
export function match(
  state: OpenState,
  content: ReadContent,
  places: readonly Place[],
  keys: readonly string[],
  { takesExtra, restores, partial }: Wish,
): Matches {
  const byKey = new Map(state.header.tensors.map((tensor) => [tensor.key, tensor]));
  const matches: Match[] = [];
  const absent: Place[] = [];
  const strangers = strangersOf(state, content);
  const misfits: Misfit[] = strangers.map(classMisfit);
  const others = new Set(strangers.map(({ part }) => part));
  if (restores) misfits.push(...functionMisfits(state, content, others));
  for (const [i, place] of places.entries()) {
    const { part, isCounter } = place;
    // Another rule's slots would be taken for those of this one wherever they have the same name. A step is a step.
    if (part !== null && others.has(part) && !isCounter) continue;
    const key = keys[i];
    const tensor = byKey.get(key);
    if (tensor === undefined) absent.push(place);
    else {
      byKey.delete(key);
      const message = misfitOf(tensor, place);
      if (message === null) matches.push({ place, tensor });
      else misfits.push({ name: place.canonical, message });
    }
  }
  const come = countOfRule(matches);
  const { dropped, unknown } = lateOf(state, content, places, new Set(absent));
  const isDropped = ({ slot }: Place) => {
    return !partial && slot !== null && dropped.get(slot.part)?.has(slot.owner) === true;
  };
  // Slots that are still to be made are missed only where one of their fellows has come.
  const isMissing = (place: Place) => {
    const { array, slot } = place;
    if (isDropped(place)) return false;
    return array !== null || (slot !== null && come.get(slot.part)?.has(slot.owner) === true);
  };
  return {
    ...apart(matches, misfits, come),
    missing: absent.filter(isMissing).map(({ canonical }) => canonical),
    ...sorted(state, byKey.values(), content, takesExtra, others),
    others,
    late: { dropped: partial ? new Map() : dropped, unknown },
    dropped: absent.filter((place) => place.array !== null && isDropped(place)).map(({ canonical }) => canonical),
  };
}

/** What becomes of tensors for which there is no place. */
function sorted(
  { said }: OpenState,
  tensors: Iterable<FileTensor>,
  content: ReadContent,
  takesExtra: boolean,
  others: ReadonlySet<Part>,
): Pick<Matches, 'unexpected' | 'found' | 'unread'> {
  const found: Found[] = [];
  const unexpected: string[] = [];
  const unread: string[] = [];
  for (const tensor of tensors) {
    const { key, dtype } = tensor;
    const canonical = said.keys.get(key) ?? key;
    const isOfOther = [...others].some(({ prefix }) => isKept(canonical, prefix));
    // In a file of others that name means nothing, and the tensor may be of any size.
    if (said.hash === null || (!isOfOther && isAskedFor(canonical, content))) unexpected.push(key);
    else if (takesExtra && canonical.startsWith(EXTRA) && hasArrays(dtype)) found.push({ canonical, tensor });
    else unread.push(key);
  }
  return { unexpected, found, unread };
}

/** An optimizer that is of another class than the saved one of its name. */
interface Stranger {
  readonly part: Part;
  readonly own: string;
  readonly saved: string;
}

function strangersOf({ said }: OpenState, { parts }: ReadContent): Stranger[] {
  return parts.flatMap((part) => {
    const { name, optimizer } = part;
    const saved = said.optimizers.get(name ?? '')?.class_name;
    const own = optimizerClasses.nameToWrite('optimizer', optimizer.constructor, optimizer);
    return saved === undefined || saved === own ? [] : [{ part, own, saved }];
  });
}

function classMisfit({ part: { name }, own, saved }: Stranger): Misfit {
  const argument = name === null ? 'optimizer' : `optimizers.${name}`;
  return { name: argument, message: `${argument} must be of the class ${describe(saved)}: received ${describe(own)}` };
}

/** A rate that was a function cannot be put back, and to go on with the number that it last gave is another training. */
function functionMisfits({ said }: OpenState, { parts }: ReadContent, others: ReadonlySet<Part>): Misfit[] {
  return parts.flatMap((part) => {
    const { name, optimizer } = part;
    const were = others.has(part) ? [] : (said.functions.get(name ?? '') ?? []);
    const are = functionsOf(optimizer);
    const options = Object.values(configKeysOf(optimizer)).filter((key) => were.includes(key) && !are.includes(key));
    return options.map((option): Misfit => {
      const path = `${name === null ? 'optimizer' : `optimizers.${name}`}.${option}`;
      const expected = `${path} must be a function, as it was, of which a file keeps no code (hyperparameters: 'keep' leaves what it is)`;
      return { name: path, message: `${expected}: received ${describe(optionOf(optimizer, option))}` };
    });
  });
}

function misfitOf(tensor: FileTensor, place: Place): string | null {
  const { key, shape, dtype } = tensor;
  if (!equalShapes(shape, place.shape)) {
    return `shape of ${describe(key)} must be ${formatShape(place.shape)}: received ${formatShape(shape)}`;
  }
  const taken = takenBy(place.dtype);
  return taken.includes(dtype) ? null : `dtype of ${describe(key)} must be ${taken.join(' or ')}: received ${dtype}`;
}

/** Slots of one variable fit together or not at all: a first moment without its second one would be divided by ε. */
function apart(
  matches: readonly Match[],
  misfits: readonly Misfit[],
  come: ReturnType<typeof countOfRule>,
): Pick<Matches, 'matches' | 'misfits'> {
  const isAlone = ({ place: { slot } }: Match) => {
    if (slot === null) return false;
    const states = statesOf(slot.part.optimizer);
    return states.isOfRule(slot.kind) && come.get(slot.part)?.get(slot.owner) !== states.ruleSlots.length;
  };
  const alone = matches.filter(isAlone).map(({ place: { canonical: name } }): Misfit => {
    return { name, message: `'${name}' must come with the other slots of its variable: received it without` };
  });
  return { matches: matches.filter((one) => !isAlone(one)), misfits: [...misfits, ...alone] };
}

/** How many slots of the rule have come, by optimizer and variable. */
function countOfRule(matches: readonly Match[]): Map<Part, Map<Variable, number>> {
  const counts = new Map<Part, Map<Variable, number>>();
  for (const { place } of matches) {
    const { slot } = place;
    if (slot === null || !statesOf(slot.part.optimizer).isOfRule(slot.kind)) continue;
    const ofPart = counts.get(slot.part) ?? new Map<Variable, number>();
    counts.set(slot.part, ofPart.set(slot.owner, (ofPart.get(slot.owner) ?? 0) + 1));
  }
  return counts;
}

/** Whether a tensor is what an optimizer keeps, but for its counter. */
function isKept(canonical: string, prefix: string): boolean {
  return canonical.startsWith(`${prefix}slots/`) || canonical.startsWith(`${prefix}weights/`);
}

/**
 * What a file has of a kind that nobody asked for is no surprise: whoever infers needs no slots.
 * @param key - by which a fingerprint knows it, since that tells the kind, whatever it is called in the file
 */
function isAskedFor(key: string, { parts, names, withVariables }: ReadContent): boolean {
  if (key.startsWith(EXTRA)) return false;
  if (key.startsWith('variables/')) return withVariables && (names.size > 0 || parts.length > 0);
  return parts.length > 0;
}

/** @throws RangeError `ERR_ADAMAX_CHECKPOINT`, with the `report` */
export function checkFits(
  file: string,
  { missing, unexpected, misfits, late }: Matches,
  { isWithoutAny }: ReadContent,
): void {
  const report = { loaded: [], missing, unexpected, misfits };
  const received = misfitsText(report);
  if (received === '') return;
  const hints: string[] = [];
  if (isWithoutAny) {
    hints.push(
      'variables was not given, and the optimizer has seen none: hand them over as variables, or build(variables) first',
    );
  }
  // Where there is more than that, it is another model.
  if (late.unknown.length > 0 && unexpected.length + misfits.length === 0) {
    const names = late.unknown.map((name) => describe(name)).join(', ');
    hints.push(`what came after it was saved goes by release of the optimizer, and is left out of variables: ${names}`);
  }
  const hint = hints.map((text) => `; ${text}`).join('');
  const expected = `${file} must fit what is loaded (partial: true loads what does${hint})`;
  throw Object.assign(rangeError('ERR_ADAMAX_CHECKPOINT', `${expected}: received ${received}`), { report });
}
