/** Takes the memory of an array away. */
export function detach(array: ArrayBufferView): void {
  structuredClone(null, { transfer: [array.buffer as ArrayBuffer] });
}
