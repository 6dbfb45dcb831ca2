import { isCoded, typeError } from '../arguments/errors.js';

/** The error for what cannot be differentiated, with the reason. */
export function notDifferentiable(reason: string, cause?: unknown): TypeError {
  const expected = 'every operation between a loss and its variables must have a gradient';
  const error = typeError('ERR_ADAMAX_TFJS', `${expected} (docs/tfjs.md lists those without): received ${reason}`);
  return cause === undefined ? error : Object.assign(error, { cause });
}

/** What an error that TensorFlow.js threw while it went back means, in words of this package where it knows them. */
export function whyNot(error: unknown): unknown {
  if (isCoded(error) || !(error instanceof Error)) return error;
  for (const [pattern, reason] of REASONS) {
    const match = pattern.exec(error.message);
    if (match !== null) return notDifferentiable(reason(match[1]), error);
  }
  return error;
}

const REASONS: readonly [RegExp, (name: string) => string][] = [
  [/gradient function not found for (\w+)/, (name) => `${name}, of which TensorFlow.js has none`],
  [
    /Error in gradient of (?:fused )?(\w+): dilation/,
    (name) => `${name} with a dilation, of which TensorFlow.js has none`,
  ],
  [
    /Kernel '(\w+)' not registered for backend/,
    (name) =>
      `an operation whose gradient is ${name}, which this backend lacks: enableWasmTraining() adds those of wasm`,
  ],
  [
    /Error in gradient for op (\w+)\. The gradient of input '\w+' has shape/,
    (name) => `${name} of shapes that are not the same: tf.broadcastTo makes them so`,
  ],
  [/Gradient for (\w+) operation is not implemented for rank/, (name) => `${name} of more than four dimensions`],
  [
    /\w+\.(\w+) is not a function/,
    (name) =>
      `an operation whose gradient calls tensor.${name}(): @tensorflow/tfjs has that, and its core alone has not`,
  ],
];
