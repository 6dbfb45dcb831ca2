import { type Figures, Progress, type TrainingStatus } from './progress.js';
import { UsageError } from './usage-error.js';

/** Runs a program; a mistake on its command line is answered in one line, with status 2. */
export async function run(main: (args: readonly string[]) => Promise<void>): Promise<void> {
  // Whoever reads through a pipe may have read enough: `npm start | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

export function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** Takes a training to its end and shows how it gets on. */
export async function watch<Result>(
  training: Generator<TrainingStatus, Result> | AsyncGenerator<TrainingStatus, Result>,
  figures: Figures,
): Promise<Result> {
  const progress = new Progress(process.stdout, figures);
  try {
    for (;;) {
      const { done, value } = await training.next();
      if (done) return value;
      await progress.show(value);
    }
  } finally {
    progress.close();
  }
}
