import type { Variable as TfVariable } from '@tensorflow/tfjs-core';
import { wrongType } from '../arguments/errors.js';
import { equalShapes, sizeOf } from '../variables/shape.js';
import { isVariable, Variable } from '../variables/variable.js';
import type { Tfjs } from './namespace.js';
import { type Constraint, disposed, isLayerVariable, tfVariableOf } from './recognition.js';
import { type Storage, storageOf } from './storage/index.js';

/** Another place for the elements of a variable than a backend: see `Tables`. */
export interface Residence {
  /** Brings the master in step with its target. */
  refresh(): void;
  /** Brings the target in step with its master. */
  commit(): void;
}

/** What is known of a variable of TensorFlow.js, and the Variable that stands for it. */
export interface Master {
  target: TfVariable;
  readonly variable: Variable;
  /** The version of the elements that both had in common last; null where the target was stepped without its master. */
  seen: object | null;
  constraint: Constraint | null;
  /** Whether the Variable was handed out, and is to be in step from then on. */
  isOut: boolean;
  /** Where the elements are, if in no backend. */
  residence: Residence | null;
}

/**
 * The Variables that stand for those of TensorFlow.js. Each has memory of its own, the *master*, which is stepped in place
 * and copied to fresh memory of its target after each step: TensorFlow.js shares elements among tensors, and its wasm
 * backend keeps packed copies of them, so that nothing may be changed where it lies. Where a backend lets targets be
 * stepped without them, masters fall behind until somebody asks.
 *
 * A master lives as long as somebody has its Variable, for instance an optimizer that keeps slots for it.
 */
export class Masters {
  /** Those of a TensorFlow.js: one for all its namespaces, since variables are known by their engine. */
  static forTfjs(tf: Tfjs): Masters {
    const engine = tf.engine();
    const known = byEngine.get(engine) ?? new Masters(tf);
    byEngine.set(engine, known);
    return known;
  }

  readonly storage: () => Storage;
  readonly #tf: Tfjs;
  readonly #byTarget = new WeakMap<TfVariable, WeakRef<Master>>();
  readonly #byVariable = new WeakMap<Variable, Master>();
  /** A variable that takes the place of one of the same name that was disposed of goes on with its master. */
  readonly #byName = new Map<string, WeakRef<Master>>();
  #limit = 64;

  private constructor(tf: Tfjs) {
    this.#tf = tf;
    this.storage = storageOf(tf);
  }

  /**
   * The Variable that stands for `target`, the same one each time, with the elements that the target has now.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE` for one that is not float32, or has been disposed of
   */
  of(target: TfVariable): Variable {
    return this.#handOut(this.masterOf(target));
  }

  /** As `of`, for whatever stands for a variable of TensorFlow.js; undefined for anything else. */
  find(target: unknown): Variable | undefined {
    const master = this.findMaster(target);
    return master === undefined ? undefined : this.#handOut(master);
  }

  /**
   * What is known of a variable, which its master may be behind. Of a variable of a layer it takes note of the constraint,
   * which TensorFlow.js itself applies where weights are set and not where they are trained.
   */
  findMaster(target: unknown): Master | undefined {
    if (target instanceof this.#tf.Variable) return this.masterOf(target);
    if (isVariable(target)) return this.#byVariable.get(target as Variable);
    const variable = tfVariableOf(this.#tf, target);
    if (variable === undefined) return undefined;
    const master = this.masterOf(variable);
    if (isLayerVariable(target)) master.constraint = target.constraint ?? null;
    return master;
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
      if (master.residence !== null) master.residence.commit();
      else master.seen = storage.assign(master.target, variable.data);
      if (master.constraint !== null) {
        this.#project(master);
        this.refresh(master);
      }
    }
  }

  /** Takes note of a target that was stepped without its master, which catches up if it was handed out. */
  outrun(master: Master): void {
    master.seen = null;
    this.#project(master);
    if (master.isOut) this.refresh(master);
  }

  /** Applies the constraint of a variable that was stepped, as TensorFlow.js does where it is set. */
  #project({ target, constraint }: Master): void {
    if (constraint !== null) this.#tf.tidy(() => target.assign(constraint.apply(target)));
  }

  /** @throws as `of` */
  masterOf(target: TfVariable): Master {
    if (target.isDisposed) throw disposed(target.name, target);
    return this.#byTarget.get(target)?.deref() ?? this.#adopt(target);
  }

  /** The Variable of a master, with the elements of its target. */
  refresh(master: Master): Variable {
    const { target, variable, seen } = master;
    if (variable.trainable !== target.trainable) variable.trainable = target.trainable;
    if (master.residence !== null) {
      master.residence.refresh();
      return variable;
    }
    const storage = this.storage();
    if (storage.versionOf(target) === seen) return variable;
    variable.data.set(storage.read([target])[0]);
    master.seen = storage.versionOf(target);
    return variable;
  }

  #handOut(master: Master): Variable {
    master.isOut = true;
    return this.refresh(master);
  }

  #adopt(target: TfVariable): Master {
    if (target.dtype !== 'float32') throw wrongType(`dtype of '${target.name}'`, "'float32'", target.dtype);
    const master = this.#successor(target) ?? this.#add(target);
    this.#byTarget.set(target, new WeakRef(master));
    return master;
  }

  /** The master of one of the same name and shape that was disposed of: what is kept of it goes on. */
  #successor(target: TfVariable): Master | undefined {
    const master = this.#byName.get(target.name)?.deref();
    if (master?.target.isDisposed !== true || !equalShapes(master.variable.shape, target.shape)) return undefined;
    return Object.assign(master, { target, seen: null, constraint: null, residence: null });
  }

  #add(target: TfVariable): Master {
    const { name, shape, trainable } = target;
    const variable = new Variable(new Float32Array(sizeOf(shape)), { name, shape, trainable });
    const master = { target, variable, seen: null, constraint: null, isOut: false, residence: null };
    this.#byVariable.set(variable, master);
    this.#byName.set(name, new WeakRef(master));
    if (this.#byName.size > this.#limit) this.#prune();
    return master;
  }

  /** Forgets the names of those that have gone, now and then. */
  #prune(): void {
    for (const [name, master] of this.#byName) if (master.deref() === undefined) this.#byName.delete(name);
    this.#limit = 2 * this.#byName.size;
  }
}

const byEngine = new WeakMap<object, Masters>();
