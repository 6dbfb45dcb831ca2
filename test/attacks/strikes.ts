/** Ways of taking the memory of an array away. Each answers with where its bytes are now. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';

// Each is taken now, since the built-ins are replaced while it is at work.
const clone = structuredClone;
const receive = receiveMessageOnPort;
const transfer = (ArrayBuffer.prototype as { transfer?: () => ArrayBuffer }).transfer;
const { apply } = Reflect;
const { port1, port2 } = new MessageChannel();
const post = port1.postMessage.bind(port1);
port1.unref();
port2.unref();

export type Take = (buffer: ArrayBuffer) => ArrayBuffer;

export const takes: Readonly<Record<string, Take>> = {
  structuredClone: (buffer) => clone(buffer, { transfer: [buffer] }),
  postMessage: (buffer) => {
    post(buffer, [buffer]);
    return receive(port2)?.message as ArrayBuffer;
  },
  // Node 20 has none.
  ...(transfer !== undefined && { transfer: (buffer: ArrayBuffer) => apply(transfer, buffer, []) as ArrayBuffer }),
};

/** Where the arrays of a call lie, and how they are taken away. */
export interface Ground {
  put(this: void, numbers: ArrayLike<number>): Float32Array;
  take: Take;
}

export const onItsOwn = (take: Take): Ground => ({ put: (numbers) => new Float32Array(numbers), take });

/** Arrays on the memory of a WebAssembly module, all of which go when it grows. What is not there is taken as usual. */
export function onWebAssembly(bytes = 2 ** 17): Ground {
  const memory = new WebAssembly.Memory({ initial: bytes / 2 ** 16, maximum: bytes / 2 ** 16 + 1 });
  let used = 0;
  return {
    put: (numbers) => {
      const array = new Float32Array(memory.buffer, used, numbers.length);
      used += 4 * numbers.length;
      array.set(numbers);
      return array;
    },
    take: (buffer) => {
      if (buffer !== memory.buffer) return takes.structuredClone(buffer);
      memory.grow(1);
      return memory.buffer;
    },
  };
}
