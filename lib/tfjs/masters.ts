import type { Variable as TfVariable } from '@tensorflow/tfjs-core';
import { wrongType } from '../arguments/errors.js';
import { equalShapes, sizeOf } from '../variables/shape.js';
import { Variable } from '../variables/variable.js';
import type { Tfjs } from './namespace.js';
import { type Storage, storageOf } from './storage/index.js';

/** Projects a variable to where it may be: a constraint of `tf.constraints`. */
interface Constraint {
  apply(value: TfVariable): ReturnType<TfVariable['clone']>;
}

/** What is known of a variable of TensorFlow.js, and the Variable that stands for it. */
interface Master {
  target: TfVariable;
  readonly variable: Variable;
  /** The data that both had in common last: where the target has other, somebody has assigned to it. */
  seen: object | null;
  constraint: Constraint | null;
}

/**
 * The Variables that stand for those of TensorFlow.js. Each has memory of its own, the *master*, which is stepped in place
 * and copied to a fresh tensor after each step: TensorFlow.js shares elements among tensors, and its wasm backend keeps
 * packed copies of them, so that nothing may be changed where it lies.
 *
 * A master lives as long as somebody has its Variable, for instance an optimizer that keeps slots for it.
 */
export class Masters {
  readonly storage: () => Storage;
  readonly #tf: Tfjs;
  readonly #byTarget = new WeakMap<TfVariable, WeakRef<Variable>>();
  readonly #byVariable = new WeakMap<Variable, Master>();
  /** A variable that takes the place of one of the same name that was disposed of goes on with its master. */
  readonly #byName = new Map<string, WeakRef<Variable>>();
  #limit = 64;

  constructor(tf: Tfjs) {
    this.#tf = tf;
    this.storage = storageOf(tf);
  }

  /**
   * The Variable that stands for `target`, the same one each time, with the elements that the target has now.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE` for one that is not float32, or has been disposed of
   */
  of(target: TfVariable): Variable {
    const variable = this.#byTarget.get(target)?.deref() ?? this.#adopt(target);
    this.#refresh(this.#masterOf(variable));
    return variable;
  }

  /**
   * As `of`, for whatever stands for a variable of TensorFlow.js, and undefined for anything else. Of a variable of a layer
   * it notes the constraint, which TensorFlow.js itself applies where weights are set and not where they are trained.
   */
  find(target: unknown): Variable | undefined {
    if (target instanceof this.#tf.Variable) return this.of(target);
    if (!isLayerVariable(target)) return undefined;
    const variable = this.of(target.read());
    this.#masterOf(variable).constraint = target.constraint ?? null;
    return variable;
  }

  /** The variable of TensorFlow.js that a Variable stands for. */
  targetOf(variable: Variable): TfVariable | undefined {
    return this.#byVariable.get(variable)?.target;
  }

  /** Copies masters to fresh tensors of their variables, and applies the constraints of those. */
  commit(variables: Iterable<Variable>): void {
    const storage = this.storage();
    for (const variable of variables) {
      const master = this.#byVariable.get(variable);
      if (master === undefined || master.target.isDisposed) continue;
      const { target, constraint } = master;
      storage.assign(target, variable.data);
      master.seen = target.dataId;
      // The next step reads what is assigned here, as it reads all that others assign.
      if (constraint !== null) this.#tf.tidy(() => target.assign(constraint.apply(target)));
    }
  }

  #masterOf(variable: Variable): Master {
    return this.#byVariable.get(variable) as Master;
  }

  #refresh(master: Master): void {
    const { target, variable, seen } = master;
    if (variable.trainable !== target.trainable) variable.trainable = target.trainable;
    if (target.dataId === seen) return;
    variable.data.set(this.storage().read([target])[0]);
    master.seen = target.dataId;
  }

  #adopt(target: TfVariable): Variable {
    if (target.dtype !== 'float32') throw wrongType(`dtype of '${target.name}'`, "'float32'", target.dtype);
    if (target.isDisposed) throw wrongType(`'${target.name}'`, 'a variable that was not disposed of', target);
    const variable = this.#successor(target) ?? this.#add(target);
    this.#byTarget.set(target, new WeakRef(variable));
    return variable;
  }

  /** The Variable of one of the same name and shape that was disposed of: what is kept of it goes on. */
  #successor(target: TfVariable): Variable | undefined {
    const variable = this.#byName.get(target.name)?.deref();
    if (variable === undefined || !equalShapes(variable.shape, target.shape)) return undefined;
    const master = this.#masterOf(variable);
    if (!master.target.isDisposed) return undefined;
    master.target = target;
    master.seen = null;
    master.constraint = null;
    return variable;
  }

  #add(target: TfVariable): Variable {
    const { name, shape, trainable } = target;
    const variable = new Variable(new Float32Array(sizeOf(shape)), { name, shape, trainable });
    this.#byVariable.set(variable, { target, variable, seen: null, constraint: null });
    this.#byName.set(name, new WeakRef(variable));
    if (this.#byName.size > this.#limit) this.#prune();
    return variable;
  }

  /** Forgets the names of those that have gone, now and then. */
  #prune(): void {
    for (const [name, variable] of this.#byName) if (variable.deref() === undefined) this.#byName.delete(name);
    this.#limit = 2 * this.#byName.size;
  }
}

interface LayerVariable {
  readonly originalName: string;
  readonly constraint?: Constraint | null;
  read(): TfVariable;
}

/** By what it has, since a class of another copy of TensorFlow.js is another class. */
export function isLayerVariable(target: unknown): target is LayerVariable {
  const { read, originalName } = Object(target) as Partial<LayerVariable>;
  return typeof read === 'function' && typeof originalName === 'string';
}
