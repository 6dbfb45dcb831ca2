/** What `setWeights` must do: write, by name or by position, all that fits, or nothing. */
import { demand, Faults } from '../faults.js';
import type { SlotMemory } from '../oracle/storage.js';
import type { OptimizerModel, PlaceModel, SlotModel } from './optimizer.js';
import { elementsFor, type SavedWeight } from './saved.js';
import type { VariableModel } from './variable.js';

type Elements = SlotMemory | BigInt64Array;

export interface Report {
  readonly loaded: readonly string[];
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly misfits: readonly { readonly name: string }[];
}

export interface SetWeightsModel {
  readonly faults: Faults;
  apply(report: Report): void;
}

/** What was handed over, by the place that it goes to. */
class Matched {
  readonly writes = new Map<PlaceModel, Elements>();
  readonly seen = new Set<PlaceModel>();
  readonly unexpected: string[] = [];
  readonly misfits: string[] = [];

  constructor(places: readonly PlaceModel[], items: readonly SavedWeight[]) {
    const isNamed = items.some(({ name }) => name !== null);
    items.forEach((item, position) => {
      const place = isNamed ? places.find(({ name }) => name === item.name) : places[position];
      if (place === undefined || (!isNamed && place.weight === null)) {
        this.unexpected.push(item.name ?? `weights[${position}]`);
        return;
      }
      const { dtype, shape, name } = place;
      const twice = this.seen.has(place);
      this.seen.add(place);
      const elements = twice ? null : elementsFor(item, { dtype, shape, isCounter: name === 'iterations' });
      if (elements === null) this.misfits.push(name);
      else this.writes.set(place, elements);
    });
  }

  /** Slots of the rule of one variable are written together or not at all. */
  keepTogether(places: readonly PlaceModel[], kinds: readonly string[]): void {
    const owners = new Set(places.map(({ owner }) => owner));
    for (const owner of owners) {
      const fellows = places.filter((place) => place.owner === owner && owner !== null && kinds.includes(place.kind));
      if (fellows.every((place) => this.writes.has(place))) continue;
      for (const place of fellows) if (this.writes.delete(place)) this.misfits.push(place.name);
    }
  }

  missing(places: readonly PlaceModel[]): string[] {
    const begun = new Set([...this.seen].filter(({ weight }) => weight === null).map(({ owner }) => owner));
    const isMissing = (place: PlaceModel) => !this.seen.has(place) && (place.weight !== null || begun.has(place.owner));
    return places.filter(isMissing).map(({ name }) => name);
  }
}

export function modelSetWeights(
  optimizer: OptimizerModel,
  items: readonly SavedWeight[],
  partial: boolean,
): SetWeightsModel {
  const faults = new Faults();
  if (optimizer.busy) faults.add('ERR_ADAMAX_BUSY');
  const named = items.filter(({ name }) => name !== null).length;
  if (named > 0 && named < items.length) faults.add('ERR_ADAMAX_ARG_VALUE');
  const places = optimizer.places();
  const { length } = optimizer.weights;
  if (partial && named === 0 && items.length !== length && items.length > 0) faults.add('ERR_ADAMAX_ARG_VALUE');
  if (faults.must.size > 0) return { faults, apply: () => {} };
  const matched = new Matched(places, items);
  if (partial) matched.keepTogether(places, optimizer.settings.rule.slots);
  const missing = matched.missing(places);
  const misses = missing.length + matched.unexpected.length + matched.misfits.length;
  if (!partial && misses > 0) faults.add('ERR_ADAMAX_WEIGHTS');
  const writes = [...matched.writes];
  if (misses === 0 || partial)
    faults.take(
      writeFaults(
        optimizer,
        writes.map(([place]) => place),
      ),
    );
  return {
    faults,
    apply(report) {
      const { unexpected, misfits } = matched;
      const want = [writes.map(([{ name }]) => name), missing, unexpected, misfits].map(sorted);
      const have = [report.loaded, report.missing, report.unexpected, report.misfits.map(({ name }) => name)].map(
        sorted,
      );
      demand(String(have) === String(want) && have.every((list, i) => list.length === want[i].length), () => {
        return `report: have ${JSON.stringify(have)}, want ${JSON.stringify(want)}`;
      });
      const owners = ownersToMake(writes.map(([place]) => place));
      if (owners.length > 0) {
        optimizer.commitFollow();
        optimizer.create(owners);
      }
      for (const [place, elements] of writes) memoryOf(optimizer, place).set(elements as never);
    },
  };
}

const sorted = (list: readonly string[]) => [...list].sort();

function ownersToMake(places: readonly PlaceModel[]): VariableModel[] {
  const owners = places.filter(({ weight }) => weight === null).map(({ owner }) => owner as VariableModel);
  return [...new Set(owners)];
}

/** Why what fits cannot be written. */
function writeFaults(optimizer: OptimizerModel, places: readonly PlaceModel[]): Faults {
  const faults = new Faults();
  for (const { weight } of places) {
    if (weight === null) continue;
    const block =
      weight.kind === 'iterations' && weight.owner === null ? optimizer.counter.block : weight.slot?.region.block;
    if (block?.gone === true) faults.add('ERR_ADAMAX_DETACHED');
  }
  const owners = ownersToMake(places);
  if (owners.length > 0) faults.take(optimizer.creationFaults(owners));
  return faults;
}

function memoryOf(optimizer: OptimizerModel, { weight, owner, kind }: PlaceModel): Elements {
  if (weight !== null) return weight.shadow;
  const slot = optimizer.slots.get(kind)?.get(owner as VariableModel) as SlotModel;
  return slot.shadow;
}
