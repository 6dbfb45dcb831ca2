import type { KernelFunc } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../namespace.js';
import { conv2d, fusedConv2d } from './conv2d.js';
import { depthwiseConv2d, fusedDepthwiseConv2d } from './depthwise-conv2d.js';
import { isInstalled, kernelFuncOf } from './install.js';
import { BACKEND, type TrainingKernel } from './kernel.js';
import { avgPool, maxPool } from './pool.js';
import { sum } from './sum.js';

/** Kernels of which a loss, or a gradient, would be wrong without a word. */
const STAND_INS: readonly TrainingKernel[] = [
  avgPool,
  conv2d,
  depthwiseConv2d,
  fusedConv2d,
  fusedDepthwiseConv2d,
  maxPool,
  sum,
];

/** What takes the kernels back which stand in for those of TensorFlow.js; undefined while none do. */
let standing: (() => void)[] | undefined;

/**
 * Calls `body` with kernels of the wasm backend that are right, or refuse, also where `enableWasmTraining` has not been
 * called, or has been taken back in the midst of it.
 */
export function withStandIns<T>(tf: Tfjs, body: () => T): T {
  if (standing !== undefined || tf.getBackend() !== BACKEND) return body();
  standing = standIn(tf);
  try {
    return body();
  } finally {
    for (const leave of standing) leave();
    standing = undefined;
  }
}

/** Changes which kernels are there for good, without regard to whether some stand in at the time. */
export function withoutStandIns<T>(tf: Tfjs, change: () => T): T {
  if (standing === undefined) return change();
  for (const leave of standing) leave();
  try {
    return change();
  } finally {
    standing = standIn(tf);
  }
}

function standIn(tf: Tfjs): (() => void)[] {
  return STAND_INS.flatMap((kernel) => {
    const config = tf.getKernel(kernel.name, BACKEND) as { kernelFunc: KernelFunc } | undefined;
    if (config === undefined || isInstalled(tf, kernel.name)) return [];
    // To register kernels anew at each step would take longer than to step a small model.
    const theirs = config.kernelFunc;
    config.kernelFunc = kernelFuncOf(tf, kernel, theirs);
    return () => {
      config.kernelFunc = theirs;
    };
  });
}
