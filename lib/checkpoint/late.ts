/**
 * Variables that have come to an optimizer after the state was saved that is loaded. It had no slots of theirs then: with
 * those of now, a step would be another than the one that was taken then.
 */
import { statesOf } from '../optimizers/optimizer-state.js';
import type { Variable } from '../variables/variable.js';
import { type Part, type ReadContent, variableKey } from './content/content.js';
import type { Place } from './places.js';
import type { OpenState } from './read.js';

export interface Late {
  /** Those that are in the file themselves, so that the optimizer is taken back by dropping their slots. */
  readonly dropped: ReadonlyMap<Part, ReadonlySet<Variable>>;
  /** The names of those that the file knows nothing of: nobody can tell whether they should be. */
  readonly unknown: readonly string[];
}

/** @param absent - places that the file has nothing for */
export function lateOf(
  { said, header }: OpenState,
  { names }: ReadContent,
  places: readonly Place[],
  absent: ReadonlySet<Place>,
): Late {
  const canonicals = new Set(header.tensors.map(({ key }) => said.keys.get(key) ?? key));
  const dropped = new Map<Part, Set<Variable>>();
  const unknown = new Set<string>();
  for (const [part, byOwner] of slotsOf(places)) {
    if (!said.optimizers.has(part.name ?? '')) continue;
    const ofPart = new Set<Variable>();
    for (const [owner, slots] of byOwner) {
      if (!slots.every((slot) => absent.has(slot)) || slots.every(({ array }) => array === null)) continue;
      // A place in a list may be that of another variable by now.
      if (isPositional(names.get(owner) as string)) continue;
      // No step makes those anew that somebody has added.
      if (slots.some(({ slot }) => slot === null || !statesOf(part.optimizer).isOfRule(slot.kind))) continue;
      if (canonicals.has(variableKey(names, owner))) ofPart.add(owner);
      else unknown.add(names.get(owner) as string);
    }
    if (ofPart.size > 0) dropped.set(part, ofPart);
  }
  return { dropped, unknown: [...unknown] };
}

/** Whether a variable has no name, and goes by its place among those without. */
const isPositional = (name: string) => /^#\d+$/.test(name);

function slotsOf(places: readonly Place[]): Map<Part, Map<Variable, Place[]>> {
  const slots = new Map<Part, Map<Variable, Place[]>>();
  for (const place of places) {
    if (place.slot === null) continue;
    const { part, owner } = place.slot;
    const ofPart = slots.get(part) ?? new Map<Variable, Place[]>();
    slots.set(part, ofPart.set(owner, [...(ofPart.get(owner) ?? []), place]));
  }
  return slots;
}
