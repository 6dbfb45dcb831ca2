/** How elements of one dtype become those of another, where that loses nothing but what slots of bfloat16 round. */
import { fromBfloat16, toBfloat16 } from '../math/bfloat16.js';
import type { TypedArray } from '../memory/node-util.js';
import { type FileDtype, WIDTHS } from './format/dtype.js';
import { writePiece } from './format/piece.js';

/** Puts elements of a file into an array, from its element `at` on. */
type Put = (from: DataView, to: TypedArray, at: number) => void;

const CONVERSIONS: Readonly<Record<string, Put>> = {
  'BF16 F32': each(2, (from, i) => fromBfloat16(from.getUint16(i, true))),
  'F16 F32': each(2, (from, i) => fromFloat16(from.getUint16(i, true))),
  'F32 BF16': each(4, (from, i) => toBfloat16(from.getFloat32(i, true))),
  'I32 I64': each(4, (from, i) => BigInt(from.getInt32(i, true))),
  'U32 I64': each(4, (from, i) => BigInt(from.getUint32(i, true))),
};

function each(width: number, value: (from: DataView, i: number) => number | bigint): Put {
  return (from, to, at) => {
    for (let i = 0; i < from.byteLength; i += width) to[at + i / width] = value(from, i);
  };
}

/** The dtypes of a file that a tensor of memory takes. */
export function takenBy(dtype: FileDtype): FileDtype[] {
  const others = Object.keys(CONVERSIONS).filter((pair) => pair.endsWith(` ${dtype}`));
  return [dtype, ...others.map((pair) => pair.split(' ')[0] as FileDtype)];
}

/**
 * Puts a piece of a file's tensor into memory.
 * @param begin - bytes of the tensor in front of the piece
 * @throws TypeError `ERR_ADAMAX_DETACHED`
 */
export function putPiece(
  key: string,
  from: FileDtype,
  piece: Uint8Array,
  begin: number,
  to: { readonly dtype: FileDtype; readonly array: TypedArray; readonly length: number },
): void {
  if (from === to.dtype) {
    writePiece(key, to.array, to.length, begin, piece);
    return;
  }
  writePiece(key, to.array, to.length, 0, new Uint8Array(0)); // for its check
  const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
  CONVERSIONS[`${from} ${to.dtype}`](view, to.array, begin / WIDTHS[from]);
}

/** The number that a binary16 of IEEE 754 stands for. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
