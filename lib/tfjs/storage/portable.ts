import type { Tfjs } from '../namespace.js';
import { floatsOf } from './floats.js';
import type { Storage } from './storage.js';

/** Tensors of any other backend, by what all of them can do: copy out, and copy in. */
export function portableStorage(tf: Tfjs): Storage {
  return {
    read: (tensors) => tensors.map((tensor) => floatsOf(tensor.dataSync())),
    assign: (variable, elements) => {
      const fresh = tf.tensor(elements.slice(), variable.shape, 'float32');
      variable.assign(fresh);
      fresh.dispose();
      return variable.dataId;
    },
    versionOf: ({ dataId }) => dataId,
  };
}
