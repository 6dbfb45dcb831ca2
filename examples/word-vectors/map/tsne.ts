import { exp, log } from '../../shared/maths/elementary.js';
import { principalPlane } from './pca.js';

const PERPLEXITY = 15;
const ITERATIONS = 750;
const EXAGGERATED = 200;
const EXAGGERATION = 8;

/**
 * Exact t-SNE (van der Maaten & Hinton, "Visualizing data using t-SNE", 2008): places points in a plane so that
 * neighbours stay neighbours. It starts from the principal plane, which also fixes what random starts leave to chance:
 * where the groups lie among each other (Kobak & Linderman, "Initialization is critical…", 2021).
 *
 * @param points row-major, `dim` numbers each
 * @returns x, y of each point
 */
export function tsne(points: Float64Array, dim: number): Float64Array {
  const count = points.length / dim;
  const y = principalPlane(points, dim);
  if (count < 3) return y;
  shrink(y, 1e-4);
  const affinities = jointAffinities(squaredDistances(points, dim), count);
  const kernel = new Float64Array(count * count);
  const velocity = new Float64Array(2 * count);
  const gain = new Float64Array(2 * count).fill(1);
  // Belkina et al., "Automated optimized parameters for t-SNE", 2019: a rate in proportion to the number of points.
  const rate = Math.max(count / EXAGGERATION, 50);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const early = iteration < EXAGGERATED;
    const gradient = gradientOf(y, affinities, kernel, early ? EXAGGERATION : 1);
    descend(y, gradient, velocity, gain, rate, early ? 0.5 : 0.8);
  }
  return y;
}

/** p of each pair: symmetric, summing to one. */
function jointAffinities(distances: Float64Array, count: number): Float64Array {
  const perplexity = Math.min(PERPLEXITY, (count - 1) / 3);
  const conditional = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    const row = distances.subarray(i * count, (i + 1) * count);
    conditional.set(affinitiesOf(row, i, log(Math.max(perplexity, 1.01))), i * count);
  }
  const joint = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      joint[i * count + j] = (conditional[i * count + j] + conditional[j * count + i]) / (2 * count);
    }
  }
  return joint;
}

// Bisects for the width of a Gaussian around one point whose distribution over the others has the wanted entropy.
function affinitiesOf(distances: Float64Array, self: number, entropy: number): Float64Array {
  const p = new Float64Array(distances.length);
  // Distances from the nearest: then at least one exponential is 1 and the sum never vanishes.
  const nearest = distances.reduce((least, d, j) => (j === self || d > least ? least : d), Infinity);
  let low = 0;
  let high = Infinity;
  let precision = 1;
  for (let attempt = 0; attempt < 60; attempt++) {
    let sum = 0;
    let moment = 0;
    for (let j = 0; j < p.length; j++) {
      const distance = distances[j] - nearest;
      p[j] = j === self ? 0 : exp(-distance * precision);
      sum += p[j];
      moment += p[j] * distance;
    }
    const found = log(sum) + (precision * moment) / sum;
    for (let j = 0; j < p.length; j++) p[j] /= sum;
    if (Math.abs(found - entropy) < 1e-6) break;
    if (found > entropy) low = precision;
    else high = precision;
    precision = high === Infinity ? precision * 2 : (low + high) / 2;
  }
  return p;
}

function gradientOf(y: Float64Array, p: Float64Array, kernel: Float64Array, exaggeration: number): Float64Array {
  const count = y.length / 2;
  let total = 0;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const dx = y[2 * i] - y[2 * j];
      const dy = y[2 * i + 1] - y[2 * j + 1];
      const q = 1 / (1 + dx * dx + dy * dy);
      kernel[i * count + j] = q;
      total += 2 * q;
    }
  }
  const gradient = new Float64Array(y.length);
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const q = kernel[i * count + j];
      const force = 4 * (exaggeration * p[i * count + j] - q / total) * q;
      const fx = force * (y[2 * i] - y[2 * j]);
      const fy = force * (y[2 * i + 1] - y[2 * j + 1]);
      gradient[2 * i] += fx;
      gradient[2 * i + 1] += fy;
      gradient[2 * j] -= fx;
      gradient[2 * j + 1] -= fy;
    }
  }
  return gradient;
}

// Momentum, with a gain per coordinate that grows while it keeps its direction (Jacobs, 1988), as in the original code.
function descend(
  y: Float64Array,
  gradient: Float64Array,
  velocity: Float64Array,
  gain: Float64Array,
  rate: number,
  momentum: number,
): void {
  for (let k = 0; k < y.length; k++) {
    gain[k] = gradient[k] > 0 === velocity[k] > 0 ? Math.max(gain[k] * 0.8, 0.01) : gain[k] + 0.2;
    velocity[k] = momentum * velocity[k] - rate * gain[k] * gradient[k];
    y[k] += velocity[k];
  }
}

function squaredDistances(points: Float64Array, dim: number): Float64Array {
  const count = points.length / dim;
  const distances = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      let sum = 0;
      for (let d = 0; d < dim; d++) {
        const difference = points[i * dim + d] - points[j * dim + d];
        sum += difference * difference;
      }
      distances[i * count + j] = sum;
      distances[j * count + i] = sum;
    }
  }
  return distances;
}

function shrink(y: Float64Array, spread: number): void {
  let largest = 0;
  for (const value of y) largest = Math.max(largest, Math.abs(value));
  if (largest > 0) for (let k = 0; k < y.length; k++) y[k] *= spread / largest;
}
