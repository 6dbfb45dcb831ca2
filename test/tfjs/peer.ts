import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Tfjs } from 'adamax/tfjs';

/**
 * TensorFlow.js under test: that of node_modules, or of another folder where `ADAMAX_TEST_TFJS` names one, in which
 * `@tensorflow/tfjs` and its wasm backend of another version are installed.
 */
const folder = process.env.ADAMAX_TEST_TFJS;
const require = createRequire(folder === undefined ? import.meta.url : join(folder, 'package.json'));

export const tf: Required<Tfjs> = load();
export const version: string = tf.version_core;
export const BACKENDS = ['cpu', 'wasm'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** Tests of everything that depends on where TensorFlow.js has its numbers. */
export function onBackends(title: string, body: (backend: BackendName) => void): void {
  for (const backend of BACKENDS) {
    describe(`${title}, on ${backend} of TensorFlow.js ${version}`, () => {
      before(async () => {
        await tf.setBackend(backend);
        await tf.ready();
      });
      // Others count what there is.
      after(() => tf.disposeVariables());
      body(backend);
    });
  }
}

function load(): Required<Tfjs> {
  if (folder === undefined) {
    require('@tensorflow/tfjs-backend-cpu');
    require('@tensorflow/tfjs-backend-wasm');
    return { ...require('@tensorflow/tfjs-core'), ...require('@tensorflow/tfjs-layers') };
  }
  require('@tensorflow/tfjs-backend-wasm');
  return require('@tensorflow/tfjs');
}
