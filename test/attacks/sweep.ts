/**
 * Attacks each call through each property that it uses: `node out/test/attacks/sweep.js sample|all <journal>`. The
 * attack under way stands in the journal, so that whoever started this process knows what it died of.
 */
import { openSync, writeSync } from 'node:fs';
import { attack, faultOf } from './attack.js';
import { calls, type Place } from './calls.js';
import { type Property, properties } from './properties.js';
import { type Ground, onItsOwn, onWebAssembly, takes } from './strikes.js';

/** Of a sample: every so many-th of the arrays of a call is taken, another one each time. */
const STRIDE = 5;

/** Where these are inherited, many a property cannot be defined: they are replaced alone. */
const OF_DESCRIPTORS = /^Object\.prototype\.(get|set|value|writable|enumerable|configurable)$/;

const [depth, path] = process.argv.slice(2);
const journal = openSync(path, 'w');
const note = (title: string) => writeSync(journal, `${title}\n`.padEnd(300), 0);

const inPeace = () => onItsOwn(takes.structuredClone);
const grounds: [string, () => Ground][] = [
  ...Object.entries(takes).map(([name, take]): [string, () => Ground] => [name, () => onItsOwn(take)]),
  ['growing', onWebAssembly],
];

const faults = new Map<string, string>();
let attacks = 0;
let turn = 0;

for (const [title, make] of Object.entries(calls)) {
  const expected = await attack(make, inPeace(), [], 0, 0);
  if (expected.error !== undefined) throw expected.error;
  for (const property of await usedBy(title, make)) {
    const what = `${title} by ${property.title}`;
    note(`${what}, watched only`);
    const watched = await attack(make, inPeace(), [property], 0, 0);
    report(what, 'watched only', faultOf(watched, expected));
    for (const [use, victim, [kind, ground]] of chosen(watched.uses, expected.bytes.length)) {
      const how = `use ${use} of ${watched.uses}, array ${victim}, ${kind}`;
      note(`${what}, ${how}`);
      attacks++;
      report(what, how, faultOf(await attack(make, ground(), [property], use, victim), expected));
    }
  }
}
process.stdout.write(JSON.stringify({ attacks, faults: [...faults.values()] }));

/** One fault of each call by each property is enough. */
function report(what: string, how: string, fault: string | null): void {
  if (fault !== null && !faults.has(what)) faults.set(what, `${what}, ${how}: ${fault}`);
}

/** Which uses of a property take which array, and in which way. */
function* chosen(uses: number, arrays: number): Generator<[number, number, [string, () => Ground]]> {
  for (let use = 1; use <= uses; use++) {
    if (depth !== 'all' && use !== 1 && use !== uses) continue;
    for (let victim = 0; victim < arrays; victim++) {
      if (depth === 'all') for (const ground of grounds) yield [use, victim, ground];
      else if (turn++ % STRIDE === 0) yield [use, victim, grounds[attacks % grounds.length]];
    }
  }
}

/** The properties that a call uses at all, found out by replacing them all at once. */
async function usedBy(title: string, make: (place: Place) => ReturnType<(typeof calls)[string]>): Promise<Property[]> {
  const used = new Uint8Array(properties.length);
  let watching = false;
  const spies = properties.map((property, i): Property => {
    if (OF_DESCRIPTORS.test(property.title)) {
      used[i] = 1;
      return { ...property, replace() {}, restore() {} };
    }
    const noteUse = () => {
      if (watching) used[i] = 1;
    };
    return { ...property, replace: () => property.replace(noteUse) };
  });
  note(`${title}, with every property replaced`);
  await attack(
    (place) => {
      const call = make(place);
      const run = () => {
        watching = true;
        return call.run();
      };
      return { ...call, run };
    },
    inPeace(),
    spies,
    0,
    0,
  );
  watching = false;
  return properties.filter((_, i) => used[i] === 1);
}
