import { statSync } from 'node:fs';
import { isCoded, wrongValue } from '../arguments/errors.js';
import { save } from '../checkpoint/save.js';
import { type Imported, importKeras, importTorch } from '../import/index.js';
import { type ImportRequest, inFlags } from './import-flags.js';
import { list } from './text.js';

/**
 * Saves what a file of Keras or PyTorch has, and says what that is.
 * @throws as `importKeras`, and as `save`; RangeError `ERR_ADAMAX_ARG_VALUE` where the file itself would be replaced
 */
export async function importFile({ from, to, library, options }: ImportRequest): Promise<string> {
  const found = await inWordsOfFlags(() =>
    library === 'Keras' ? importKeras(from, options) : importTorch(from, options),
  );
  if (isOneFile(from, to)) throw wrongValue('OUT', 'another file than FILE, which it would replace', to);
  save(to, found.resume());
  const { optimizer, iterations, variables, notes, format, version } = found;
  const lines = list([
    ['from', version === null ? format : `${format}, ${version}`],
    ['optimizer', optimizer.class_name],
    ['step', `${iterations}`],
    ['variables', `${variables.length}`],
    ...notes.map((note) => ['note', note] as const),
  ]);
  return `${lines.join('\n')}\n`;
}

async function inWordsOfFlags(body: () => Promise<Imported>): Promise<Imported> {
  try {
    return await body();
  } catch (error) {
    if (isCoded(error)) error.message = inFlags(error.message);
    throw error;
  }
}

/** By whatever names they go. */
function isOneFile(path: string, other: string): boolean {
  const [a, b] = [path, other].map((one) => statSync(one, { bigint: true, throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}
