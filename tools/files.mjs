/** What builds ask of files: which there are, how old they are. */
import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of all files below `folder`. */
export function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

export function modified(file) {
  return statSync(file).mtimeMs;
}

/**
 * Dates outputs to the beginning of the build that made them. A source saved during a build may be older than the
 * output and newer than what the compiler read; by these dates it counts as changed, and the next build takes it in.
 */
export function dateBack(outputs, begun) {
  for (const file of outputs) if (modified(file) > begun.getTime()) utimesSync(file, begun, begun);
}
