import type { Tensor, Variable as TfVariable } from '@tensorflow/tfjs-core';
import { typeError, wrongType } from '../arguments/errors.js';
import { isVariable, type Variable } from '../variables/variable.js';
import { CapturedRows } from './captured-rows.js';
import type { Masters } from './masters.js';
import type { Tfjs, TfjsVariable } from './namespace.js';
import { tfVariableOf, variableHint } from './recognition.js';
import { type RowIds, readRowIds, rowsOf } from './row-ids.js';
import type { Tables } from './tables.js';

/** Rows to look up: a tensor of dtype int32, or arrays of row numbers, nested as the result is to be. */
export type Ids = Tensor | Int32Array | Uint32Array | number | readonly Ids[];

/** Looks up rows of tables that are in no backend of TensorFlow.js: the Variables of this package have them. */
export class LookUps {
  readonly #tf: Tfjs;
  readonly #masters: Masters;
  readonly #tables: Tables;

  constructor(tf: Tfjs, masters: Masters, tables: Tables) {
    this.#tf = tf;
    this.#masters = masters;
    this.#tables = tables;
  }

  /**
   * The rows of a table, in the shape of the ids, with a gradient that is as sparse as they are.
   * @param table - a Variable of two dimensions or more, or one of TensorFlow.js, whose elements leave its backend
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; RangeError `ERR_ADAMAX_INDEX`
   */
  lookUp(table: Variable | TfjsVariable, ids: Ids): Tensor {
    const { variable, target } = this.#found(table);
    return this.rows(variable, target, readRowIds(this.#tf, 'ids', ids, variable.shape[0]));
  }

  /** @param target - the variable of TensorFlow.js that the table is as well */
  rows(variable: Variable, target: TfVariable | undefined, { ids, shape }: RowIds): Tensor {
    const tf = this.#tf;
    const rest = variable.shape.slice(1);
    const width = rest.reduce((product, length) => product * length, 1);
    const make = () => tf.tensor(rowsOf(variable.data, width, ids), [...shape, ...rest], 'float32');
    const captured = CapturedRows.current;
    const key = target ?? variable;
    const inputs = [...(captured === null ? [] : [captured.anchorOf(key)]), ...(target === undefined ? [] : [target])];
    if (inputs.length === 0 || !tf.engine().isTapeOn()) return make();
    return tf.customGrad(() => ({
      value: make(),
      gradFunc: (dy: Tensor) => {
        if (captured === null) throw notSparse();
        captured.add(key, ids, dy);
        return inputs.map(() => tf.scalar(0));
      },
    }))(...inputs);
  }

  #found(table: unknown): { variable: Variable; target: TfVariable | undefined } {
    const target = isVariable(table) ? this.#masters.targetOf(table as Variable) : tfVariableOf(this.#tf, table);
    if (target?.isDisposed) throw wrongType('table', 'a variable that was not disposed of', table);
    const variable = target === undefined ? table : this.#tables.house(target);
    if (!isVariable(variable) || variable.dtype !== 'float32' || variable.shape.length < 2) {
      const hint = target === undefined ? variableHint(this.#tf, table) : '';
      throw wrongType('table', `a float32 Variable of at least two dimensions, or one of TensorFlow.js${hint}`, table);
    }
    return { variable: variable as Variable, target };
  }
}

function notSparse(): TypeError {
  const expected = 'the gradient of a look-up must be taken by minimize or fit of an optimizer of this package';
  return typeError('ERR_ADAMAX_TFJS', `${expected}: received a call of another one, which would take the whole table`);
}
