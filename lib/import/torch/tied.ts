/** Weights that two layers share in PyTorch: a file has them twice, and here they are two variables. */
import { equalShapes } from '../../variables/shape.js';
import type { ImportedVariable } from '../imported.js';

type Tensor = Pick<ImportedVariable, 'name' | 'shape' | 'data' | 'trainable'>;

/**
 * What to say of tensors that nobody trains but that are the same as one which is trained. A bias of zeros, or a norm of
 * ones, is like many others before it is trained, so that one number again and again tells nothing.
 */
export function tiedNotes(tensors: readonly Tensor[]): string[] {
  const trained = tensors.filter(({ trainable, data }) => trainable && !isUniform(data));
  return tensors.flatMap(({ name, shape, data, trainable }) => {
    if (trainable) return [];
    const twin = trained.find((one) => equalShapes(one.shape, shape) && isSame(one.data, data));
    if (twin === undefined) return [];
    const remedy = 'here they are two variables, of which only the first is trained; use that one for both';
    return [`'${twin.name}' and '${name}' have the same numbers, as weights that layers share (tied ones): ${remedy}`];
  });
}

function isUniform(data: Float32Array): boolean {
  return data.every((x) => Object.is(x, data[0]));
}

/** Bit by bit, since a NaN is the same as itself, too. */
function isSame(a: Float32Array, b: Float32Array): boolean {
  return Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
