/** How long a sum takes, as a line over its bytes, and what that makes of networks that are not here. */

/** Nanoseconds: `start`, and `slope` a byte. */
export interface Line {
  readonly start: number;
  readonly slope: number;
}

/** What a network needs for a message, and for a byte of it, in nanoseconds. */
export interface Network {
  readonly name: string;
  readonly message: number;
  readonly byte: number;
}

/** Assumed: the rate of the wire, and a message by TCP through the kernel or by one that goes around it. */
export const NETWORKS: readonly Network[] = [
  { name: '10 GbE, 20 µs a message', message: 20e3, byte: 0.8 },
  { name: '100 GbE, 5 µs a message', message: 5e3, byte: 0.08 },
];

/** Bytes of a bucket, which is exchanged by itself. */
const BUCKET = 2 ** 21;

/**
 * The line of least squares of relative errors, so that short sums count as much as long ones. A start below zero, as
 * caches bring about, is none.
 */
export function fitted(points: readonly (readonly [bytes: number, ns: number])[]): Line {
  let [w, wx, wxx, wy, wxy] = [0, 0, 0, 0, 0];
  for (const [x, y] of points) {
    const weight = 1 / y ** 2;
    w += weight;
    wx += weight * x;
    wxx += weight * x * x;
    wy += weight * y;
    wxy += weight * x * y;
  }
  const slope = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  return { start: Math.max(0, (wy - slope * wx) / w), slope };
}

/**
 * Nanoseconds of a sum between `n` machines. Each sends 2 (n − 1) messages a bucket, half of them parts of it to be
 * summed, half of them sums, one after another at worst: 2 (n − 1) / n of all bytes.
 */
export function exchangeTime({ message, byte }: Network, n: number, bytes: number): number {
  const buckets = Math.ceil(bytes / BUCKET);
  return buckets * 2 * (n - 1) * message + ((2 * (n - 1)) / n) * bytes * byte;
}
