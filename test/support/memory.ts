/** Takes the memory of an array away. */
export function detach(array: ArrayBufferView): void {
  structuredClone(null, { transfer: [array.buffer as ArrayBuffer] });
}

type Growing<Buffer> = new (bytes: number, options: { maxByteLength: number }) => Buffer;

// They are younger than the ES2022 typings.
export const ResizableArrayBuffer = ArrayBuffer as unknown as Growing<ArrayBuffer & { resize(bytes: number): void }>;
export const GrowableSharedArrayBuffer = SharedArrayBuffer as unknown as Growing<ArrayBuffer>;
