/** `adamax/tfjs`: TensorFlow.js trained by this package. */
export type { Tfjs } from './namespace.js';
