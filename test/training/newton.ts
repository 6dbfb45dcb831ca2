import { type LogisticRegression, probability } from './logistic-regression.js';

/** Newton's method doubles the right digits with each step; from coefficients of 0 it needs some ten. */
const STEPS = 20;

/** The optimum of a logistic regression, in float64: a calculation in which no optimizer has a part. */
export function newton(regression: LogisticRegression): number[] {
  let x = new Array<number>(regression.width + 1).fill(0);
  for (let k = 0; k < STEPS; k++) {
    const step = solve(hessian(regression, x), regression.gradient(x));
    x = x.map((value, i) => value - step[i]);
  }
  return x;
}

function hessian(regression: LogisticRegression, x: readonly number[]): number[][] {
  const { examples, ridge, width } = regression;
  const sum = x.map((_, k) => x.map((_, l) => (k === l && k < width ? ridge : 0)));
  examples.inputs.forEach((row, i) => {
    const p = probability(regression.logOdds(x, i));
    const input = [...row, 1];
    const weight = (p * (1 - p)) / examples.inputs.length;
    input.forEach((a, k) => {
      input.forEach((b, l) => {
        sum[k][l] += weight * a * b;
      });
    });
  });
  return sum;
}

/**
 * x of matrix · x = right, by Gaussian elimination; the matrix is positive definite, so that no row need be swapped.
 */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, k) => [...row, right[k]]);
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let l = k; l <= n; l++) rows[i][l] -= factor * rows[k][l];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    let sum = rows[k][n];
    for (let l = k + 1; l < n; l++) sum -= rows[k][l] * x[l];
    x[k] = sum / rows[k][k];
  }
  return x;
}
