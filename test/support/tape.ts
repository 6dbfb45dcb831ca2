/** A small engine of reverse-mode automatic differentiation on scalars, with variables of its own. */
import { type Differentiated, type GradientEngine, Variable } from 'adamax';

/** A number that remembers what it was computed from, and by which partial derivatives. */
export class Scalar {
  readonly value: number;
  readonly inputs: readonly (readonly [Scalar, number])[];

  constructor(value: number, inputs: readonly (readonly [Scalar, number])[] = []) {
    this.value = value;
    this.inputs = inputs;
  }

  plus(other: Scalar | number): Scalar {
    const o = scalar(other);
    return new Scalar(this.value + o.value, [
      [this, 1],
      [o, 1],
    ]);
  }

  minus(other: Scalar | number): Scalar {
    return this.plus(scalar(other).times(-1));
  }

  times(other: Scalar | number): Scalar {
    const o = scalar(other);
    return new Scalar(this.value * o.value, [
      [this, o.value],
      [o, this.value],
    ]);
  }
}

const scalar = (x: Scalar | number) => (typeof x === 'number' ? new Scalar(x) : x);

export const sum = (terms: readonly Scalar[]) => terms.reduce((total, term) => total.plus(term), new Scalar(0));

/** What losses compute with. */
export type Value = Scalar | readonly Scalar[];

/** The derivatives of the sum of `outputs`, each weighted, by everything that they were computed from. */
function derivatives(outputs: readonly Scalar[], weights: readonly number[]): Map<Scalar, number> {
  const order: Scalar[] = [];
  const seen = new Set<Scalar>();
  // Without recursion: a tape may be longer than the stack is deep.
  const stack: [Scalar, number][] = outputs.map((output) => [output, 0]);
  for (const output of outputs) seen.add(output);
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    const [node, next] = top;
    if (next === node.inputs.length) {
      order.push(node);
      stack.pop();
      continue;
    }
    top[1]++;
    const [input] = node.inputs[next];
    if (!seen.has(input)) {
      seen.add(input);
      stack.push([input, 0]);
    }
  }
  const derivative = new Map<Scalar, number>(order.map((node) => [node, 0]));
  outputs.forEach((output, i) => {
    derivative.set(output, (derivative.get(output) ?? 0) + weights[i]);
  });
  // Behind everything that is computed from it comes each node when the order is turned round.
  for (const node of order.reverse()) {
    for (const [input, partial] of node.inputs) {
      derivative.set(input, (derivative.get(input) as number) + partial * (derivative.get(node) as number));
    }
  }
  return derivative;
}

declare module 'adamax' {
  interface EngineVariables {
    tape: TapeVariable;
  }
}

/** A variable of the engine, with numbers of its own: what a step does is seen here only after `commit`. */
export class TapeVariable {
  readonly name: string;
  /** Numbers in this evaluation; the engine makes new ones when they have been stepped. */
  nodes: readonly Scalar[];

  constructor(name: string, ...values: number[]) {
    this.name = name;
    this.nodes = values.map((value) => new Scalar(value));
  }

  get values(): number[] {
    return this.nodes.map(({ value }) => value);
  }
}

export class TapeEngine implements GradientEngine<Value> {
  readonly #masters = new Map<TapeVariable, Variable>();
  /** What was called, in order. */
  readonly log: string[] = [];

  adopt(target: unknown): Variable | undefined {
    if (!(target instanceof TapeVariable)) return undefined;
    let master = this.#masters.get(target);
    if (master === undefined) {
      master = new Variable(Float32Array.from(target.values), { name: target.name });
      this.#masters.set(target, master);
    }
    return master;
  }

  differentiate(
    loss: (leaf: (variable: Variable) => Value) => Value,
    variables: () => readonly Variable[],
    gradLoss: unknown,
  ): Differentiated {
    const leaves = new Map<Variable, readonly Scalar[]>();
    const value = loss(this.#leafOf(leaves));
    return this.#differentiated(value, variables(), gradLoss, leaves);
  }

  async differentiateAsync(
    loss: (leaf: (variable: Variable) => Value) => Promise<Value>,
    variables: () => readonly Variable[],
    gradLoss: unknown,
  ): Promise<Differentiated> {
    const leaves = new Map<Variable, readonly Scalar[]>();
    const value = await loss(this.#leafOf(leaves));
    return this.#differentiated(value, variables(), gradLoss, leaves);
  }

  commit(variables: readonly Variable[]): void {
    this.log.push(`commit ${variables.map(({ name }) => name).join(', ')}`);
    for (const [variable, master] of this.#masters) {
      if (variables.includes(master)) variable.nodes = Array.from(master.data, (x) => new Scalar(x));
    }
  }

  #leafOf(leaves: Map<Variable, readonly Scalar[]>): (variable: Variable) => Value {
    return (variable) => {
      const nodes = leaves.get(variable) ?? Array.from(variable.data, (x) => new Scalar(x));
      leaves.set(variable, nodes);
      return nodes;
    };
  }

  #differentiated(
    value: Value,
    variables: readonly Variable[],
    gradLoss: unknown,
    leaves: ReadonlyMap<Variable, readonly Scalar[]>,
  ): Differentiated {
    this.log.push(`differentiate by ${variables.map(({ name }) => name).join(', ')}`);
    const outputs = value instanceof Scalar ? [value] : value;
    const weights = gradLoss === undefined ? outputs.map(() => 1) : ([gradLoss].flat() as number[]);
    const derivative = derivatives(outputs, weights);
    const own = new Map([...this.#masters].map(([variable, master]) => [master, variable.nodes]));
    const gradients = variables.map((variable) => {
      const nodes = leaves.get(variable) ?? own.get(variable) ?? [];
      if (!nodes.some((node) => derivative.has(node))) return undefined;
      return nodes.map((node) => derivative.get(node) ?? 0);
    });
    return { loss: outputs.reduce((total, output) => total + output.value, 0), gradients };
  }
}
