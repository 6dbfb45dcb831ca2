/**
 * Worlds that failed once, each with a word on what it found. They are run first, by every run and by the tests. A change of
 * what is drawn makes other worlds of their names, so what they found has a test of its own as well.
 */
export const corpus: readonly (readonly [world: string, found: string])[] = [
  [
    '2855067340360296@avx2',
    'a hyperparameter that its float32 variable rounds out of range, and every step after it fails',
  ],
];
