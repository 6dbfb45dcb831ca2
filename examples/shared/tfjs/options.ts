import type { CheckpointOptions } from '../cli/checkpoints.js';
import { UsageError } from '../cli/usage-error.js';
import type { TrainingOptions } from './train.js';

type Name = TrainingOptions['optimizer'];
const OPTIMIZERS: readonly Name[] = ['adamax', 'tf'];

/** What `--help` says of `--optimizer`. */
export const OPTIMIZER_HELP = ['--optimizer NAME', 'adamax, or tf for tf.train.adamax (default adamax)'] as const;

/** @throws UsageError for a name that is none, or one that goes not together with saving */
export function optimizerOf(text: string | undefined, { every, resume }: CheckpointOptions): Name {
  if (text === undefined) return OPTIMIZERS[0];
  const known = OPTIMIZERS.find((name) => name === text);
  if (known === undefined) throw new UsageError(`--optimizer must be ${OPTIMIZERS.join(' or ')}`, text);
  if (known === 'tf' && (every > 0 || resume)) {
    throw new UsageError('--optimizer must be adamax where a training is saved: tf.train.adamax cannot be', known);
  }
  return known;
}
