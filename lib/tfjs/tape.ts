import type { Tensor } from '@tensorflow/tfjs-core';
import { typeError } from '../arguments/errors.js';
import type { Tfjs } from './namespace.js';

/** An operation, as TensorFlow.js writes it down in order to differentiate it. */
export interface TapeNode {
  readonly kernelName: string;
  /** Inputs that an operation can do without are undefined. */
  inputs: Readonly<Record<string, Tensor | undefined>>;
  readonly outputs: readonly Tensor[];
  /** What its gradient reads; kept alive until the tape is given back. */
  readonly saved: readonly Tensor[];
  /** What each input changes by, for what each output does. */
  gradient?: (dys: Tensor[]) => Record<string, () => Tensor>;
}

/** What TensorFlow.js does not declare, or declares and does not mean for others. */
interface Engine {
  readonly state: { activeTape: TapeNode[] | null; gradientDepth: number };
  startTape(): void;
  endTape(): void;
  gradients(f: () => Tensor, xs: Tensor[], dy?: Tensor, allowNoGradients?: boolean): { grads: (Tensor | undefined)[] };
}

/**
 * The tape of TensorFlow.js. Its public functions evaluate and differentiate in one call; to record now and to ask later
 * takes members that it keeps to itself, which no other file of this package touches.
 */
export class Tape {
  readonly #engine: Engine;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * @throws TypeError `ERR_ADAMAX_TFJS` where the members are not what they are in the versions that are known
   */
  static of(tf: Tfjs): Tape {
    let tape = tapes.get(tf);
    if (tape === undefined) {
      tape = new Tape(tf.engine() as unknown as Engine);
      tape.#test(tf);
      tapes.set(tf, tape);
    }
    return tape;
  }

  /** Whether operations are being written down, by this package or by `tf.grad` and its kin. */
  get isOn(): boolean {
    return this.#engine.state.gradientDepth > 0;
  }

  /** Whether a function of TensorFlow.js that differentiates is at work within `record`. */
  get isDeep(): boolean {
    return this.#engine.state.gradientDepth > 1;
  }

  /** What has been recorded, while something is. */
  get nodes(): readonly TapeNode[] {
    return this.#engine.state.activeTape ?? [];
  }

  /** Appends to `nodes` what `f` computes. */
  record<T>(nodes: TapeNode[], f: () => T): T {
    const engine = this.#engine;
    engine.startTape();
    engine.state.activeTape = nodes;
    try {
      return f();
    } finally {
      engine.endTape();
      engine.state.activeTape = null;
    }
  }

  /** Calls `f`, within `record`, without writing down what it computes. */
  pause<T>(nodes: TapeNode[], f: () => T): T {
    const { state } = this.#engine;
    state.gradientDepth = 0;
    try {
      return f();
    } finally {
      state.gradientDepth = 1;
      state.activeTape = nodes;
    }
  }

  /** The gradients of `y` by each of `xs`, along `nodes`; undefined where nothing leads from the one to the other. */
  differentiate(nodes: readonly TapeNode[], y: Tensor, xs: Tensor[], dy?: Tensor): (Tensor | undefined)[] {
    const engine = this.#engine;
    const recall = () => {
      // Copies, since TensorFlow.js gives back what nodes have saved once it is done, and the tape may be asked again.
      engine.state.activeTape = nodes.map((node) => ({ ...node, saved: [] }));
      return y;
    };
    return engine.gradients(recall, xs, dy, true).grads;
  }

  /** Gives back what `nodes` keep alive, and forgets them. */
  release(nodes: TapeNode[], from = 0): void {
    for (const { saved } of nodes.splice(from)) for (const tensor of saved) tensor.dispose();
  }

  /** Gives back what a call of TensorFlow.js has recorded that threw, which it keeps alive for ever itself. */
  releaseFailed(): void {
    const { state } = this.#engine;
    if (this.isOn || !Array.isArray(state.activeTape)) return;
    this.release(state.activeTape);
    state.activeTape = null;
  }

  /** Records a square and differentiates it, and looks at each member on the way. */
  #test(tf: Tfjs): void {
    const { state, startTape, endTape } = this.#engine;
    const hasMembers = typeof startTape === 'function' && typeof endTape === 'function';
    if (!hasMembers || typeof state?.gradientDepth !== 'number') throw changed(tf, 'an engine without its tape');
    if (this.isOn) return;
    const count = tf.memory().numTensors;
    const nodes: TapeNode[] = [];
    const isRight = tf.tidy(() => {
      const x = tf.scalar(3);
      const y = this.record(nodes, () => tf.square(x));
      const node = nodes.find(({ kernelName }) => kernelName === 'Square');
      if (this.isOn || node?.outputs[0] !== y || node.saved.length !== 1) return false;
      return this.differentiate(nodes, y, [x])[0] instanceof tf.Tensor && !node.saved[0].isDisposed;
    });
    this.release(nodes);
    if (!isRight || tf.memory().numTensors !== count) throw changed(tf, 'another tape');
  }
}

const tapes = new WeakMap<Tfjs, Tape>();

function changed(tf: Tfjs, received: string): TypeError {
  const version = tf.version_core;
  const expected = 'TensorFlow.js must record operations as its versions 4.10 to 4.22 do, for a gradient of them';
  return typeError('ERR_ADAMAX_TFJS', `${expected}: received ${received}, of version ${version}`);
}
