import { describe, typeError } from '../arguments/errors.js';
import type { Tfjs } from './namespace.js';

/** The first version of TensorFlow.js that this room is tested with. */
const OLDEST = [4, 10];

/**
 * Whether `tf` is a TensorFlow.js that can be trained with.
 * @throws TypeError `ERR_ADAMAX_TFJS`
 */
export function checkPeer(tf: unknown): asserts tf is Tfjs {
  const { Optimizer, engine, getGradient, version_core: version } = Object(tf) as Partial<Tfjs>;
  if (typeof Optimizer !== 'function' || typeof engine !== 'function' || typeof version !== 'string') {
    throw unfit('be the namespace of @tensorflow/tfjs, as import * as tf gives it', describe(tf));
  }
  if (isOlder(version)) throw unfit(`be of version ${OLDEST.join('.')} or later`, version);
  // All gradients come with one module, which @tensorflow/tfjs-core does not load by itself.
  if (getGradient?.('Sum') === undefined) {
    throw unfit('have gradients: import @tensorflow/tfjs or @tensorflow/tfjs-layers', '@tensorflow/tfjs-core alone');
  }
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function unfit(expected: string, received: string): TypeError {
  return typeError('ERR_ADAMAX_TFJS', `tf must ${expected}: received ${received}`);
}
