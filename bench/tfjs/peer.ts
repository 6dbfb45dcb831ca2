/** TensorFlow.js with its two backends for Node, loaded when a part of the group asks for it. */
import { createRequire } from 'node:module';
import type { Tfjs } from 'adamax/tfjs';

const require = createRequire(import.meta.url);
require('@tensorflow/tfjs-backend-cpu');
require('@tensorflow/tfjs-backend-wasm');
export const tf: Required<Tfjs> = { ...require('@tensorflow/tfjs-core'), ...require('@tensorflow/tfjs-layers') };

/** Starts the backends, so that `use` need not wait for one. */
export async function startBackends(): Promise<void> {
  for (const name of ['wasm', 'cpu']) {
    await tf.setBackend(name);
    await tf.ready();
  }
}

/** Goes to a backend that has started, at once. */
export function use(backend: 'cpu' | 'wasm'): void {
  void tf.setBackend(backend);
  if (tf.getBackend() !== backend) throw new Error(`TensorFlow.js is still on ${tf.getBackend()}`);
}
