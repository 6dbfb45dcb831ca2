/** An array of bytes of several dimensions, the last of which varies fastest. */
export interface ByteArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

// The third byte of a file says of what type its numbers are.
const UNSIGNED_BYTE = 0x08;

/**
 * Reads a file of the IDX format, which is that of MNIST: two zeros, the type, the number of dimensions, the length of
 * each as a big-endian number of 32 bits, and then all numbers.
 * @returns a view of `file`
 * @throws Error naming what is not as it should be
 */
export function readIdx(name: string, file: Uint8Array): ByteArray {
  const header = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 4 || header.getUint16(0) !== 0) throw new Error(`${name} is no IDX file`);
  const [type, dimensions] = [file[2], file[3]];
  if (type !== UNSIGNED_BYTE) throw new Error(`${name} must have unsigned bytes (8), and has type ${type}`);
  const begin = 4 + 4 * dimensions;
  if (file.length < begin) throw new Error(`${name} ends in its header`);
  const shape = Array.from({ length: dimensions }, (_, i) => header.getUint32(4 + 4 * i));
  const length = shape.reduce((product, n) => product * n, 1);
  if (file.length - begin !== length) {
    throw new Error(`${name} must have ${length} bytes after its header, and has ${file.length - begin}`);
  }
  return { shape, data: file.subarray(begin) };
}
