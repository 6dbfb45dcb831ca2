import type { GradConfig, KernelConfig, NamedAttrMap, Tensor, Variable as TfVariable } from '@tensorflow/tfjs-core';
import { CapturedRows } from './captured-rows.js';
import type { Tfjs } from './namespace.js';
import { notDifferentiable } from './refusal.js';
import { checkRowIds, rowsOf } from './row-ids.js';
import type { Tables } from './tables.js';

const KERNEL = 'GatherV2';
const ours = new WeakSet<KernelConfig['kernelFunc']>();

/**
 * Calls `f` with another `tf.gather`, which is what `tf.layers.embedding` looks up its rows by: rows of trainable variables
 * are noted for a sparse gradient, and those of a table are taken where it is. In all else it is that of TensorFlow.js, which
 * is there again afterwards.
 */
export function capturingGathers<T>(tf: Tfjs, tables: Tables, f: () => T): T {
  const backendName = tf.getBackend();
  const kernel = tf.getKernel(KERNEL, backendName) as KernelConfig | undefined;
  const gradient = tf.getGradient(KERNEL) as GradConfig | undefined;
  if (kernel === undefined || gradient === undefined || ours.has(kernel.kernelFunc)) return f();
  const capture = new GatherCapture(tf, tables, kernel, gradient);
  replaceKernel(tf, { ...kernel, kernelFunc: capture.kernelFunc });
  tf.registerGradient(capture.gradient);
  try {
    return f();
  } finally {
    replaceKernel(tf, kernel);
    tf.registerGradient(gradient);
  }
}

function replaceKernel(tf: Tfjs, kernel: KernelConfig): void {
  tf.unregisterKernel(KERNEL, kernel.backendName);
  tf.registerKernel(kernel);
}

class GatherCapture {
  readonly kernelFunc: KernelConfig['kernelFunc'];
  readonly gradient: GradConfig;
  readonly #tf: Tfjs;

  constructor(tf: Tfjs, tables: Tables, kernel: KernelConfig, gradient: GradConfig) {
    this.#tf = tf;
    // TensorFlow.js asks what to save as soon as the kernel has run. To save a table is to copy it, on some backends.
    let isCaptured = false;
    this.kernelFunc = (call) => {
      const { x, indices } = call.inputs as Record<string, Tensor>;
      const rows = CapturedRows.current;
      isCaptured = rows !== null && this.#looksUpRows(x, call.attrs);
      if (rows === null || !isCaptured) return kernel.kernelFunc(call);
      const numbers = tf.engine().readSync(indices.dataId) as Int32Array;
      const { ids, shape } = checkRowIds(`rows of '${(x as TfVariable).name}'`, numbers, indices.shape, x.shape[0]);
      const table = tables.find(x as TfVariable);
      const output = table === undefined ? kernel.kernelFunc(call) : this.#take(table.data, x, ids, shape);
      rows.note((Array.isArray(output) ? output[0] : output).dataId, x, ids);
      return output;
    };
    ours.add(this.kernelFunc);
    this.gradient = {
      ...gradient,
      get inputsToSave() {
        return isCaptured ? [] : (gradient.inputsToSave ?? []);
      },
      gradFunc: (dy, saved, attributes) => {
        if (saved.length === 0) throw notDifferentiable('tf.grad by a variable whose rows are looked up');
        return gradient.gradFunc(dy, saved, attributes);
      },
    };
  }

  /** Whether the first dimension of a variable is looked up, and nothing else. */
  #looksUpRows(x: Tensor, { axis, batchDims }: NamedAttrMap = {}): boolean {
    if (!(x instanceof this.#tf.Variable) || !x.trainable || x.dtype !== 'float32' || batchDims !== 0) return false;
    return axis === 0 || axis === -x.rank;
  }

  #take(table: Float32Array, x: Tensor, ids: Int32Array, shape: readonly number[]) {
    const { backend } = this.#tf.engine();
    const outputShape = [...shape, ...x.shape.slice(1)];
    const rows = rowsOf(table, x.size / x.shape[0], ids);
    return { dataId: backend.write(rows, outputShape, 'float32'), shape: outputShape, dtype: 'float32' as const };
  }
}
