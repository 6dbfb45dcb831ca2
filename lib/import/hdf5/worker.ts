/**
 * Reads one file of HDF5 in a thread of its own, in which a damaged file may make the library loop or end: whoever
 * waits for it ends the thread then. The thread also takes the memory of the library with it.
 */
import { isCoded } from '../../arguments/errors.js';
import type { H5wasm } from './h5wasm.js';
import type { Reply, Task } from './read-hdf5.js';
import { readFile } from './reader.js';

const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');

async function replyTo({ file, bytes }: Task): Promise<Reply> {
  let h5wasm: H5wasm;
  try {
    h5wasm = (await import('h5wasm')) as unknown as H5wasm;
  } catch (error) {
    return { kind: 'missing', message: `${error}` };
  }
  try {
    return { kind: 'read', group: await readFile(h5wasm, file, bytes) };
  } catch (error) {
    // Whatever the library says of a damaged file, in whatever form, it is a damaged file.
    const [first] = `${error instanceof Error ? error.message : error}`.split('\n');
    return isCoded(error) ? { kind: 'damaged', message: error.message } : { kind: 'unreadable', message: first };
  }
}

replyTo(workerData as Task).then((reply) => parentPort?.postMessage(reply));
