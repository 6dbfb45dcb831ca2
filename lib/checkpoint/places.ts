/** Where tensors of a file may go to in memory. */
import { checkAttached, checkUnused, shared } from '../arguments/arrays.js';
import { MemoryRegions } from '../memory/regions.js';
import { statesOf } from '../optimizers/optimizer-state.js';
import { COUNTER } from '../state/weight-list.js';
import type { Shape } from '../variables/shape.js';
import type { AnyVariable, Variable } from '../variables/variable.js';
import { keyOf, type Part, type ReadContent, variableKey } from './content/content.js';
import { EXTRA, type LiveTensor, type ReadExtra, variableTensor } from './content/extra.js';
import { type FileDtype, OF_VARIABLES } from './format/dtype.js';

/** Somewhere that a tensor may go to. */
export interface Place {
  /** By which a fingerprint knows it. */
  readonly canonical: string;
  readonly dtype: FileDtype;
  readonly shape: Shape;
  /** The Variable or the typed array; null for slots that are still to be made. */
  readonly holder: unknown;
  /** Its memory; null where there is none. */
  readonly array: LiveTensor['array'] | null;
  /** Of a slot, a counter or a weight: of which optimizer. */
  readonly part: Part | null;
  /** Of a slot: whose, and of which optimizer. */
  readonly slot: { readonly part: Part; readonly owner: Variable; readonly kind: string } | null;
  readonly isCounter: boolean;
}

/** @param extras - what the caller hands over for tensors of `extra` */
export function placesOf(content: ReadContent, extras: ReadExtra): Place[] {
  const { parts, names, withVariables } = content;
  const places: Place[] = [];
  for (const part of parts) {
    for (const place of statesOf(part.optimizer).placesUnder(names, [...names.keys()])) {
      const { owner, kind, variable } = place;
      const slot = owner === null ? null : { part, owner, kind };
      const isCounter = owner === null && kind === COUNTER;
      const canonical = keyOf(part.prefix, place, names);
      const array = variable === undefined ? null : variableTensor(variable as AnyVariable).array;
      const dtype = OF_VARIABLES[place.dtype];
      const holder = variable ?? null;
      places.push({ canonical, dtype, shape: place.shape, holder, array, part, slot, isCounter });
    }
  }
  const add = (canonical: string, holder: unknown, { dtype, shape, array }: LiveTensor) => {
    places.push({ canonical, dtype, shape, holder, array, part: null, slot: null, isCounter: false });
  };
  if (withVariables) {
    for (const variable of names.keys()) add(variableKey(names, variable), variable, variableTensor(variable));
  }
  for (const [name, tensor] of extras.tensors) add(`${EXTRA}${name}`, extras.holders.get(name), tensor);
  return places;
}

/**
 * Checks that there is memory to write to. Where two tensors went to the same bytes, what is there afterwards would be
 * the one or the other, or some of each. A counter that two optimizers share may be in two places.
 * @throws TypeError `ERR_ADAMAX_DETACHED`; RangeError `ERR_ADAMAX_OVERLAP`, also where a step off the event loop is at
 *   work on that memory
 */
export function checkMemoryOf(places: readonly Place[]): void {
  const regions = new MemoryRegions<Place>();
  for (const place of places) {
    const { canonical, holder, array, isCounter } = place;
    if (array === null) continue;
    checkAttached(`'${canonical}'`, array);
    checkUnused(`'${canonical}'`, array, true);
    const other = regions.find(array);
    if (other === undefined) regions.add(place, array);
    else if (!isCounter || other.holder !== holder) throw shared(`'${canonical}'`, `'${other.canonical}'`, array);
  }
}
