import type { Attribute, GradConfig, NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import { paddingScale } from './average-pool.js';
import type { Tfjs } from './namespace.js';
import { notDifferentiable } from './refusal.js';
import { pairOf, withoutRounding } from './rounded-windows.js';
import { isTrainingKernel, type WasmTrainingKernel } from './wasm/index.js';
import { withStandIns } from './wasm/stand-in.js';

type Backward = (dy: Tensor, saved: Tensor[], attributes: NamedAttrMap) => Record<string, () => Tensor>;

/** Makes of a gradient of TensorFlow.js, undefined where it has none, the one to take in its place. */
type Correction = (tf: Tfjs, theirs: GradConfig | undefined) => GradConfig | undefined;

/**
 * Differentiates with gradients that are right where those of TensorFlow.js are not, or refuse to say a wrong number. A
 * gradient is chosen when its operation is recorded, so that only the forward pass has to be run in here. docs/tfjs.md
 * lists what is corrected and what is refused; the numbers were compared with finite differences, operation by operation.
 */
export function withCorrections<T>(tf: Tfjs, body: () => T): T {
  const replaced: [string, GradConfig | undefined][] = [];
  for (const [kernelName, correction] of Object.entries(CORRECTIONS)) {
    const theirs = tf.getGradient(kernelName) as GradConfig | undefined;
    // One call within another finds what is right already.
    if (theirs !== undefined && corrected.has(theirs)) continue;
    const ours = correctedOnce(tf, kernelName, theirs, correction);
    if (ours === undefined) continue;
    replaced.push([kernelName, theirs]);
    tf.registerGradient(ours);
  }
  try {
    return withStandIns(tf, body);
  } finally {
    for (const [kernelName, theirs] of replaced) {
      if (theirs === undefined) tf.unregisterGradient(kernelName);
      else tf.registerGradient(theirs);
    }
  }
}

const corrected = new WeakSet<GradConfig>();
const kept = new WeakMap<Tfjs, Map<string, { theirs: GradConfig | undefined; ours: GradConfig | undefined }>>();

function correctedOnce(tf: Tfjs, name: string, theirs: GradConfig | undefined, correction: Correction) {
  const known = kept.get(tf) ?? new Map();
  kept.set(tf, known);
  const last = known.get(name);
  if (last !== undefined && last.theirs === theirs) return last.ours;
  const found = correction(tf, theirs);
  const ours = found && { ...found, kernelName: name };
  if (ours !== undefined) corrected.add(ours);
  known.set(name, { theirs, ours });
  return ours;
}

/** Changes the gradient that there is. */
function changed(change: (tf: Tfjs, theirs: Backward) => Backward): Correction {
  return (tf, theirs) =>
    theirs && { ...theirs, gradFunc: change(tf, theirs.gradFunc as Backward) as GradConfig['gradFunc'] };
}

/** Has a derivative of zero wherever it has one: steps and comparisons. */
function flat(...inputs: string[]): Correction {
  const gradFunc = (tf: Tfjs) => (_dy: Tensor, saved: Tensor[]) =>
    Object.fromEntries(inputs.map((name, i) => [name, () => tf.zeros(saved[i].shape)]));
  return (tf) => ({ kernelName: '', inputsToSave: inputs, gradFunc: gradFunc(tf) as GradConfig['gradFunc'] });
}

/** Throws the reason where the gradient of TensorFlow.js is another number, for the attributes that a test finds. */
function refused(reason: string, applies: (attributes: NamedAttrMap, tf: Tfjs) => boolean): Correction {
  return changed((tf, theirs) => (dy, saved, attributes) => {
    if (applies(attributes, tf)) throw notDifferentiable(reason);
    return theirs(dy, saved, attributes);
  });
}

/** Several elements may be the greatest: each gets its part of the gradient, as in TensorFlow, and not all of it. */
const sharedByTies = changed((tf, theirs) => (dy, saved, attributes) => {
  const [x, y] = saved;
  const axes = tf.util.parseAxisParam((attributes.reductionIndices ?? attributes.axis) as number[], x.shape);
  const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const ties = tf.sum(tf.cast(tf.equal(x, tf.reshape(y, kept)), 'float32'), axes);
  return theirs(tf.div(dy, tf.reshape(ties, dy.shape)), saved, attributes);
});

/** One correction of what another one has made of a gradient. */
function both(first: Correction, second: Correction): Correction {
  return (tf, theirs) => second(tf, first(tf, theirs));
}

/** How the number of windows is rounded is an attribute that TensorFlow.js hands on to no gradient. */
const roundedConvolution = changed((_tf, theirs) => (dy, saved, attributes) => {
  const [x, filter] = saved;
  const [height, width] = filter.shape as number[];
  return theirs(dy, saved, withoutRounding(x, dy, [height, width], attributes));
});
const roundedPool = changed((_tf, theirs) => (dy, saved, attributes) => {
  const window = pairOf(attributes.filterSize as number | [number, number]);
  return theirs(dy, saved, withoutRounding(saved[0], dy, window, attributes));
});

/** On cpu TensorFlow.js looks for the gradients of all images in that of the first. */
const imageByImage = changed((tf, theirs) => (dy, saved, attributes) => {
  const [x] = saved;
  if (tf.getBackend() !== 'cpu' || x.shape[0] < 2) return theirs(dy, saved, attributes);
  const one = (batch: Tensor, i: number) => tf.slice(batch, [i, 0, 0, 0], [1, -1, -1, -1]);
  const gradientOf = (_: unknown, i: number) => theirs(one(dy, i), [one(x, i)], attributes).images();
  return { images: () => tf.concat(Array.from({ length: x.shape[0] }, gradientOf)) };
});

/** The one row that was repeated gets the sum, for which TensorFlow.js divides by no distance at all. */
const repeated = changed((tf, theirs) => (dy, saved, attributes) => {
  const axes = [1, 2].filter((axis) => saved[0].shape[axis] === 1 && dy.shape[axis] > 1);
  return theirs(axes.length > 0 ? tf.sum(dy, axes, true) : dy, saved, attributes);
});

/** The mean is over what lies within the picture, and so is its gradient. */
const withoutPadding = changed((tf, theirs) => (dy, saved, attributes) => {
  return theirs(paddingScale(tf, dy, saved[0], attributes), saved, attributes);
});

/** Of batches, TensorFlow.js has had a gradient since 4.22, and only where tensors have methods like `split`. */
function batched<T>(theirs: () => T): T {
  try {
    return theirs();
  } catch (error) {
    throw notDifferentiable('gather with batchDims, for which @tensorflow/tfjs 4.22 is needed', error);
  }
}

/** What `enableWasmTraining` puts right. */
function refusedOnWasm(operation: string, fault: string, kernel: WasmTrainingKernel): Correction {
  const reason = `${operation} on wasm, where TensorFlow.js ${fault} unless enableWasmTraining() has been called`;
  return refused(reason, (_attributes, tf) => tf.getBackend() === 'wasm' && !isTrainingKernel(tf, kernel));
}

const LOST = 'loses the gradient of windows without positive numbers';
const isHalfPixel = ({ halfPixelCenters }: Record<string, Attribute>) => halfPixelCenters === true;
const comparison = flat('a', 'b');

const CORRECTIONS: Readonly<Record<string, Correction>> = {
  AvgPool: both(withoutPadding, roundedPool),
  AvgPool3D: withoutPadding,
  Max: sharedByTies,
  Min: sharedByTies,
  Cumsum: changed((tf) => (dy, _saved, { axis, exclusive, reverse }) => ({
    x: () => tf.cumsum(dy, axis as number, exclusive as boolean, !reverse),
  })),
  Cast: changed((tf, theirs) => (dy, saved, attributes) => {
    const isStep = attributes.dtype === 'int32' || attributes.dtype === 'bool';
    return isStep ? { x: () => tf.zeros(dy.shape) } : theirs(dy, saved, attributes);
  }),
  FloorDiv: comparison,
  Equal: comparison,
  NotEqual: comparison,
  Greater: comparison,
  GreaterEqual: comparison,
  Less: comparison,
  LessEqual: comparison,
  LogicalAnd: comparison,
  LogicalOr: comparison,
  LogicalNot: flat('x'),
  ArgMax: flat('x'),
  ArgMin: flat('x'),
  Conv2D: roundedConvolution,
  GatherV2: changed((tf, theirs) => (dy, saved, attributes) => {
    // TensorFlow.js gives the indices themselves, which whole numbers that a loss has computed would then go back by.
    const indices = () => tf.zeros(saved[1].shape);
    if (attributes.batchDims === 0) return { ...theirs(dy, saved, attributes), indices };
    const gradients = batched(() => theirs(dy, saved, attributes));
    return { x: () => batched(gradients.x), indices };
  }),
  MirrorPad: refused('mirrorPad, of which TensorFlow.js leaves out what it mirrors', () => true),
  ResizeBilinear: both(
    // On cpu its shape has height and width the other way round.
    changed((tf, theirs) => (dy, saved, attributes) => {
      const { images } = theirs(dy, saved, attributes);
      return { images: () => tf.reshape(images(), saved[0].shape) };
    }),
    refused('resizeBilinear with halfPixelCenters, which TensorFlow.js leaves out', isHalfPixel),
  ),
  ResizeNearestNeighbor: both(
    both(imageByImage, repeated),
    refused('resizeNearestNeighbor with halfPixelCenters, which TensorFlow.js leaves out', isHalfPixel),
  ),
  Conv3D: refusedOnWasm('conv3d', 'says wrong numbers', 'Conv3DBackpropInputV2'),
  MaxPool: both(roundedPool, refusedOnWasm('maxPool', LOST, 'MaxPoolGrad')),
  MaxPool3D: both(
    refused(
      'maxPool3d with windows of another height than width on cpu, where TensorFlow.js gives gradients to other pixels',
      ({ filterSize }, tf) => Array.isArray(filterSize) && filterSize[1] !== filterSize[2] && tf.getBackend() === 'cpu',
    ),
    refusedOnWasm('maxPool3d', LOST, 'MaxPool3DGrad'),
  ),
};
