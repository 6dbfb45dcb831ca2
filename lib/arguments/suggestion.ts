/** What somebody may have meant by a name that nobody knows. */

/** What other libraries call something that has another name here. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['eps', 'epsilon'],
  ['b1', 'beta1'],
  ['b2', 'beta2'],
  ['stepsize', 'learningRate'],
]);
/** What other libraries have and this one has not, and what is done in place of it. */
const NOT_HERE: ReadonlyMap<string, string> = new Map([
  ['weightdecay', 'weight decay is a term of your gradient'],
  ['globalclipnorm', 'clipnorm bounds each gradient; docs/training-loop.md bounds all together'],
]);

/** ` (did you mean clipnorm?)` for `clipNorm`; nothing where no known name is near. */
export function suggestion(name: unknown, known: readonly string[]): string {
  const wanted = typeof name === 'string' ? bare(name) : '';
  const advice = NOT_HERE.get(wanted);
  if (advice !== undefined && known.includes('clipnorm')) return ` (${advice})`;
  const synonym = known.find((candidate) => candidate === ELSEWHERE.get(wanted));
  const near = synonym ?? (typeof name === 'string' ? nearest(name, known) : undefined);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

/** The one that differs by case and underscores only, or else the one that takes the fewest slips of the fingers. */
function nearest(name: string, known: readonly string[]): string | undefined {
  // Nobody mistypes a name of this length, and the comparison takes time with the square of it.
  if (name.length > 50) return undefined;
  const wanted = bare(name);
  let best: string | undefined;
  // More than one slip in four letters make another word.
  let fewest = Math.floor(wanted.length / 4) + 1;
  for (const candidate of known) {
    const slips = distance(wanted, bare(candidate));
    if (slips >= fewest) continue;
    best = candidate;
    fewest = slips;
  }
  return best;
}

const bare = (name: string) => name.replace(/[_\s-]/g, '').toLowerCase();

/** Letters to add, drop, replace, or swap with the next one: the optimal string alignment distance. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2] + 1);
      row[j] = least;
    }
    before = last;
    last = row;
  }
  return last[b.length];
}
