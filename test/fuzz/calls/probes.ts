/** Code that a step runs, and that calls its optimizer again: it must be told that it is busy. */
import type { OptimizerModel } from '../model/optimizer.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';

const SECOND: readonly ((optimizer: OptimizerModel['real']) => unknown)[] = [
  (optimizer) => optimizer.applyGradients([]),
  (optimizer) => optimizer.build([]),
  (optimizer) => optimizer.release([]),
  (optimizer) => optimizer.getWeights(),
  (optimizer) => optimizer.setWeights([]),
  (optimizer) => optimizer.addSlot(new Float32Array(1), 'm'),
  (optimizer) => optimizer.addWeight('probe', [1], { saved: true }),
  (optimizer) => optimizer.getUpdates(() => ({ gradients: [] }), []),
];

/** The items of a list, with a second call before each. */
export function* probing<T>(draw: Draw, list: readonly T[], { real, id }: OptimizerModel, world: World): Iterable<T> {
  const call = draw.pick(SECOND);
  for (const item of list) {
    let code: unknown = 'none';
    try {
      call(real);
    } catch (error) {
      code = (error as { code?: unknown }).code;
    }
    if (code !== 'ERR_ADAMAX_BUSY') world.complaints.push(`${call} inside of a step of ${id}: error ${code}`);
    yield item;
  }
}
