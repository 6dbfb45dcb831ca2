/** Contestants race in groups where not all fit into memory at once. */

/**
 * @param need - bytes that an entrant takes at its worst moment
 * @returns groups that fit into `free` bytes, in the order given, and those that never fit
 */
export function heatsOf<Entrant>(
  entrants: readonly Entrant[],
  need: (entrant: Entrant) => number,
  free: number,
): { heats: Entrant[][]; tooLarge: Entrant[] } {
  const heats: Entrant[][] = [];
  const tooLarge: Entrant[] = [];
  let left = 0;
  for (const entrant of entrants) {
    const bytes = need(entrant);
    if (bytes > free) {
      tooLarge.push(entrant);
      continue;
    }
    if (heats.length === 0 || bytes > left) {
      heats.push([]);
      left = free;
    }
    heats[heats.length - 1].push(entrant);
    left -= bytes;
  }
  return { heats, tooLarge };
}
