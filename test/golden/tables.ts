/**
 * Numbers from the tests and documentation of other projects, with ε = 10⁻⁷ where a tolerance of theirs hid another.
 * What is not here is in test/optimizers/adamax.test.ts.
 */

/** testSparse of TensorFlow's adamax_test.py. `[var0, m0, v0, var1]` after each step. */
export const sparse: readonly (readonly [number[], number[], number[], number[]])[] = [
  [
    [0.999000000999999, 1.999000000999999, 3],
    [0.01, 0.01, 0],
    [0.1, 0.1, 0],
    [4, 4.9990000099999, 5.9990000099999],
  ],
  [
    [0.9980000019999979, 1.9980000019999982, 3],
    [0.019, 0.019, 0],
    [0.1, 0.1, 0],
    [4, 4.9980000199998, 5.9980000199998],
  ],
  [
    [0.9970000029999969, 1.9970000029999972, 3],
    [0.0271, 0.0271, 0],
    [0.1, 0.1, 0],
    [4, 4.9970000299997, 5.9970000299997],
  ],
];

/** testSparseRepeatedIndices of adamax_test.py. `[row 1, its m, its v]` after each step. */
export const repeated: readonly (readonly [number, number, number])[] = [
  [1.9990000005, 0.02, 0.2],
  [1.998000001, 0.038, 0.2],
  [1.9970000015, 0.0542, 0.2],
];

/** The dense case of adamax_test.py, `[var0, m0, v0, var1, m1, v1]` after each step. */
export const dense: readonly (readonly number[])[] = [
  [0.999000000999999, 0.01, 0.1, 2.9990000099999, 0.001, 0.01],
  [0.9980000019999979, 0.019, 0.1, 2.9980000199998003, 0.0019, 0.01],
  [0.9970000029999969, 0.0271, 0.1, 2.9970000299997004, 0.00271, 0.01],
];

/** `single_step` of Keras 3's adamax_test.py: gradient, start, result. */
export const singleStep = [
  [1, 6, 7, 2],
  [1, 2, 3, 4],
  [0.5, 1.5, 2.5, 3.5],
] as const;

/**
 * tfjs's adamax_optimizer_test.ts (1.9, 3.9, then 1.80697, 3.8086, tolerance 10⁻³), and its formulas in float64: rate
 * 0.1, β₁ 0.8, β₂ 0.9, decay 0.1, loss Σx² from (2, 4).
 */
export const tfjs = [
  [1.9000000025, 3.90000000125],
  [1.806964385652858, 3.808054910496973],
  [1.7198892463741322, 3.722960132558852],
] as const;

/** The example of optax's documentation: Σx² from (1, 2, 3), rate 0.003, to two decimals. */
export const optax = [14.0, 13.9, 13.9, 13.9, 13.8] as const;

/** p = 1, rate 0.01, the gradients below; ε = 10⁻⁷ and 10⁻², as Keras has it and as PyTorch and optax do. */
export const epsilonPlaces = {
  gradients: [0.1, -0.3, 0, 1e-4, 0],
  small: {
    keras: [0.99000000999999, 0.993684219298236, 0.9960112688193064, 0.9976623345727906, 0.9989114686454241],
  },
  large: {
    keras: [0.990909090909091, 0.9944744559345579, 0.9967263673784382, 0.9983240702475675, 0.9995327928693607],
    torch: [0.990909090909091, 0.9944744559345579, 0.9967264400934579, 0.9983242461950146, 0.9995330860243015],
  },
} as const;
