import { dependencyError, fileError, rangeError } from '../../arguments/errors.js';
import { damaged } from '../../checkpoint/format/damage.js';
import { path as paths } from '../../memory/node-modules.js';
import type { Group } from './group.js';

/** What the thread is told, and what it tells. */
export interface Task {
  readonly file: string;
  readonly bytes: Uint8Array;
}

export type Reply =
  | { readonly kind: 'read'; readonly group: Group }
  | { readonly kind: 'missing' | 'damaged' | 'unreadable'; readonly message: string };

/**
 * Reads all of a file, off this thread.
 * @param bytes - handed over
 * @param timeout - milliseconds after which a file is taken for a damaged one
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT`; Error `ERR_ADAMAX_DEPENDENCY` without h5wasm, `ERR_ADAMAX_FILE`
 */
export async function readHdf5(file: string, bytes: Uint8Array, timeout: number): Promise<Group> {
  const reply = await ask({ file, bytes }, timeout);
  if (reply === undefined) {
    throw damaged(file, `HDF5 must be read within ${Math.round(timeout)} ms (timeout), as that`, 'no end');
  }
  if (reply.kind === 'read') return reply.group;
  if (reply.kind === 'missing') throw dependencyError('importKeras needs h5wasm: npm install h5wasm', reply.message);
  if (reply.kind === 'damaged') throw rangeError('ERR_ADAMAX_CHECKPOINT', reply.message);
  throw damaged(file, 'all must be HDF5, as', reply.message);
}

/** @returns undefined where the time is over */
async function ask(task: Task, timeout: number): Promise<Reply | undefined> {
  const worker = begin(task);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<Reply | undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeout);
      worker.once('message', resolve);
      worker.once('error', (error: Error & { code?: unknown }) => {
        // The script of the thread is missing where a bundler took the code without it.
        resolve({ kind: error.code === 'MODULE_NOT_FOUND' ? 'missing' : 'unreadable', message: error.message });
      });
      worker.once('exit', () => resolve({ kind: 'unreadable', message: 'a thread that ended' }));
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

/** @throws Error `ERR_ADAMAX_FILE` where a process may start no threads */
function begin(task: Task) {
  // It is not imported, as lib/memory/node-modules.ts says.
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const script = paths.join(__dirname, 'hdf5', 'worker.js');
  try {
    return new Worker(script, { workerData: task, transferList: [task.bytes.buffer as ArrayBuffer] });
  } catch (error) {
    throw fileError(`${task.file} must be read in a thread of its own`, error);
  }
}
