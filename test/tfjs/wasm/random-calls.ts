import type { Tensor, Tensor3D, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { createTfjs } from 'adamax/tfjs';
import { tf } from '../peer.js';
import { numbers } from './support.js';

const { GradientTape } = createTfjs(tf);

/** A call of an operation whose kernels `enableWasmTraining` brings, and what went into it. */
export interface RandomCall {
  readonly name: string;
  /** What comes out, and gradients, on the backend of the time. */
  run(): Tensor[];
}

/** Draws from a row of numbers that a seed begins. */
class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 2654435761) >>> 0;
    for (let i = 0; i < 3; i++) this.below(1);
  }

  /** A whole number from 0, less than `end`. */
  below(end: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * end);
  }

  from(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  list(length: number, draw: () => number): number[] {
    return Array.from({ length }, draw);
  }
}

type Differentiable = (...inputs: Tensor[]) => Tensor;
type Maker = (draws: Draws) => RandomCall;
type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];
type Mode = 'floor' | 'ceil' | 'round';
type Pair = [number, number];
type Three = [number, number, number];

/** Every result in parts, with the gradients by all inputs. */
function withGradients(f: Differentiable, shapes: number[][]): Tensor[] {
  const inputs = shapes.map((shape, i) => numbers(shape, i + 1));
  const tape = new GradientTape();
  tape.watch(inputs);
  try {
    const y = tape.record(() => f(...inputs)) as Tensor;
    const gradients = tape.gradient(y, inputs, { outputGradients: numbers(y.shape, 9) });
    return [y, ...(gradients as (Tensor | null)[]).filter((gradient) => gradient !== null)];
  } finally {
    tape.dispose();
  }
}

/** Sizes, filters, strides, paddings and dilations of windows over images. */
function windows(draws: Draws) {
  const size: Pair = [draws.from(1, 9), draws.from(1, 9)];
  const filter: Pair = [draws.from(1, 4), draws.from(1, 4)];
  const isDilated = draws.below(5) === 0;
  const square = draws.below(2) === 0;
  const pair = (last: number): Pair => {
    const first = draws.from(1, last);
    return [first, square ? first : draws.from(1, last)];
  };
  const strides: Pair = isDilated ? [1, 1] : pair(5);
  const dilations: Pair = isDilated ? pair(3) : [1, 1];
  const end = () => draws.below(3);
  const kind = draws.below(6);
  const explicit: Pad = [
    [0, 0],
    [end(), end()],
    [end(), end()],
    [0, 0],
  ];
  const pad: Pad = kind < 2 ? 'same' : kind < 4 ? 'valid' : kind === 4 ? draws.below(4) : explicit;
  const mode: Mode | undefined =
    typeof pad !== 'string' && draws.below(2) === 0 ? draws.of(['floor', 'ceil', 'round']) : undefined;
  return { batch: draws.below(4), size, filter, strides, dilations, isDilated, pad, mode };
}

const ACTIVATIONS = ['linear', 'relu', 'relu6', 'sigmoid', 'elu', 'leakyrelu'] as const;

