/** Tensors of a safetensors file, as PyTorch's have been put into it. */
import { putPiece, takenBy } from '../../checkpoint/conversion.js';
import type { Source } from '../../checkpoint/files/medium.js';
import type { Metadata } from '../../checkpoint/format/header.js';
import { readTensor, STAGE } from '../../checkpoint/pieces.js';
import { openState } from '../../checkpoint/read.js';
import type { Work } from '../../files/eventually.js';
import { sizeOf } from '../../variables/shape.js';

export interface TorchTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Null where it is not a float of at most 32 bits. */
  readonly data: Float32Array | null;
}

export interface TorchFile {
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, TorchTensor>;
}

/** Reads all that can be float32, of a file each byte of which belongs to one tensor. */
export function* torchFile(source: Source): Work<TorchFile> {
  const state = yield* openState(source);
  const taken: readonly string[] = takenBy('F32');
  const stage = new Uint8Array(Math.min(STAGE, source.size));
  const tensors = new Map<string, TorchTensor>();
  for (const tensor of state.header.tensors) {
    const { key, shape, dtype } = tensor;
    if (!taken.includes(dtype)) {
      tensors.set(key, { shape, dtype, data: null });
      continue;
    }
    const data = new Float32Array(sizeOf(shape));
    const to = { dtype: 'F32', array: data, length: data.length } as const;
    yield* readTensor(state, tensor, stage, (piece, at) => putPiece(key, dtype, piece, at, to));
    tensors.set(key, { shape, dtype, data });
  }
  return { metadata: state.header.metadata, tensors };
}
