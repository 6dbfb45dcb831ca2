import type { KernelConfig, KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { typeError } from '../../arguments/errors.js';
import { checkOneOf, checkOptions } from '../../arguments/options.js';
import type { Tfjs } from '../namespace.js';
import { batchMatMul } from './batch-mat-mul.js';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.js';
import { conv2dBackpropInput } from './conv2d-backprop-input.js';
import { conv3dBackpropFilter } from './conv3d-backprop-filter.js';
import { conv3dBackpropInput } from './conv3d-backprop-input.js';
import { depthwiseBackpropFilter } from './depthwise-backprop-filter.js';
import { depthwiseBackpropInput } from './depthwise-backprop-input.js';
import { identity } from './identity.js';
import { BACKEND, type Run, type TrainingKernel } from './kernel.js';
import { maxPool3d } from './max-pool-3d.js';
import { maxPool3dGrad, maxPoolGrad } from './max-pool-grad.js';
import { unsortedSegmentSum } from './unsorted-segment-sum.js';

const KERNELS = {
  BatchMatMul: batchMatMul,
  Conv2DBackpropFilter: conv2dBackpropFilter,
  Conv2DBackpropInput: conv2dBackpropInput,
  Conv3DBackpropFilterV2: conv3dBackpropFilter,
  Conv3DBackpropInputV2: conv3dBackpropInput,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  Identity: identity,
  MaxPool3D: maxPool3d,
  MaxPool3DGrad: maxPool3dGrad,
  MaxPoolGrad: maxPoolGrad,
  UnsortedSegmentSum: unsortedSegmentSum,
} satisfies Record<string, TrainingKernel>;

export type WasmTrainingKernel = keyof typeof KERNELS;

/** Those of TensorFlow.js 4.22 that are slow, or wrong: see the kernels. */
const REPLACED: readonly WasmTrainingKernel[] = [
  'BatchMatMul',
  'Conv2DBackpropInput',
  'Conv3DBackpropFilterV2',
  'Conv3DBackpropInputV2',
  'Identity',
  'MaxPool3D',
  'MaxPool3DGrad',
  'MaxPoolGrad',
];
const NAMES = Object.keys(KERNELS) as WasmTrainingKernel[];

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

/** The configs in the registry that are ours. The registry is one for the process, whatever copy of TensorFlow.js. */
const ours = new WeakSet<KernelConfig>();

/** Whether the kernel of this name on the wasm backend is ours. */
export function isTrainingKernel(tf: Tfjs, name: WasmTrainingKernel): boolean {
  return ours.has(tf.getKernel(name, BACKEND));
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
  const disable = () => {
    for (const undoOne of undo.splice(0)) undoOne();
  };
  for (const name of NAMES) {
    const stock = tf.getKernel(name, BACKEND);
    if (ours.has(stock) || skip.includes(name)) continue;
    if (stock !== undefined && !replace.includes(name)) {
      kept.push(name);
      continue;
    }
    (stock === undefined ? added : replaced).push(name);
    undo.push(install(tf, KERNELS[name], stock));
  }
  return { added, replaced, kept, disable };
}

/** @returns what undoes it */
function install(tf: Tfjs, kernel: TrainingKernel, stock: KernelConfig | undefined): () => void {
  const run: Run = (name, backend, inputs, attrs) => {
    const { kernelFunc } = name === kernel.name && stock !== undefined ? stock : tf.getKernel(name, BACKEND);
    return kernelFunc({ inputs, attrs: attrs as NamedAttrMap, backend }) as TensorInfo;
  };
  // What TensorFlow.js sets up when the backend starts is kept: the kernel that is replaced is called by ours.
  const kernelFunc = kernel.create(tf, run) as unknown as KernelFunc;
  const config: KernelConfig = { ...stock, kernelName: kernel.name, backendName: BACKEND, kernelFunc };
  put(tf, config, stock);
  ours.add(config);
  return () => {
    // Whoever has put another kernel there since meant it.
    if (tf.getKernel(kernel.name, BACKEND) === config) put(tf, stock, config);
  };
}

/** Registering over a kernel would print a warning. */
function put(tf: Tfjs, config: KernelConfig | undefined, old: KernelConfig | undefined): void {
  if (old !== undefined) tf.unregisterKernel(old.kernelName, BACKEND);
  if (config !== undefined) tf.registerKernel(config);
}
