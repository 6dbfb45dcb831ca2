import type { BatchMatMulAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { type Infos, sizeOf, type TrainingKernel, type WasmBackend, zeros } from './kernel.js';

/** left · right, each of which may have to be transposed before. `turned` says that this is the transposed product. */
interface Product {
  readonly left: TensorInfo;
  readonly right: TensorInfo;
  readonly turnsLeft: boolean;
  readonly turnsRight: boolean;
  readonly turned: boolean;
}

/**
 * Products with a transposed matrix, two of which each dense layer needs in its backward pass. TensorFlow.js hands plain
 * products to XNNPACK, and takes a plain loop for these. Here what has to be transposed is transposed first.
 *
 * XNNPACK packs a right factor once for its data, whatever the shape was, and would read beyond it in another shape: so
 * data that comes in a second shape, as `tf.reshape` gives it, is copied.
 */
export const batchMatMul: TrainingKernel<Infos<'a' | 'b'>, BatchMatMulAttrs> = {
  name: 'BatchMatMul',
  create:
    (tf, run) =>
    ({ inputs: { a, b }, attrs: { transposeA, transposeB }, backend }) => {
      const multiply = (a: TensorInfo, b: TensorInfo, transposeA: boolean, transposeB: boolean) => {
        const right = isPackedOtherwise(b) ? copyOf(b, backend) : b;
        const product = run('BatchMatMul', backend, { a, b: right }, { transposeA, transposeB });
        if (right !== b) backend.disposeData(right.dataId);
        return product;
      };
      const transpose = (x: TensorInfo) => run('Transpose', backend, { x }, { perm: exchanged(x.shape.length) });

      // XNNPACK computes nothing of no numbers, and says so on the console only.
      if (sizeOf(a.shape) === 0 || sizeOf(b.shape) === 0) {
        const rows = a.shape[a.shape.length - (transposeA ? 1 : 2)];
        const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)];
        const stack = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
        return zeros([...stack, rows, columns], backend);
      }
      const isPlain = !transposeA && !transposeB;
      if (isPlain || !isMatrix(a) || !isMatrix(b)) return multiply(a, b, transposeA, transposeB);
      const { left, right, turnsLeft, turnsRight, turned } = cheapest(a, b, transposeA, transposeB);
      const factors = [turnsLeft ? transpose(left) : left, turnsRight ? transpose(right) : right];
      const product = multiply(factors[0], factors[1], false, false);
      if (turnsLeft) backend.disposeData(factors[0].dataId);
      if (turnsRight) backend.disposeData(factors[1].dataId);
      if (!turned) return product;
      const out = transpose(product);
      backend.disposeData(product.dataId);
      return out;
    },
};

/** (a · b)ᵀ = bᵀ · aᵀ, so there is a choice of what is transposed. */
function cheapest(a: TensorInfo, b: TensorInfo, transposeA: boolean, transposeB: boolean): Product {
  const straight = { left: a, right: b, turnsLeft: transposeA, turnsRight: transposeB, turned: false };
  const turned = { left: b, right: a, turnsLeft: !transposeB, turnsRight: !transposeA, turned: true };
  const shared = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const size = (sizeOf(a.shape) / shared) * (sizeOf(b.shape) / shared);
  return movedBy(turned) + size < movedBy(straight) ? turned : straight;
}

/** The rows that data had as a right factor for the first time. */
const packedRows = new WeakMap<object, number>();

/** Whether data may have been packed in another shape; from now on it is known in this one. */
function isPackedOtherwise(right: TensorInfo): boolean {
  if (!isMatrix(right)) return false;
  const rows = right.shape[right.shape.length - 2];
  const first = packedRows.get(right.dataId) ?? rows;
  packedRows.set(right.dataId, first);
  return first !== rows;
}

function copyOf({ shape, dtype, ...info }: TensorInfo, backend: WasmBackend): TensorInfo {
  const copy = backend.makeOutput(shape, dtype);
  backend.typedArrayFromHeap(copy).set(backend.typedArrayFromHeap({ shape, dtype, ...info }));
  return copy;
}

/** How many numbers are transposed first, or packed by XNNPACK, which does that to the right factor. */
function movedBy({ left, right, turnsLeft, turnsRight }: Product): number {
  return (turnsLeft ? sizeOf(left.shape) : 0) + (turnsRight ? 2 : 1) * sizeOf(right.shape);
}

/** Whether this is one matrix with numbers in it, and not a stack of matrices, which XNNPACK is not asked for. */
function isMatrix({ shape, dtype }: TensorInfo): boolean {
  const [rows, columns] = shape.slice(-2);
  return dtype === 'float32' && rows * columns > 0 && sizeOf(shape) === rows * columns;
}

function exchanged(rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return [...axes.slice(0, -2), rank - 1, rank - 2];
}
