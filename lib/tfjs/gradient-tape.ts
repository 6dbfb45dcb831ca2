import type { Tensor, TensorContainer, Variable } from '@tensorflow/tfjs-core';
import { rangeError, typeError, wrongType } from '../arguments/errors.js';
import { checkBoolean, checkCallable, checkOneOf, checkOptions } from '../arguments/options.js';
import { isThenable } from '../arguments/promises.js';
import type { IndexedSlices } from '../variables/indexed-slices.js';
import { equalShapes, formatShape } from '../variables/shape.js';
import { CapturedRows, inFull } from './captured-rows.js';
import { withCorrections } from './corrections.js';
import type { Tfjs } from './namespace.js';
import { checkAlive } from './recognition.js';
import { whyNot } from './refusal.js';
import { Flattened, type Gradients, type Structure } from './structure.js';
import { Tape, type TapeNode } from './tape.js';
import { withStandIns } from './wasm/stand-in.js';
import { Watched } from './watched.js';

/** What a `GradientTape` records. */
export interface GradientTapeOptions {
  /** Whether `gradient` may be asked more than once; `dispose` then gives back what the tape keeps. Default: false. */
  persistent?: boolean;
  /** Whether trainable variables are watched once something is computed from them. Default: true. */
  watchAccessedVariables?: boolean;
}

/** How `gradient` of a tape differentiates. */
export interface TapeGradientOptions {
  /** What each element of the targets is weighted by, in their structure. Default: ones. */
  outputGradients?: Structure | null;
  /** What stands for the gradient by a source that the target does not depend on: `null`, or zeros. Default: `'none'`. */
  unconnectedGradients?: 'none' | 'zero';
}

/**
 * Records what is computed and differentiates it, like `tf.GradientTape` of Python, whose `with` block is a function here.
 * `createTfjs` gives the class for one copy of TensorFlow.js.
 */
export class RecordingTape {
  readonly #tf: Tfjs;
  readonly #tape: Tape;
  readonly #persistent: boolean;
  readonly #watched: Watched;
  readonly #rows: CapturedRows;
  readonly #nodes: TapeNode[] = [];
  #state: 'new' | 'recording' | 'recorded' | 'used' = 'new';

  /** @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`, `ERR_ADAMAX_TFJS` */
  constructor(tf: Tfjs, options: GradientTapeOptions = {}) {
    checkOptions('GradientTape', options, ['persistent', 'watchAccessedVariables']);
    const { persistent = false, watchAccessedVariables = true } = options;
    checkBoolean('persistent', persistent);
    checkBoolean('watchAccessedVariables', watchAccessedVariables);
    this.#tf = tf;
    this.#tape = Tape.of(tf);
    this.#persistent = persistent;
    this.#watched = new Watched(tf, watchAccessedVariables);
    this.#rows = new CapturedRows(tf);
  }

  /**
   * Calls `f` and records what it computes, behind what was recorded before. Tensors that it makes and does not return are
   * disposed when it is done, as by `tf.tidy`; they may be sources and targets all the same.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE` for a function that returns a promise; `ERR_ADAMAX_TFJS` within another tape
   */
  record<T extends TensorContainer>(f: () => T): T {
    checkCallable('f', f);
    if (this.#tape.isOn) throw nested('record');
    const first = this.#nodes.length;
    this.#state = 'recording';
    try {
      return withCorrections(this.#tf, () =>
        this.#tf.tidy(() => this.#tape.record(this.#nodes, () => this.#evaluate(f))),
      );
    } catch (error) {
      this.#tape.release(this.#nodes, first);
      throw error;
    } finally {
      this.#state = 'recorded';
    }
  }

