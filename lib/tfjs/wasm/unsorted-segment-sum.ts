import type { UnsortedSegmentSumAttrs } from '@tensorflow/tfjs-core';
import { type Infos, sizeOf, type TrainingKernel } from './kernel.js';

/**
 * Sums the rows of x that have the same id: the gradient of `gather`, and so of every embedding. Each row is read once,
 * where the cpu backend goes through all rows for each segment. Ids outside of the segments are left out, as there.
 */
export const unsortedSegmentSum: TrainingKernel<Infos<'x' | 'segmentIds'>, UnsortedSegmentSumAttrs> = {
  name: 'UnsortedSegmentSum',
  create:
    () =>
    ({ inputs: { x, segmentIds }, attrs: { numSegments }, backend }) => {
      const out = backend.makeOutput([numSegments, ...x.shape.slice(segmentIds.shape.length)], x.dtype);
      const ids = backend.typedArrayFromHeap(segmentIds);
      const values = backend.typedArrayFromHeap(x);
      const sums = backend.typedArrayFromHeap(out).fill(0);
      const length = sizeOf(out.shape.slice(1));
      for (let row = 0; row < ids.length; row++) {
        const id = ids[row];
        if (id < 0 || id >= numSegments) continue;
        const from = row * length;
        const to = id * length;
        for (let i = 0; i < length; i++) sums[to + i] += values[from + i];
      }
      return out;
    },
};
