/** A rectangle by its centre and half its sides. */
export interface Box {
  x: number;
  y: number;
  readonly halfWidth: number;
  readonly halfHeight: number;
}

const STEP = 3;
const FARTHEST = 360;

/**
 * Moves boxes so that none overlaps another and all lie within the frame. They take their places one after another,
 * each the free one nearest to where it wants to be: put the important ones first. A box that finds no place within
 * reach stays where it is, overlaps and all.
 */
export function declutter(boxes: readonly Box[], width: number, height: number): void {
  const offsets = offsetsByDistance();
  const placed: Box[] = [];
  for (const box of boxes) {
    const wanted = {
      ...box,
      x: clamp(box.x, box.halfWidth, width - box.halfWidth),
      y: clamp(box.y, box.halfHeight, height - box.halfHeight),
    };
    const isFree = ([dx, dy]: readonly [number, number]): boolean => {
      const moved = { ...wanted, x: wanted.x + dx, y: wanted.y + dy };
      return isInside(moved, width, height) && !placed.some((other) => overlap(moved, other));
    };
    const [dx, dy] = offsets.find(isFree) ?? [0, 0];
    box.x = wanted.x + dx;
    box.y = wanted.y + dy;
    placed.push(box);
  }
}

function offsetsByDistance(): (readonly [number, number])[] {
  const reach = Math.floor(FARTHEST / STEP);
  const axis = Array.from({ length: 2 * reach + 1 }, (_, i) => (i - reach) * STEP);
  const offsets = axis.flatMap((dx) => axis.map((dy) => [dx, dy] as const));
  return offsets.sort(([ax, ay], [bx, by]) => ax * ax + ay * ay - (bx * bx + by * by));
}

function overlap(a: Box, b: Box): boolean {
  return Math.abs(a.x - b.x) < a.halfWidth + b.halfWidth && Math.abs(a.y - b.y) < a.halfHeight + b.halfHeight;
}

function isInside({ x, y, halfWidth, halfHeight }: Box, width: number, height: number): boolean {
  return x >= halfWidth && x <= width - halfWidth && y >= halfHeight && y <= height - halfHeight;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
