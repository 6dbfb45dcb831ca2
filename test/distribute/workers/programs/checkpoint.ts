/** Saves, loads and compares at once, as each replica of a training does. */
import { createHash } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import { CheckpointManager, fingerprint, fromBytes, load, save, toBytes } from 'adamax/checkpoint';
import { type Collective, openWorkers } from '#internals';
import { StrategyOn } from '../../fake.js';
import { Training } from '../../saved-training.js';
import { type Data, type Report, report } from '../support.js';

const data = workerData as Data & { folder: string };
const collective = openWorkers() as Collective;
const strategy = new StrategyOn(collective, true);
const { rank } = collective;
const at = (name: string) => `${data.folder}/${name}`;

function thrown(action: () => unknown): Report {
  try {
    action();
    return { code: 'none' };
  } catch (error) {
    const { code, message, cause } = error as Error & { code: string; cause?: { code?: string } };
    return { code, message, cause: cause === undefined ? null : (cause.code ?? 'an error') };
  }
}

const training = new Training(strategy).step(3);
const { content } = training;
save(at('saved'), content);
const bytes = toBytes(content);
const manager = new CheckpointManager({ folder: at(`folder ${rank}`) });
const path = manager.save(content);

const failures = {
  'no folder': thrown(() => save(at('none/saved'), content)),
  'bad options': thrown(() => save(at('saved'), { ...content, ...(rank === 1 ? { progres: null } : {}) })),
  'bad options for bytes': thrown(() =>
    toBytes({ ...content, ...(rank === 1 ? { extra: { f: () => {} } } : {}) } as never),
  ),
  'bad options for a fingerprint': thrown(() => fingerprint({ ...content, ...(rank === 0 ? { x: 1 } : {}) })),
  'a progress that throws': thrown(() => {
    const progress = (done: number) => {
      if (done > 1_000_000) throw new Error('enough');
    };
    save(at('saved'), { ...content, progress });
  }),
  'an exchange within': thrown(() => save(at('saved'), { ...content, progress: () => strategy.reduce('sum', 1) })),
};

const other = new Training(strategy);
load(at('saved'), other.content);
other.step(3);
const again = new Training(strategy);
fromBytes(bytes, again.content);
again.step(3);

report(data, rank, {
  bytes: createHash('sha256').update(bytes).digest('hex'),
  path,
  failures,
  now: fingerprint(content),
  goesOn: [fingerprint(other.content), fingerprint(again.content)],
});
await strategy.close();
