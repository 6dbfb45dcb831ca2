/** TensorFlow.js with its wasm backend. In a program of your own this is `import * as tf from '@tensorflow/tfjs'`. */
import '@tensorflow/tfjs-backend-wasm';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';

export const tf: typeof core & typeof layers = Object.assign({}, core, layers);
