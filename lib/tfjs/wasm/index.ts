import { typeError } from '../../arguments/errors.js';
import { checkOneOf, checkOptions } from '../../arguments/options.js';
import type { Tfjs } from '../namespace.js';
import { batchMatMul } from './batch-mat-mul.js';
import { conv2d, fusedConv2d } from './conv2d.js';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.js';
import { conv2dBackpropInput } from './conv2d-backprop-input.js';
import { conv3dBackpropFilter } from './conv3d-backprop-filter.js';
import { conv3dBackpropInput } from './conv3d-backprop-input.js';
import { depthwiseBackpropFilter } from './depthwise-backprop-filter.js';
import { depthwiseBackpropInput } from './depthwise-backprop-input.js';
import { depthwiseConv2d, fusedDepthwiseConv2d } from './depthwise-conv2d.js';
import { identity } from './identity.js';
import { install, isInstalled } from './install.js';
import { BACKEND, type TrainingKernel } from './kernel.js';
import { maxPool3d } from './max-pool-3d.js';
import { maxPool3dGrad, maxPoolGrad } from './max-pool-grad.js';
import { avgPool, maxPool } from './pool.js';
import { withoutStandIns } from './stand-in.js';
import { sum } from './sum.js';
import { unsortedSegmentSum } from './unsorted-segment-sum.js';

const KERNELS = {
  AvgPool: avgPool,
  BatchMatMul: batchMatMul,
  Conv2D: conv2d,
  Conv2DBackpropFilter: conv2dBackpropFilter,
  Conv2DBackpropInput: conv2dBackpropInput,
  Conv3DBackpropFilterV2: conv3dBackpropFilter,
  Conv3DBackpropInputV2: conv3dBackpropInput,
  DepthwiseConv2dNative: depthwiseConv2d,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  FusedConv2D: fusedConv2d,
  FusedDepthwiseConv2D: fusedDepthwiseConv2d,
  Identity: identity,
  MaxPool: maxPool,
  MaxPool3D: maxPool3d,
  MaxPool3DGrad: maxPool3dGrad,
  MaxPoolGrad: maxPoolGrad,
  Sum: sum,
  UnsortedSegmentSum: unsortedSegmentSum,
} satisfies Record<string, TrainingKernel>;

/** The name of a kernel that `enableWasmTraining` brings. */
export type WasmTrainingKernel = keyof typeof KERNELS;

/** Those of TensorFlow.js 4.22 that are slow, or wrong: see the kernels. */
const REPLACED: readonly WasmTrainingKernel[] = [
  'AvgPool',
  'BatchMatMul',
  'Conv2D',
  'Conv2DBackpropInput',
  'Conv3DBackpropFilterV2',
  'Conv3DBackpropInputV2',
  'DepthwiseConv2dNative',
  'FusedConv2D',
  'FusedDepthwiseConv2D',
  'Identity',
  'MaxPool',
  'MaxPool3D',
  'MaxPool3DGrad',
  'MaxPoolGrad',
  'Sum',
];
const NAMES = Object.keys(KERNELS) as WasmTrainingKernel[];

/** Which kernels `enableWasmTraining` registers. */
export interface WasmTrainingOptions {
  /** Which kernels give way to ours where TensorFlow.js brings them: all that 4.22 brings, unless given. */
  replace?: readonly WasmTrainingKernel[];
  /** Which of ours to leave out: none unless given. */
  skip?: readonly WasmTrainingKernel[];
}

/** What `enableWasmTraining` has done. */
export interface WasmTraining {
  /** Kernels that were missing. */
  readonly added: readonly WasmTrainingKernel[];
  /** Kernels of TensorFlow.js that have given way. */
  readonly replaced: readonly WasmTrainingKernel[];
  /** Kernels that TensorFlow.js brings itself, and that are used. */
  readonly kept: readonly WasmTrainingKernel[];
  /** Takes back what is listed here, and puts the very kernels of TensorFlow.js in place again. */
  disable(): void;
}

/** Whether the kernel of this name on the wasm backend is ours. */
export function isTrainingKernel(tf: Tfjs, name: WasmTrainingKernel): boolean {
  return isInstalled(tf, name);
}

/**
 * Registers the kernels that training needs and the wasm backend of TensorFlow.js lacks, and some in place of its own,
 * which are slow, or wrong. Whatever else TensorFlow.js brings under these names is kept, in later versions too, unless
 * `replace` names it. Other backends are as they were. A second call finds nothing to do.
 * @param tf TensorFlow.js, whose package @tensorflow/tfjs-backend-wasm has been imported; the backend need not be ready
 */
export function enableWasmTraining(tf: Tfjs, options: WasmTrainingOptions = {}): WasmTraining {
  checkOptions('options', options, ['replace', 'skip']);
  const { replace = REPLACED, skip = [] } = options;
  for (const name of replace) checkOneOf('options.replace', name, NAMES);
  for (const name of skip) checkOneOf('options.skip', name, NAMES);
  if (tf.getKernel('Transpose', BACKEND) === undefined) {
    throw typeError('ERR_ADAMAX_TFJS', 'tf must have its wasm backend: import @tensorflow/tfjs-backend-wasm first');
  }

  const added: WasmTrainingKernel[] = [];
  const replaced: WasmTrainingKernel[] = [];
  const kept: WasmTrainingKernel[] = [];
  const undo: (() => void)[] = [];
  const enable = () => {
    for (const name of NAMES) {
      if (isInstalled(tf, name) || skip.includes(name)) continue;
      const isThere = tf.getKernel(name, BACKEND) !== undefined;
      if (isThere && !replace.includes(name)) {
        kept.push(name);
        continue;
      }
      (isThere ? replaced : added).push(name);
      undo.push(install(tf, KERNELS[name]));
    }
  };
  const disable = () => {
    for (const undoOne of undo.splice(0)) undoOne();
  };
  withoutStandIns(tf, enable);
  return { added, replaced, kept, disable: () => withoutStandIns(tf, disable) };
}
