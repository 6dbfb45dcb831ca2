import type { KernelConfig, KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../namespace.js';
import { BACKEND, type Run, type TrainingKernel } from './kernel.js';

/** The configs in the registry that are ours. The registry is one for the process, whatever copy of TensorFlow.js. */
const ours = new WeakSet<KernelConfig>();

/** Whether the kernel of this name on the wasm backend is ours. */
export function isInstalled(tf: Tfjs, name: string): boolean {
  return ours.has(tf.getKernel(name, BACKEND));
}

/**
 * Registers a kernel in the place of that of TensorFlow.js, if there is one.
 * @returns what undoes it
 */
export function install(tf: Tfjs, kernel: TrainingKernel): () => void {
  const stock = tf.getKernel(kernel.name, BACKEND) as KernelConfig | undefined;
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