/** What operations of each kind are like. */
const MAKERS: Record<string, Maker> = {
  conv2d: (draws) => {
    const { batch, size, filter, strides, dilations, isDilated, pad, mode } = windows(draws);
    const [from, to] = [draws.from(1, 5), draws.from(1, 5)];
    const shapes = [
      [batch, ...size, from],
      [...filter, from, to],
    ];
    const f = (x: Tensor, w: Tensor) =>
      tf.conv2d(x as Tensor4D, w as Tensor4D, strides, pad as never, 'NHWC', dilations, mode);
    return {
      name: JSON.stringify({ shapes, strides, dilations, pad, mode }),
      run: () =>
        isDilated ? [f(numbers(shapes[0]), numbers(shapes[1], 2))] : withGradients(f as Differentiable, shapes),
    };
  },
  depthwise: (draws) => {
    const { batch, size, filter, strides, dilations, isDilated, pad, mode } = windows(draws);
    const channels = draws.from(1, 5);
    const shapes = [
      [batch, ...size, channels],
      [...filter, channels, draws.from(1, 3)],
    ];
    const f = (x: Tensor, w: Tensor) =>
      tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, strides, pad as never, 'NHWC', dilations, mode);
    return {
      name: JSON.stringify({ shapes, strides, dilations, pad, mode }),
      run: () =>
        isDilated ? [f(numbers(shapes[0]), numbers(shapes[1], 2))] : withGradients(f as Differentiable, shapes),
    };
  },
  fused: (draws) => {
    const { batch, size, filter, strides, dilations, pad, mode } = windows(draws);
    const isDepthwise = draws.below(2) === 0;
    const [from, to] = [draws.from(1, 4), draws.from(1, 4)];
    const activation = draws.of(ACTIVATIONS);
    const shapes = [
      [batch, ...size, from],
      [...filter, from, to],
    ];
    const bias = draws.below(2) === 0 ? [isDepthwise ? from * to : to] : undefined;
    return {
      name: JSON.stringify({ isDepthwise, shapes, strides, dilations, pad, mode, activation, bias }),
      run: () => {
        const options = {
          strides,
          dilations,
          pad: pad as never,
          ...(mode && { dimRoundingMode: mode }),
          activation,
        } as const;
        const inputs = {
          x: numbers(shapes[0]) as Tensor4D,
          filter: numbers(shapes[1], 2) as Tensor4D,
          ...(bias && { bias: numbers(bias, 3) }),
          ...(activation === 'leakyrelu' && { leakyreluAlpha: 0.2 }),
        };
        return [(isDepthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d)({ ...inputs, ...options })];
      },
    };
  },
  'fused, with gradients': (draws) => {
    const { batch, size, filter, strides, pad } = windows(draws);
    const isDepthwise = draws.below(2) === 0;
    const [from, to] = [draws.from(1, 4), draws.from(1, 4)];
    const activation = draws.of(['linear', 'relu'] as const);
    const shapes = [[batch, ...size, from], [...filter, from, to], [isDepthwise ? from * to : to]];
    const f = (x: Tensor, w: Tensor, bias: Tensor) =>
      (isDepthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d)({
        ...{ x: x as Tensor4D, filter: w as Tensor4D, bias, strides, pad: pad as never, activation },
      });
    return {
      name: JSON.stringify({ isDepthwise, shapes, strides, pad, activation }),
      run: () => withGradients(f as Differentiable, shapes),
    };
  },
  'pool of images': (draws) => {
    const { batch, size, filter, strides, pad, mode } = windows(draws);
    // The cpu backend gives the pixels that there are for windows of one pixel, wherever they lie.
    if (typeof pad !== 'string') filter[0] = Math.max(filter[0], 2);
    const pool = draws.of(['maxPool', 'avgPool'] as const);
    const shape = [batch, ...size, draws.from(1, 5)];
    return {
      name: JSON.stringify({ pool, shape, filter, strides, pad, mode }),
      run: () => withGradients((x) => tf[pool](x as Tensor4D, filter, strides, pad as never, mode), [shape]),
    };
  },
  'pool of volumes': (draws) => {
    const three = (last: number) => draws.list(3, () => draws.from(1, last)) as Three;
    const [size, filter, strides] = [three(5), three(3), three(4)];
    const pad = draws.of(['same', 'valid', 1] as const);
    const pool = draws.of(['maxPool3d', 'avgPool3d'] as const);
    // For other windows TensorFlow.js has no right gradient on cpu.
    if (pool === 'maxPool3d') filter[2] = filter[1];
    const shape = [draws.below(3), ...size, draws.from(1, 3)];
    return {
      name: JSON.stringify({ pool, shape, filter, strides, pad }),
      run: () => withGradients((x) => tf[pool](x as Tensor5D, filter, strides, pad), [shape]),
    };
  },
  conv3d: (draws) => {
    const three = (last: number) => draws.list(3, () => draws.from(1, last)) as Three;
    const [size, filter, strides] = [three(5), three(3), three(4)];
    const pad = draws.of(['same', 'valid'] as const);
    const [from, to] = [draws.from(1, 3), draws.from(1, 3)];
    const shapes = [
      [draws.below(3), ...size, from],
      [...filter, from, to],
    ];
    const f = (x: Tensor, w: Tensor) => tf.conv3d(x as Tensor5D, w as Tensor5D, strides, pad);
    return {
      name: JSON.stringify({ shapes, strides, pad }),
      run: () => withGradients(f as Differentiable, shapes),
    };
  },
  conv2dTranspose: (draws) => {
    const [size, filter, strides] = [4, 4, 4].map((last) => draws.list(2, () => draws.from(1, last)) as Pair);
    const pad = draws.of(['same', 'valid'] as const);
    const [batch, from, to] = [draws.from(1, 3), draws.from(1, 4), draws.from(1, 4)];
    // Of several sizes that come to this one by strides, one.
    const side = (axis: 0 | 1) =>
      pad === 'same'
        ? size[axis] * strides[axis] - draws.below(strides[axis])
        : (size[axis] - 1) * strides[axis] + filter[axis] + draws.below(strides[axis]);
    const out: [number, number, number, number] = [batch, side(0), side(1), to];
    const shapes = [
      [batch, ...size, from],
      [...filter, to, from],
    ];
    const f = (x: Tensor, w: Tensor) => tf.conv2dTranspose(x as Tensor4D, w as Tensor4D, out, strides, pad);
    return {
      name: JSON.stringify({ shapes, out, strides, pad }),
      run: () => withGradients(f as Differentiable, shapes),
    };
  },
  matMul: (draws) => {
    const [rows, shared, columns] = [1, 2, 3].map(() => (draws.below(8) === 0 ? 0 : draws.from(1, 12)));
    const [transposeA, transposeB] = [draws.below(2) === 0, draws.below(2) === 0];
    const stack = draws.list(draws.below(3), () => draws.from(draws.below(4) === 0 ? 0 : 1, 3));
    const shapes = [
      [...stack, ...(transposeA ? [shared, rows] : [rows, shared])],
      [...stack, ...(transposeB ? [columns, shared] : [shared, columns])],
    ];
    return {
      name: JSON.stringify({ shapes, transposeA, transposeB }),
      run: () => withGradients((a, b) => tf.matMul(a, b, transposeA, transposeB), shapes),
    };
  },
  'matMul in several shapes': (draws) => {
    const sides = [1, 2, 3, 4, 6, 12];
    const uses = draws.list(3, () => draws.of(sides));
    const turns = draws.list(3, () => draws.below(2));
    return {
      name: JSON.stringify({ uses, turns }),
      run: () =>
        withGradients(
          (x) => {
            const products = uses.map((rows, i) => {
              const right = tf.reshape(x, turns[i] ? [12 / rows, rows] : [rows, 12 / rows]);
              return tf.sum(tf.square(tf.matMul(numbers([5, rows], i + 2), right as Tensor, false, turns[i] === 1)));
            });
            return tf.addN(products);
          },
          [[12]],
        ),
    };
  },
  unsortedSegmentSum: (draws) => {
    const [rows, segments] = [draws.below(7), draws.from(1, 6)];
    const row = draws.list(draws.below(3), () => draws.from(0, 4));
    const ids = draws.list(rows, () => draws.from(-1, segments));
    const dtype = draws.of(['float32', 'int32'] as const);
    return {
      name: JSON.stringify({ rows, row, ids, segments, dtype }),
      run: () => {
        const x = tf.cast(tf.mul(numbers([rows, ...row]), 100), dtype);
        // The cpu backend makes float32 of whole numbers.
        return [tf.cast(tf.unsortedSegmentSum(x, tf.tensor1d(ids, 'int32'), segments), 'float32')];
      },
    };
  },
  gather: (draws) => {
    const shape = draws.list(draws.from(1, 3), () => draws.from(1, 5));
    const axis = draws.below(shape.length);
    const idsShape = draws.list(draws.from(1, 2), () => draws.from(0, 4));
    const ids = draws.list(
      idsShape.reduce((size, length) => size * length, 1),
      () => draws.below(shape[axis]),
    );
    return {
      name: JSON.stringify({ shape, axis, idsShape, ids }),
      run: () => withGradients((x) => tf.gather(x, tf.tensor(ids, idsShape, 'int32'), axis), [shape]),
    };
  },
  resize: (draws) => {
    const sides = draws.list(4, () => draws.from(1, 6));
    const shape = [draws.below(3), sides[0], sides[1], draws.from(1, 3)];
    const to = [sides[2], sides[3]] as Pair;
    const resize = draws.of(['resizeNearestNeighbor', 'resizeBilinear'] as const);
    const alignCorners = draws.below(2) === 0;
    return {
      name: JSON.stringify({ resize, shape, to, alignCorners }),
      run: () => withGradients((x) => tf.image[resize](x as Tensor4D & Tensor3D, to, alignCorners), [shape]),
    };
  },
  clone: (draws) => {
    const shape = draws.list(draws.below(4), () => draws.below(4));
    const dtype = draws.of(['float32', 'int32', 'bool'] as const);
    return {
      name: JSON.stringify({ shape, dtype }),
      run: () => {
        const x = tf.mul(numbers(shape), 100);
        return [tf.clone(dtype === 'bool' ? tf.greater(x, 0) : tf.cast(x, dtype))];
      },
    };
  },
};

const KINDS = Object.keys(MAKERS);

/** The call that a seed stands for. */
export function randomCall(seed: number): RandomCall {
  const draws = new Draws(seed);
  const kind = KINDS[seed % KINDS.length];
  const { name, run } = MAKERS[kind](draws);
  return { name: `${kind} ${name}, of seed ${seed}`, run };
}
