/** Sparse gradients, with indices of each kind. */
import { IndexedSlices } from 'adamax';
import { piece, write } from '../memory.js';
import type { GradientModel, IndexPiece } from '../model/gradient.js';
import { rowLengthOf, type VariableModel } from '../model/variable.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';

const KINDS = ['int32', 'uint32', 'int64', 'plain'] as const;

/** Row numbers, mostly good ones, mostly with some that come again. */
function drawNumbers(draw: Draw, table: number, slices: number, isBad: boolean): number[] {
  const most = draw.chance(0.3) ? Math.min(table, 2) : table;
  const rows = Array.from({ length: slices }, () => draw.below(most));
  if (isBad && slices > 0)
    rows[draw.below(slices)] = draw.pick([table, table + 1, 2 ** 31 - 1, -1, -(2 ** 31), 2 ** 32 - 1]);
  return rows;
}

export function drawRows(world: World, draw: Draw, variable: VariableModel): GradientModel | null {
  const rowLength = rowLengthOf(variable);
  const table = variable.shape[0] ?? 1;
  const isLeaving = world.isLarge && draw.chance(0.7) && table > 0 && rowLength >= 8;
  const slices = isLeaving ? Math.ceil(2 ** 19 / rowLength) : draw.below(draw.chance(0.1) ? 40 : 7);
  const isBad = table === 0 || draw.chance(0.07);
  const kind = draw.pick(KINDS);
  let numbers = drawNumbers(draw, Math.max(table, 1), slices, isBad && table > 0);
  if (kind === 'uint32' || kind === 'plain') numbers = numbers.map((row) => (row < 0 ? table + 5 : row));
  else if (kind === 'int32') numbers = numbers.map((row) => (row > 2 ** 31 - 1 ? -7 : row));
  const surplus = draw.chance(0.03) ? 1 : 0;
  const values = draw.chance(0.02)
    ? world.floats(draw, slices * rowLength + surplus)
    : world.floatsApart(draw, slices * rowLength + surplus);
  const isFree =
    !values.block.gone && !world.variables.some(({ memory }) => memory.block === values.block) && !world.isUsed(values);
  if (isFree) {
    const drawn = new Float32Array(values.length);
    draw.fill(drawn);
    write(values, drawn);
  }
  if (values.block.gone) return null;
  const denseShape = draw.chance(0.15) ? (draw.chance(0.85) ? variable.shape : [...variable.shape, 1]) : null;
  const make = (indices: unknown) => new IndexedSlices(values.real, indices as Int32Array, denseShape ?? undefined);
  const text = `${slices} ${kind} slices`;
  const rest = { text, kind: 'rows' as const, values, denseShape };
  if (kind === 'plain') return { ...rest, real: make(numbers), indices: null, rows: () => numbers };
  const indices = indexPiece(world, draw, variable, kind, numbers);
  const rows = () => Array.from(indices.shadow as ArrayLike<number | bigint>, Number);
  return { ...rest, real: make(indices.real), indices, rows };
}

/** Memory of indices: rarely that of the parameter, or of what lies beside it. */
function indexPiece(
  world: World,
  draw: Draw,
  { memory }: VariableModel,
  kind: 'int32' | 'uint32' | 'int64',
  numbers: readonly number[],
): IndexPiece {
  const { length } = numbers;
  const { block } = memory;
  if (kind === 'int32' && draw.chance(0.02) && !block.gone && 4 * length <= block.bytes) {
    return piece(Int32Array, block, 4 * draw.below((block.bytes - 4 * length) / 4 + 1), length);
  }
  const own = world.block((kind === 'int64' ? 8 : 4) * (length + 2));
  if (kind === 'int64') {
    const indices = piece(BigInt64Array, own, 8, length);
    write(
      indices,
      BigInt64Array.from(numbers, (row) => (row === 2 ** 32 - 1 ? 2n ** 62n : BigInt(row))),
    );
    return indices;
  }
  const indices = kind === 'int32' ? piece(Int32Array, own, 4, length) : piece(Uint32Array, own, 4, length);
  write(indices as never, (kind === 'int32' ? Int32Array.from(numbers) : Uint32Array.from(numbers)) as never);
  return indices;
}
