import type { NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';

type Pair = readonly [number, number];

/**
 * Attributes of a convolution or pool of images by which its gradient goes over the windows that the operation went over.
 * TensorFlow.js leaves out of gradients how many windows there are is rounded, and then takes no notice of the last ones.
 * @param window - height and width of the filter
 */
export function withoutRounding(x: Tensor, dy: Tensor, window: Pair, attributes: NamedAttrMap): NamedAttrMap {
  const { dimRoundingMode, pad, dataFormat } = attributes;
  if (dimRoundingMode === undefined || dimRoundingMode === null || dimRoundingMode === 'floor') return attributes;
  const strides = pairOf(attributes.strides as number | Pair);
  const first = dataFormat === 'NCHW' ? 2 : 1;
  const pads: Pair[] = x.shape.map((pixels, axis) => {
    const i = axis - first;
    if (i < 0 || i > 1) return [0, 0];
    const start = typeof pad === 'number' ? pad : (pad as unknown as Pair[])[axis][0];
    return [start, (dy.shape[axis] - 1) * strides[i] + window[i] - pixels - start];
  });
  return { ...attributes, pad: pads as never, dimRoundingMode: undefined as never };
}

export function pairOf(size: number | Pair): Pair {
  return typeof size === 'number' ? [size, size] : size;
}
