const ITERATIONS = 100;

/**
 * Projects points onto their two directions of largest variance, by power iteration on the covariance matrix.
 * @param points row-major, `dim` numbers each
 * @returns x, y of each point
 */
export function principalPlane(points: Float64Array, dim: number): Float64Array {
  const count = points.length / dim;
  const centred = centre(points, dim);
  const first = principalDirection(centred, dim, 0);
  const plane = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const x = dot(centred, i * dim, first);
    plane[2 * i] = x;
    // Deflation: what is left of the points has no variance along the first direction.
    for (let d = 0; d < dim; d++) centred[i * dim + d] -= x * first[d];
  }
  const second = principalDirection(centred, dim, 1);
  for (let i = 0; i < count; i++) plane[2 * i + 1] = dot(centred, i * dim, second);
  return plane;
}

function centre(points: Float64Array, dim: number): Float64Array {
  const mean = new Float64Array(dim);
  for (let i = 0; i < points.length; i++) mean[i % dim] += (points[i] * dim) / points.length;
  return points.map((x, i) => x - mean[i % dim]);
}

function principalDirection(centred: Float64Array, dim: number, start: number): Float64Array {
  // Any start will do that is not at right angles to the answer; a lopsided one never is.
  let direction = Float64Array.from({ length: dim }, (_, d) => 1 / (1 + ((d + start) % dim)));
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const next = new Float64Array(dim);
    for (let row = 0; row < centred.length; row += dim) {
      const projection = dot(centred, row, direction);
      for (let d = 0; d < dim; d++) next[d] += projection * centred[row + d];
    }
    let square = 0;
    for (const x of next) square += x * x;
    if (square === 0) return direction;
    const scale = 1 / Math.sqrt(square);
    direction = next.map((x) => x * scale);
  }
  return direction;
}

function dot(points: Float64Array, offset: number, direction: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < direction.length; d++) sum += points[offset + d] * direction[d];
  return sum;
}
