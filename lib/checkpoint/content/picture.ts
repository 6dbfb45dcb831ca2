import { checkAttached, checkUnused } from '../../arguments/arrays.js';
import { checkCallable } from '../../arguments/options.js';
import { lengthOf } from '../../memory/typed-arrays.js';
import { statesOf } from '../../optimizers/optimizer-state.js';
import type { Placeless } from '../format/header.js';
import { during } from '../turns.js';
import {
  CONTENT,
  type Content,
  type KeyOptions,
  keyOf,
  mappedKeys,
  type ReadContent,
  readContent,
  variableKey,
} from './content.js';
import { EXTRA, type Extra, type LiveTensor, readExtra, variableTensor } from './extra.js';
import type { Json } from './json.js';
import { shardOf } from './shard.js';

/** A tensor of what is saved: under the name it has in the file, and the one by which a fingerprint knows it. */
export type PictureTensor = LiveTensor & Placeless & { readonly canonical: string };

/** What is saved. */
export interface Picture {
  readonly content: ReadContent;
  readonly tensors: readonly PictureTensor[];
  /** What the metadata have besides, as JSON under each key: `extra`, and what tensors that `keys` renamed were called. */
  readonly json: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

/** What is saved of a training. */
export interface PictureOptions extends Content, KeyOptions {
  /** Of the caller: typed arrays and Variables become tensors `extra/<name>`, all else must be JSON. */
  extra?: Extra | null;
}

export const PICTURE = [...CONTENT, 'extra', 'keys'] as const;

/**
 * Lists what is to be saved. All code of the caller runs here, but for getters of his other options, which come before.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`, `ERR_ADAMAX_BUSY`
 * @throws RangeError `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_ARG_VALUE`; `ERR_ADAMAX_OVERLAP` where a step off the event
 *   loop writes what is to be saved
 */
export function pictureOf(method: string, options: PictureOptions): Picture {
  const { keys = null, extra } = options;
  if (keys !== null) checkCallable('keys', keys);
  const { tensors: extras, json } = readExtra(extra);
  const content = readContent(method, options);
  const named = () => [...liveTensors(content), ...[...extras].map(([name, one]) => [`${EXTRA}${name}`, one] as const)];
  // The function is code of the caller: it takes no step, and what it gives variables is looked up afterwards.
  const mapped = during(method, content.parts, () => {
    return mappedKeys(
      keys,
      named().map(([canonical]) => canonical),
    );
  });
  const tensors = named().map(([canonical, tensor], i): PictureTensor => {
    checkAttached(`'${canonical}'`, tensor.array);
    checkUnused(`'${canonical}'`, tensor.array, false);
    return { ...tensor, key: mapped[i], canonical, elements: lengthOf(tensor.array) };
  });
  const renamed = tensors
    .filter(({ key, canonical }) => key !== canonical)
    .map(({ key, canonical }) => [key, canonical]);
  const said = { extra: json, keys: Object.fromEntries(renamed) as Record<string, string> };
  return { content, tensors, json: said };
}

/** The state of optimizers, and the variables, in the order of `weights`. */
export function liveTensors({ parts, names, withVariables }: ReadContent): Map<string, LiveTensor> {
  const tensors = new Map<string, LiveTensor>();
  for (const part of parts) {
    for (const weight of statesOf(part.optimizer).namedBy(names)) {
      const shard = shardOf(part, weight.owner, weight.kind);
      tensors.set(keyOf(part.prefix, weight, names), { ...variableTensor(weight.variable), shard });
    }
  }
  if (!withVariables) return tensors;
  for (const variable of names.keys()) tensors.set(variableKey(names, variable), variableTensor(variable));
  return tensors;
}
