import { save } from '../checkpoint/save.js';
import { importKeras, importTorch } from '../import/index.js';
import { list } from './text.js';

/**
 * Saves what a file of Keras or PyTorch has, and says what that is.
 * @throws as `importKeras`, and as `save`
 */
export async function importFile(from: string, to: string): Promise<string> {
  const found = await (/\.(keras|h5|hdf5)$/i.test(from) ? importKeras(from) : importTorch(from));
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