  #evaluate<T>(f: () => T): T {
    const first = this.#nodes.length;
    const result = settled(this.#rows.during(f));
    this.#rows.attach(this.#nodes.slice(first), new Set());
    for (const [table, anchor] of this.#rows.anchors) this.#watched.addTable(table as { trainable: boolean }, anchor);
    return result;
  }

  /**
   * Lets `gradient` differentiate by tensors that are no trainable variables, along what is recorded from here on.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE` for what has no dtype of floating-point numbers, `ERR_ADAMAX_DETACHED`
   */
  watch(tensors: Structure): void {
    const { tensors: list, tables } = this.#flattened('tensors', tensors);
    list.forEach((tensor, i) => {
      // What stands for a table is a mark, and no tensor any more.
      if (!tables.has(i)) checkAlive('tensors', tensor);
    });
    for (const tensor of list) this.#watched.add(tensor, this.#nodes.length);
  }

  /** The variables that are watched: those that were handed to `watch`, and those of which something was computed. */
  watchedVariables(): Variable[] {
    return this.#watched.along(this.#nodes).variables;
  }

  /**
   * The gradients of a target, or of the sum of several, by each source, in the structure of the sources. A tape that is
   * not persistent gives back what it keeps and can be asked only once.
   *
   * @param target - tensors that were computed while the tape recorded
   * @param sources - variables, tensors that are watched, or anything computed from those
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; `ERR_ADAMAX_STATE` before `record` and after the only answer;
   *   `ERR_ADAMAX_TFJS` for an operation without a gradient, and within `record`
   * @throws RangeError `ERR_ADAMAX_SHAPE` for output gradients
   */
  gradient<S extends Structure>(target: Structure, sources: S, options: TapeGradientOptions = {}): Gradients<S> {
    checkOptions('gradient', options, ['outputGradients', 'unconnectedGradients']);
    const { outputGradients = null, unconnectedGradients = 'none' } = options;
    checkOneOf('unconnectedGradients', unconnectedGradients, ['none', 'zero']);
    if (this.#tape.isOn) throw nested('gradient');
    this.#checkRecorded();
    const targets = new Flattened(this.#tf, 'target', target);
    const wanted = this.#flattened('sources', sources);
    const weights = outputGradients === null ? [] : this.#weights(targets, outputGradients);
    const zero = unconnectedGradients === 'zero';
    try {
      let gradients: readonly TapeGradient[] = [];
      const differentiate = () => {
        gradients = this.#sum(targets.tensors, wanted, weights, zero);
        return gradients.filter((gradient): gradient is Tensor => gradient instanceof this.#tf.Tensor);
      };
      withStandIns(this.#tf, () => this.#tf.tidy(differentiate));
      return wanted.filled(gradients) as Gradients<S>;
    } catch (error) {
      throw whyNot(error);
    } finally {
      if (!this.#persistent) this.#end('used');
    }
  }

  /**
   * Calls `f`, within `record`, without recording what it computes.
   * @throws TypeError `ERR_ADAMAX_STATE` where nothing is recorded
   */
  stopRecording<T>(f: () => T): T {
    checkCallable('f', f);
    if (this.#state !== 'recording') throw tooSoon('stopRecording', 'be called within record');
    if (this.#tape.isDeep) throw nested('stopRecording');
    return this.#tape.pause(this.#nodes, f);
  }

  /** Forgets all that was recorded; within `record` goes on recording. */
  reset(): void {
    this.#tape.release(this.#nodes);
    this.#watched.clear();
    if (this.#state !== 'recording') this.#state = 'new';
  }

  /** Gives back what a tape keeps that is persistent, or was never asked. */
  dispose(): void {
    this.reset();
  }

  #flattened(argument: string, structure: Structure): Flattened {
    return new Flattened(this.#tf, argument, structure, (table) => this.#rows.anchorOf(table));
  }

  #checkRecorded(): void {
    if (this.#state === 'new') throw tooSoon('gradient', 'come after record');
    if (this.#state !== 'used') return;
    const expected = 'gradient must be asked once of a tape that is not persistent';
    throw typeError('ERR_ADAMAX_STATE', `${expected}: received a second call`);
  }

  #end(state: 'used'): void {
    this.#tape.release(this.#nodes);
    this.#watched.clear();
    this.#state = state;
  }

  #weights(targets: Flattened, outputGradients: Structure): Tensor[] {
    const weights = new Flattened(this.#tf, 'outputGradients', outputGradients);
    for (const tensor of weights.tensors) checkAlive('outputGradients', tensor);
    const shapes = targets.tensors.map(({ shape }) => formatShape(shape)).join(', ');
    const received = weights.tensors.map(({ shape }) => formatShape(shape)).join(', ');
    const fits =
      weights.tensors.length === targets.tensors.length &&
      weights.tensors.every(({ shape }, i) => equalShapes(shape, targets.tensors[i].shape));
    if (fits) return weights.tensors;
    throw rangeError('ERR_ADAMAX_SHAPE', `outputGradients must be ${shapes}, as the target: received ${received}`);
  }

  /** The gradients of the sum of targets by each source. */
  #sum(targets: readonly Tensor[], sources: Flattened, weights: readonly Tensor[], zero: boolean): TapeGradient[] {
    const { nodes, has } = this.#watched.along(this.#nodes);
    const { tensors, tables } = sources;
    const sums: (Tensor | undefined)[] = tensors.map(() => undefined);
    const anchors = tensors.flatMap((tensor) => this.#rows.anchors.get(tensor) ?? []);
    this.#rows.clear();
    if (tensors.length > 0) {
      targets.forEach((target, t) => {
        const found = this.#tape.differentiate(nodes, target, [...tensors, ...anchors], weights[t]);
        tensors.forEach((tensor, i) => {
          const gradient = has(tensor) && !tables.has(i) ? found[i] : undefined;
          if (gradient === undefined) return;
          const sum = sums[i];
          // A clone, since it may be the tensor of weights itself, or that of a source that is listed twice.
          sums[i] = sum === undefined ? this.#tf.clone(gradient) : this.#tf.add(sum, gradient);
        });
      });
    }
    return tensors.map((tensor, i) => {
      const table = tables.get(i);
      const { shape } = table ?? tensor;
      const slices = this.#rows.slicesOf(table ?? tensor, shape);
      if (slices !== undefined && table === undefined) return this.#whole(slices, shape, sums[i]);
      return slices ?? sums[i] ?? (zero ? this.#tf.zeros([...shape]) : null);
    });
  }

  /** A gradient of rows and one of the whole table, as one of the whole: a variable of TensorFlow.js has no other one. */
  #whole(slices: IndexedSlices, shape: readonly number[], other: Tensor | undefined): Tensor {
    const values = other?.dataSync() as Float32Array | undefined;
    return this.#tf.tensor(inFull(slices, shape, values), [...shape], 'float32');
  }
}

type TapeGradient = Tensor | IndexedSlices | null;

/** The class of tapes for a copy of TensorFlow.js. */
export function createGradientTape(tf: Tfjs): new (options?: GradientTapeOptions) => RecordingTape {
  return class GradientTape extends RecordingTape {
    constructor(options: GradientTapeOptions = {}) {
      super(tf, options);
    }
  };
}

function settled<T>(result: T): T {
  if (!isThenable(result)) return result;
  throw wrongType('f()', 'what was computed, since nothing is recorded once f has returned', result);
}

function tooSoon(method: string, expected: string): TypeError {
  return typeError('ERR_ADAMAX_STATE', `${method} must ${expected}: received a call before that`);
}

function nested(method: string): TypeError {
  const expected = `${method} must not be called while something records, since TensorFlow.js has one tape`;
  const way = 'tf.grad within record gives gradients of gradients';
  return typeError('ERR_ADAMAX_TFJS', `${expected} (${way}): received a call within another`);
}
