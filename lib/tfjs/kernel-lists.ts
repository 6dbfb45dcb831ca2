import { wrongType } from '../arguments/errors.js';
import type { WasmTrainingOptions } from './wasm/index.js';

/**
 * Options whose lists of kernels are lists; all else about them is checked where they are used.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`
 */
export function checkedLists(options: WasmTrainingOptions | undefined): WasmTrainingOptions | undefined {
  if (typeof options !== 'object' || options === null) return options;
  for (const key of ['replace', 'skip'] as const) {
    const list: unknown = options[key];
    if (list !== undefined && !Array.isArray(list)) {
      throw wrongType(`options.${key}`, "a list of kernels, such as ['Identity']", list);
    }
  }
  return options;
}
