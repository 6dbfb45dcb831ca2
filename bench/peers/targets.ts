/** What the design promises against other libraries. */
import type { Target } from '../group.js';
import { OURS, type Run } from './run.js';

const MILLION = 2 ** 20;
/** p, m, u and g of so many elements are in a cache. */
const CACHED = 2 ** 18;
const PYTORCH = ['PyTorch foreach', 'PyTorch loop'];
const COMPILED = 'PyTorch compile';
const OPTAX = 'optax XLA';

export function targetsOf(runs: readonly Run[]): Target[] {
  const dense = runs.filter((run) => run.case.rows === undefined);
  const single = dense.filter((run) => run.case.shapes.length === 1);
  const million = dense.filter((run) => run.threads === 1 && run.case.elements === MILLION);
  const large = single.filter((run) => run.case.elements >= MILLION);
  const cached = dense.filter((run) => run.case.elements <= CACHED);
  return [
    atLeast(150, 'tf.js cpu ÷ ours, 1M elements', smallest(million, ['tf.js cpu'])),
    atLeast(12, 'tf.js wasm ÷ ours, 1M elements', smallest(million, ['tf.js wasm'])),
    ...large.map((run) => {
      const threads = run.threads === 1 ? '1 thread' : `${run.threads} threads`;
      return atLeast(
        4,
        `PyTorch, better of foreach and loop ÷ ours, ${run.case.name}, ${threads}`,
        smallest([run], PYTORCH),
      );
    }),
    atLeast(1, 'PyTorch, compiled ÷ ours, least of all dense cases', smallest(dense, [COMPILED])),
    atLeast(1, 'optax under XLA ÷ ours, least of all dense cases', smallest(dense, [OPTAX])),
    atLeast(1.2, 'optax under XLA ÷ ours, least in cache', smallest(cached, [OPTAX])),
  ].filter(({ measured }) => Number.isFinite(measured));
}

/** The smallest ratio to ours; infinite where none of the rivals ran. */
function smallest(runs: readonly Run[], rivals: readonly string[]): number {
  const ratios = runs.flatMap(({ outcome }) => {
    return rivals.filter((name) => outcome.has(name)).map((name) => outcome.ratio(name, OURS).median);
  });
  return Math.min(...ratios);
}

function atLeast(bound: number, what: string, measured: number): Target {
  return { what, measured, bound, sense: 'at least', unit: '×' };
}
