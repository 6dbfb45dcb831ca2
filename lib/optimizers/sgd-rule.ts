import { needKernel, withKernel } from '../backend/kernel.js';

const { fround } = Math;

/** p' = p − lr·g. Native twin: native/kernels/sgd-inl.h. */
export const sgdRule = withKernel(needKernel('sgd', 0, 1), {
  name: 'sgd',
  slots: [],
  scalars: 1,
  sweep(param, out, _slots, at, grad, gradAt, n, scalars) {
    const learningRate = scalars[0];
    for (let i = at, j = gradAt; j < gradAt + n; i++, j++) out[i] = fround(param[i] - fround(learningRate * grad[j]));
  },
});
