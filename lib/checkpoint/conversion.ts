/** How elements of one dtype become those of another, where that loses nothing but what slots of bfloat16 round. */
import { toBfloat16 } from '../math/bfloat16.js';
import type { TypedArray } from '../memory/node-util.js';
import { type FileDtype, WIDTHS } from './format/dtype.js';
import { writePiece } from './format/piece.js';

/** Puts the element at one place of a file's bytes at another of its new bytes. */
type Put = (from: DataView, at: number, to: DataView, toAt: number) => void;

// What NaN carries in its bits would be lost on the way through a number, so it goes as bits where a fraction gets wider.
const CONVERSIONS: Readonly<Record<string, Put>> = {
  'BF16 F32': (from, at, to, toAt) => to.setUint32(toAt, from.getUint16(at, true) << 16, true),
  'F16 F32': (from, at, to, toAt) => {
    const bits = from.getUint16(at, true);
    if (isNaN16(bits)) to.setUint32(toAt, ((bits & 0x8000) << 16) | 0x7f800000 | ((bits & 0x3ff) << 13), true);
    else to.setFloat32(toAt, fromFloat16(bits), true);
  },
  'F32 BF16': (from, at, to, toAt) => to.setUint16(toAt, toBfloat16(from.getFloat32(at, true)), true),
  'I32 I64': (from, at, to, toAt) => to.setBigInt64(toAt, BigInt(from.getInt32(at, true)), true),
  'U32 I64': (from, at, to, toAt) => to.setBigInt64(toAt, BigInt(from.getUint32(at, true)), true),
};

/** Whether elements that become those of another dtype may come to other numbers. */
export function isRounded(from: FileDtype, to: FileDtype): boolean {
  return from === 'F32' && to === 'BF16';
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
  const [put, width, wide] = [CONVERSIONS[`${from} ${to.dtype}`], WIDTHS[from], WIDTHS[to.dtype]];
  const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
  const converted = new Uint8Array((piece.length / width) * wide);
  const toView = new DataView(converted.buffer);
  for (let at = 0, toAt = 0; at < piece.length; at += width, toAt += wide) put(view, at, toView, toAt);
  writePiece(key, to.array, to.length, (begin / width) * wide, converted);
}

function isNaN16(bits: number): boolean {
  return (bits & 0x7fff) > 0x7c00;
}

/** The number that a binary16 of IEEE 754 stands for. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
