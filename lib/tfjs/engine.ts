import type { Tensor } from '@tensorflow/tfjs-core';
import type { GradientEngine } from '../optimizers/engine.js';
import type { Variable } from '../variables/variable.js';
import type { Masters } from './masters.js';
import type { Tfjs } from './namespace.js';

/** The engine of TensorFlow.js, behind the contract of this package: gradients by what its tape records. */
export function createEngine(tf: Tfjs, masters: Masters): GradientEngine<Tensor> {
  return {
    adopt: (target) => masters.find(target),
    differentiate(loss, variables, gradLoss) {
      return tf.tidy(() => {
        const leaves = new Map<Variable, Tensor>();
        const leaf = (variable: Variable): Tensor => {
          const made =
            masters.targetOf(variable) ?? leaves.get(variable) ?? tf.tensor(variable.data.slice(), [...variable.shape]);
          leaves.set(variable, made);
          return made;
        };
        const xs: Tensor[] = [tf.scalar(0)];
        const { value, grads } = tf.engine().gradients(
          () => {
            const y = loss(leaf);
            xs.splice(0, 1, ...variables().map(leaf));
            return y;
          },
          xs,
          gradLoss as Tensor,
          true,
        );
        const [total] = tf.sum(value).dataSync();
        return {
          loss: total,
          gradients: grads.map((g) =>
            g === undefined || g === null ? undefined : masters.storage().read([g])[0].slice(),
          ),
        };
      });
    },
    commit: (variables) => masters.commit(variables),
  };
}
