import type { backend_util, Conv2DAttrs } from '@tensorflow/tfjs-core';
import { rangeError, wrongValue } from '../../arguments/errors.js';
import { formatShape } from '../../variables/shape.js';
import type { Tfjs } from '../namespace.js';
import { type Infos, sizeOf, type TrainingKernel } from './kernel.js';

type Info = backend_util.Conv2DInfo;
type Pads = NonNullable<Exclude<Conv2DAttrs['pad'], string | number>>;
type Attrs = { readonly pad: Conv2DAttrs['pad']; readonly dataFormat?: string };

/**
 * A kernel of TensorFlow.js by which windows go over images, told of paddings that XNNPACK computes rightly with.
 *
 * TensorFlow.js makes room for an output of the size that it has computed itself, and XNNPACK fills one of the size that it
 * computes: one pixel, where a filter is greater than the image. Where the sizes are not the same, pixels end up in other
 * places, and what there is no room for is written over other tensors.
 * @param check - throws what else XNNPACK goes wrong with
 * @param crops - whether XNNPACK does not know what a negative padding is
 */
export function overImages<Inputs extends Infos<'x'>, A extends Attrs>(
  name: string,
  infoOf: (tf: Tfjs, inputs: Inputs, attrs: A) => Info,
  check: (name: string, info: Info) => void,
  crops: boolean,
): TrainingKernel<Inputs, A> {
  return {
    name,
    create:
      (tf, run) =>
      ({ inputs, attrs, backend }) => {
        // TensorFlow.js says itself that the backend has no such convolutions.
        if (attrs.dataFormat === 'NCHW') return run(name, backend, inputs, attrs);
        const info = infoOf(tf, inputs, attrs);
        checkFit(name, info);
        if (sizeOf(info.outShape) === 0) return backend.makeOutput(info.outShape, 'float32');
        check(name, info);
        const pad = exactPads(info);
        if (pad === undefined) return run(name, backend, inputs, attrs);
        const exact = { ...attrs, pad, dimRoundingMode: undefined };
        const [, [, bottom], [, right]] = pad;
        if (!crops || (bottom >= 0 && right >= 0)) return run(name, backend, inputs, exact);

        const [batch, rows, columns, channels] = inputs.x.shape;
        const size = [batch, rows + Math.min(bottom, 0), columns + Math.min(right, 0), channels];
        const x = run('Slice', backend, { x: inputs.x }, { begin: [0, 0, 0, 0], size });
        exact.pad = pad.map(([start, end]) => [start, Math.max(end, 0)]) as Pads;
        const out = run(name, backend, { ...inputs, x }, exact);
        backend.disposeData(x.dataId);
        return out;
      },
  };
}

/** Whether there is a place for the window at all. An image without pixels is another matter. */
function checkFit(name: string, info: Info): void {
  const { inHeight, inWidth, outHeight, outWidth, effectiveFilterHeight, effectiveFilterWidth } = info;
  const { top, bottom, left, right } = info.padInfo;
  const pads = [top, bottom, left, right];
  if (!pads.every(Number.isInteger)) throw wrongValue(`pad of ${name}`, 'of whole numbers', pads);
  const fits = (pixels: number, places: number) => (pixels > 0 ? places > 0 : places === 0);
  if (fits(inHeight, outHeight) && fits(inWidth, outWidth)) return;
  const least = formatShape([effectiveFilterHeight, effectiveFilterWidth]);
  const expected = `height and width of x of ${name}, with padding, must be at least ${least}, as those of the filter`;
  throw rangeError('ERR_ADAMAX_SHAPE', `${expected}: received x of ${formatShape(info.inShape)}`);
}

/** Paddings with which XNNPACK comes to the size that there is room for; undefined where it does so by itself. */
function exactPads(info: Info): Pads | undefined {
  const { padInfo } = info;
  const rows = [info.inHeight, info.outHeight, info.effectiveFilterHeight, info.strideHeight];
  const columns = [info.inWidth, info.outWidth, info.effectiveFilterWidth, info.strideWidth];
  const isSame = padInfo.type === 'SAME';
  const bottom = exactEnd(rows, padInfo.top, padInfo.bottom, isSame);
  const right = exactEnd(columns, padInfo.left, padInfo.right, isSame);
  if (bottom === undefined && right === undefined) return undefined;
  return [
    [0, 0],
    [padInfo.top, bottom ?? padInfo.bottom],
    [padInfo.left, right ?? padInfo.right],
    [0, 0],
  ];
}

/**
 * The padding behind an image along an axis; undefined where the given one will do. It is negative for pixels that are to
 * be left out: XNNPACK adds it to what there is, modulo 2³².
 */
function exactEnd(
  [pixels, places, filter, stride]: number[],
  start: number,
  end: number,
  isSame: boolean,
): number | undefined {
  /** The padding by which the last window ends with the last pixel. */
  const exact = (places - 1) * stride + filter - pixels - start;
  const left = end - exact;
  // XNNPACK pads by as much as is missing for 'same', and goes wrong where pixels are left over.
  if (left >= 0 && left < (isSame ? 1 : stride)) return undefined;
  return exact > 0 ? exact : Math.min(0, exact + stride - 1);
}
