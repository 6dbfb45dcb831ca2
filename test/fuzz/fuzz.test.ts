import { isa, setIsa, setThreads, threads } from 'adamax/kernels';
import { corpus } from './corpus.js';
import { explore, replay } from './explore.js';
import { describeFinding } from './report.js';
import type { Finding } from './run-world.js';
import { shrunk } from './shrink.js';

const CALLS = 5000;
// A change is not held up by what it has not caused: `npm run fuzz` draws another seed each time.
const SEED = 1;
const SILENT = { count: () => {} };

async function expectNothing(finding: Finding | null, where: string): Promise<void> {
  if (finding !== null) throw new Error(`${where}: ${describeFinding(finding, await shrunk(finding, 5000))}`);
}

/** `npm run fuzz` in short; main.ts tells how to make more of it. */
describe('random calls, held to a model', () => {
  const before_ = { isa: isa(), threads: threads() };
  let listeners: NodeJS.WarningListener[] = [];

  // Some of the calls are to warn.
  before(() => {
    listeners = process.listeners('warning');
    process.removeAllListeners('warning');
  });

  after(() => {
    for (const listener of listeners) process.on('warning', listener);
    setIsa(before_.isa);
    setThreads(before_.threads);
  });

  for (const [world, found] of corpus) {
    it(`no longer find in world ${world}: ${found}`, async () => {
      await expectNothing(await replay(world, SILENT), 'in the corpus');
    });
  }

  it(`find nothing in ${CALLS} of them`, async () => {
    const finding = await explore({ seed: SEED, isa: undefined, goesOn: (calls) => calls < CALLS }, SILENT);
    await expectNothing(finding, `seed ${SEED}`);
  });
});
