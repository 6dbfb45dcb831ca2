/** How a state gets into a file: in one process, or by all replicas of a strategy, of which the first writes. */
import { checkCallable, checkOptions } from '../arguments/options.js';
import { atOnce, type Work } from '../files/eventually.js';
import { atOnceFiles, type FileSystem, promisedFiles } from '../files/file-system.js';
import { replacing } from '../files/replace.js';
import type { Replication } from '../step/replication.js';
import type { Part } from './content/content.js';
import { PICTURE, type PictureOptions, pictureOf } from './content/picture.js';
import { HeldMemory } from './held-memory.js';
import { STAGE } from './pieces.js';
import { SharedPieces } from './shared-pieces.js';
import { contentOf, heard, replicationOf, together } from './together.js';
import { checkTurns, during } from './turns.js';
import { type Layout, layOut, type Progress, writeState } from './write.js';

/** What is saved, and how the file is written. */
export interface SaveOptions extends PictureOptions {
  /** Told how many bytes are written, of how many; where there are replicas, in the first one only. */
  progress?: Progress | null;
}

/**
 * Has the state written where it is to go, and returns what all replicas are told. It runs only where the file is
 * written.
 */
export type Placing = (write: (path: string) => Work<void>, files: FileSystem) => Work<string>;

/** The task, as messages and other replicas know it: at once or not, and by a manager or not, it is the same one. */
export const SAVE = 'save';

/** What is to be saved, read once. */
interface Plan {
  readonly parts: readonly Part[];
  readonly layout: Layout;
  readonly progress: Progress | null;
  readonly placing: Placing;
  readonly replication: Replication | null;
}

/** @param prepare - reads what says where the state is to go */
export function saveAtOnce(method: string, options: SaveOptions, prepare: () => Placing): string {
  const plan = atOnce(heard(SAVE, options, true, () => planOf(method, options, prepare)));
  return during(method, plan.parts, () => atOnce(saving(plan, atOnceFiles, null)));
}

/** The same off the event loop. What is saved is the state at the moment of the call. */
export function* saveLater(method: string, options: SaveOptions, prepare: () => Placing): Work<string> {
  const { plan, held } = yield* heard(SAVE, options, false, () => {
    const plan = planOf(method, options, prepare);
    checkTurns(method, plan.parts);
    const isWritten = (plan.replication?.rank ?? 0) === 0;
    return { plan, held: new HeldMemory(plan.layout.tensors.filter(({ shard }) => isWritten || shard !== null)) };
  });
  held.begin();
  try {
    return yield* saving(plan, promisedFiles, held);
  } finally {
    held.end();
  }
}

function planOf(method: string, options: SaveOptions, prepare: () => Placing): Plan {
  const placing = prepare();
  checkOptions(method, options, [...PICTURE, 'progress']);
  const { progress = null } = options;
  if (progress !== null) checkCallable('progress', progress);
  const picture = pictureOf(method, options);
  const { parts } = picture.content;
  return { parts, layout: layOut(picture), progress, placing, replication: replicationOf(parts) };
}

function* saving(plan: Plan, files: FileSystem, held: HeldMemory | null): Work<string> {
  const { layout, progress, placing, replication } = plan;
  if (replication === null) {
    const numbers = { held, shared: null };
    return yield* placing((path) => replacing(files, path, (to) => writeState(to, layout, progress, numbers)), files);
  }
  const isAtOnce = files === atOnceFiles;
  const shared = new SharedPieces(layout.tensors, STAGE, isAtOnce, held);
  return yield* together(replication, SAVE, contentOf(layout.tensors), isAtOnce, function* () {
    if (replication.rank > 0) {
      yield* shared.settle(SAVE, null);
      return '';
    }
    try {
      return yield* placing((path) => {
        return replacing(files, path, function* (target) {
          yield* writeState(target, layout, progress, { held, shared });
          // The file does not come into its place before all replicas have said that their parts of it are good.
          yield* shared.settle(SAVE, null);
        });
      }, files);
    } catch (error) {
      yield* shared.settle(SAVE, { error });
      throw error;
    }
  });
}
