import type { KernelConfig, KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../namespace.js';
import { BACKEND, type Run, type TrainingKernel } from './kernel.js';

/** The configs in the registry that are ours. The registry is one for the process, whatever copy of TensorFlow.js. */
const ours = new WeakSet<KernelConfig>();

/** Whether the kernel of this name on the wasm backend is ours. */
export function isInstalled(tf: Tfjs, name: string): boolean {
  return ours.has(tf.getKernel(name, BACKEND));
}

/** A kernel as TensorFlow.js calls it. @param theirs - the one that gives way to it, which it may run */
export function kernelFuncOf(tf: Tfjs, kernel: TrainingKernel, theirs: KernelFunc | undefined): KernelFunc {
  const run: Run = (name, backend, inputs, attrs) => {
    const kernelFunc = (name === kernel.name && theirs) || tf.getKernel(name, BACKEND).kernelFunc;
    return kernelFunc({ inputs, attrs: attrs as NamedAttrMap, backend }) as TensorInfo;
  };
  return kernel.create(tf, run) as unknown as KernelFunc;
}

/**
 * Registers a kernel in the place of that of TensorFlow.js, if there is one.
 * @returns what undoes it
 */
export function install(tf: Tfjs, kernel: TrainingKernel): () => void {
  const stock = tf.getKernel(kernel.name, BACKEND) as KernelConfig | undefined;
  // What TensorFlow.js sets up when the backend starts is kept: the kernel that is replaced is called by ours.
  const kernelFunc = kernelFuncOf(tf, kernel, stock?.kernelFunc);
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
