import type { BatchMatMulAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { type Infos, sizeOf, type TrainingKernel } from './kernel.js';

/** left · right, each of which may have to be transposed before. `turned` says that this is the transposed product. */
interface Product {
  readonly left: TensorInfo;
  readonly right: TensorInfo;
  readonly turnsLeft: boolean;
  readonly turnsRight: boolean;
  readonly turned: boolean;
}

/**
 * Products with a transposed matrix, two of which each dense layer needs in its backward pass. TensorFlow.js hands
 * plain products to XNNPACK, and takes a plain loop for these. Here what has to be transposed is transposed first.
 */
export const batchMatMul: TrainingKernel<Infos<'a' | 'b'>, BatchMatMulAttrs> = {
  name: 'BatchMatMul',
  create:
    (_, run) =>
    ({ inputs: { a, b }, attrs: { transposeA, transposeB }, backend }) => {
      const multiply = (a: TensorInfo, b: TensorInfo, transposeA: boolean, transposeB: boolean) =>
        run('BatchMatMul', backend, { a, b }, { transposeA, transposeB });
      const transpose = (x: TensorInfo) => run('Transpose', backend, { x }, { perm: exchanged(x.shape.length) });

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
