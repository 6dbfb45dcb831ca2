/**
 * Worlds that failed once, by a fault that was there or that was planted, each with a word on what it found. They are
 * run first, by every run and by the tests. A change of what is drawn makes other worlds of their names, so what they
 * found has a test of its own as well.
 */
export const corpus: readonly (readonly [world: string, found: string])[] = [
  [
    '2478652077074697@js',
    'a hyperparameter that its float32 variable rounds out of range, and every step after it fails',
  ],
  ['1513945859032244@portable', 'a variable that was given other memory, and is stepped where it lay'],
  ['2412951049807134@js', 'a small gradient whose numbers are those of the last step'],
  ['1824958856719647@avx2', 'a step that is skipped, and counted'],
  ['1574596981811825@portable', 'a gradient that is a bare NaN, which this model did not take for itself'],
  ['3180732423000031@avx2', 'a step off the event loop that was refused, as this model allows others to be'],
];
