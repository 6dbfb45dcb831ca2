import type { Variable as TfVariable } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { Variable } from '../variables/variable.js';
import type { Master, Masters, Residence } from './masters.js';
import type { Tfjs } from './namespace.js';
import { createTableRoom, type TableRoom } from './table-room.js';

/**
 * A variable of TensorFlow.js whose elements are those of its master, in one memory: only the rows that are looked up are
 * ever copied. Whoever computes with the whole of it gets a copy, which goes when the next step is taken.
 */
class Table implements Residence {
  readonly master: Master;
  readonly #tf: Tfjs;
  readonly #room: TableRoom;
  #dataId: object;

  constructor(tf: Tfjs, room: TableRoom, master: Master) {
    this.#tf = tf;
    this.#room = room;
    this.master = master;
    this.#dataId = this.#moveIn();
  }

  /** Reads what others have assigned, and takes it in. */
  refresh(): void {
    const { target, variable } = this.master;
    if (target.dataId === this.#dataId) return;
    variable.data.set(target.dataSync());
    this.#dataId = this.#moveIn();
  }

  /** Drops the copy that somebody computed with, since the master has been stepped. */
  commit(): void {
    const { target } = this.master;
    if (target.dataId === this.#dataId && this.#room.has(this.#dataId)) return;
    this.#dataId = this.#moveIn();
  }

  #moveIn(): object {
    const { target, variable } = this.master;
    const engine = this.#tf.engine();
    engine.disposeTensor(target);
    const dataId = {};
    this.#room.put(dataId, variable);
    engine.trackTensor(Object.assign(target, { dataId }), this.#room);
    return dataId;
  }
}

/** The variables of TensorFlow.js that are tables. */
export class Tables {
  /** Those of all namespaces that have the same masters. */
  static of(tf: Tfjs, masters: Masters): Tables {
    const tables = known.get(masters) ?? new Tables(tf, masters);
    known.set(masters, tables);
    return tables;
  }

  readonly #tf: Tfjs;
  readonly #masters: Masters;
  readonly #room: TableRoom;
  readonly #byTarget = new WeakMap<TfVariable, Table>();

  private constructor(tf: Tfjs, masters: Masters) {
    this.#tf = tf;
    this.#masters = masters;
    this.#room = createTableRoom(tf);
  }

  /** The Variable of a table, with the elements that the table has now; undefined for what is none. */
  find(target: TfVariable): Variable | undefined {
    const table = this.#byTarget.get(target);
    return table && this.#masters.refresh(table.master);
  }

  /** Makes a table of a variable: its elements leave the backend that has them. */
  house(target: TfVariable): Variable {
    const known = this.find(target);
    if (known !== undefined) return known;
    const variable = this.#masters.of(target);
    this.#settle(target);
    return variable;
  }

  /**
   * Makes a table of the weight of a layer, of which only one element was made: TensorFlow.js begins a variable with a
   * tensor, and a backend may have no memory for all of it.
   * @param elements - what the table begins with; adopted
   */
  begin(weight: LayerVariable, [rows, width]: readonly [number, number], elements: Float32Array): void {
    const target = weight.read() as TfVariable;
    this.#tf.engine().disposeTensor(target);
    Object.assign(target, { dataId: {}, shape: [rows, width], size: rows * width, strides: [width] });
    Object.assign(weight, { shape: target.shape });
    this.#masters.masterOf(target).variable.rebind(elements);
    this.#settle(target);
  }

  #settle(target: TfVariable): void {
    const master = this.#masters.masterOf(target);
    const table = new Table(this.#tf, this.#room, master);
    master.residence = table;
    this.#byTarget.set(target, table);
  }
}

const known = new WeakMap<Masters, Tables>();
