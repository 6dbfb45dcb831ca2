import type { Random } from '../../shared/maths/random.js';

const RESTARTS = 20;
const ITERATIONS = 50;

/**
 * Sorts unit vectors into groups of like direction: spherical k-means (Dhillon & Modha, 2001), begun at points far
 * from one another (k-means++: Arthur & Vassilvitskii, 2007), the best of several beginnings.
 * @returns the group of each vector; group 0 is the largest
 */
export function clusters(unit: Float64Array, dim: number, groups: number, random: Random): Int32Array {
  let best: Int32Array = new Int32Array(unit.length / dim);
  let bestCohesion = -Infinity;
  for (let restart = 0; restart < RESTARTS; restart++) {
    const { group, cohesion } = kMeans(unit, dim, seeds(unit, dim, groups, random));
    if (cohesion > bestCohesion) [best, bestCohesion] = [group, cohesion];
  }
  return bySize(best, groups);
}

function seeds(unit: Float64Array, dim: number, groups: number, random: Random): Float64Array[] {
  const count = unit.length / dim;
  const vector = (i: number): Float64Array => unit.slice(i * dim, (i + 1) * dim);
  const chosen = [vector(random.below(count))];
  const gap = new Float64Array(count).fill(Infinity);
  while (chosen.length < Math.min(groups, count)) {
    const latest = chosen[chosen.length - 1];
    let total = 0;
    for (let i = 0; i < count; i++) {
      gap[i] = Math.min(gap[i], Math.max(0, 1 - dot(unit, i * dim, latest)));
      total += gap[i];
    }
    let left = random.unit() * total;
    let i = 0;
    while (i < count - 1 && left >= gap[i]) left -= gap[i++];
    chosen.push(vector(i));
  }
  return chosen;
}

function kMeans(unit: Float64Array, dim: number, centres: Float64Array[]): { group: Int32Array; cohesion: number } {
  const count = unit.length / dim;
  const group = new Int32Array(count).fill(-1);
  let cohesion = 0;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    cohesion = 0;
    let moved = false;
    const sums = centres.map(() => new Float64Array(dim));
    for (let i = 0; i < count; i++) {
      let nearest = 0;
      let closeness = -Infinity;
      centres.forEach((centre, k) => {
        const cosine = dot(unit, i * dim, centre);
        if (cosine > closeness) [nearest, closeness] = [k, cosine];
      });
      cohesion += closeness;
      moved ||= group[i] !== nearest;
      group[i] = nearest;
      for (let d = 0; d < dim; d++) sums[nearest][d] += unit[i * dim + d];
    }
    if (!moved) break;
    // An empty group keeps its centre.
    centres = sums.map((sum, k) => normalised(sum) ?? centres[k]);
  }
  return { group, cohesion };
}

function bySize(group: Int32Array, groups: number): Int32Array {
  const size = new Int32Array(groups);
  for (const k of group) size[k]++;
  const order = [...size.keys()].sort((a, b) => size[b] - size[a] || a - b);
  return group.map((k) => order.indexOf(k));
}

function normalised(vector: Float64Array): Float64Array | undefined {
  let square = 0;
  for (const x of vector) square += x * x;
  if (square === 0) return undefined;
  const scale = 1 / Math.sqrt(square);
  return vector.map((x) => x * scale);
}

function dot(unit: Float64Array, offset: number, vector: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < vector.length; d++) sum += unit[offset + d] * vector[d];
  return sum;
}
