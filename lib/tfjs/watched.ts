import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Tfjs } from './namespace.js';
import type { TapeNode } from './tape.js';

/** What a tape leads back to. */
interface Connected {
  /** The nodes that depend on something that is watched, with those of their inputs that do. */
  readonly nodes: readonly TapeNode[];
  readonly variables: Variable[];
  has(tensor: Tensor): boolean;
}

/**
 * Which tensors a tape watches, and since when. TensorFlow.js writes down whatever is computed; TensorFlow only what
 * depends on a watched tensor, so that by others there is no gradient.
 */
export class Watched {
  readonly #tf: Tfjs;
  readonly #accessed: boolean;
  /** By the id of a tensor: how many nodes came before it was watched. */
  readonly #since = new Map<number, number>();
  readonly #variables = new Set<Variable>();

  /** @param accessed - whether trainable variables are watched by themselves */
  constructor(tf: Tfjs, accessed: boolean) {
    this.#tf = tf;
    this.#accessed = accessed;
  }

  add(tensor: Tensor, at: number): void {
    if (!this.#since.has(tensor.id)) this.#since.set(tensor.id, at);
    if (tensor instanceof this.#tf.Variable) this.#variables.add(tensor);
  }

  /** Watches a table of which rows were looked up, if it is watched by itself. @param anchor - what stands for it */
  addTable({ trainable }: { readonly trainable: boolean }, anchor: Tensor): void {
    if (this.#accessed && trainable && !this.#since.has(anchor.id)) this.#since.set(anchor.id, 0);
  }

  clear(): void {
    this.#since.clear();
    this.#variables.clear();
  }

  along(nodes: readonly TapeNode[]): Connected {
    const variables = new Set(this.#variables);
    const ids = new Set<number>();
    const isWatched = (tensor: Tensor | null | undefined, at: number) => {
      if (tensor === null || tensor === undefined) return false;
      if (ids.has(tensor.id) || (this.#since.get(tensor.id) ?? Infinity) <= at) return true;
      if (!this.#accessed || !(tensor instanceof this.#tf.Variable) || !tensor.trainable) return false;
      ids.add(tensor.id);
      variables.add(tensor);
      return true;
    };
    const connected: TapeNode[] = [];
    nodes.forEach((node, at) => {
      const inputs = Object.entries(node.inputs).filter(([, input]) => isWatched(input, at));
      if (inputs.length === 0) return;
      connected.push({ ...node, inputs: Object.fromEntries(inputs) });
      for (const { id } of node.outputs) ids.add(id);
    });
    const has = (tensor: Tensor) => ids.has(tensor.id) || this.#since.has(tensor.id);
    return { nodes: connected, variables: [...variables], has };
  }
}
