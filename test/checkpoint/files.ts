/** Files of safetensors in parts, so that tests can put together what `save` never writes. */
import { Digest, hashOf } from '#internals';

export interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export interface Parts {
  readonly text: string;
  readonly metadata: Record<string, string>;
  /** As they come in the header. */
  readonly tensors: Record<string, Entry>;
  readonly data: Uint8Array;
}

export function partsOf(bytes: Uint8Array): Parts {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + 8, length).toString();
  const { __metadata__: metadata = {}, ...tensors } = JSON.parse(text);
  return { text, metadata, tensors, data: bytes.slice(8 + length) };
}

/** @param length - what the file says of its header, right or wrong */
export function fileOf(
  header: string | Uint8Array,
  data: Uint8Array = new Uint8Array(),
  length?: bigint | number,
): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

/** Puts a file together whose digest is right, whatever else may be wrong. */
export function sealed({ metadata, tensors, data }: Pick<Parts, 'metadata' | 'tensors' | 'data'>): Uint8Array {
  const listed = Object.entries(tensors).map(
    ([
      key,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      return { key, dtype: dtype as never, shape, begin, end };
    },
  );
  listed.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const digests = listed.map(({ begin, end }) => new Digest().update(data.subarray(begin, end)).hex());
  const hash = hashOf(metadata, listed, digests);
  return fileOf(JSON.stringify({ __metadata__: { ...metadata, hash }, ...tensors }), data);
}
