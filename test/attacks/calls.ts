/** The calls under attack: each with the arrays that may be taken from it, and all that it can change. */
import { Adamax, type AnyVariable, type Gradient, IndexedSlices, RMSprop, Variable, type VariableLike } from 'adamax';
import { adamaxStep, adamaxStepOut, adamaxStepRows, sumSquares } from 'adamax/kernels';

export interface Call {
  /** The arrays of the call; they may be taken away while it is at work. */
  readonly arrays: readonly ArrayBufferView[];
  run(): unknown;
  /** What else the call may change, as texts, each of which begins a longer one where its memory has gone. */
  state(): string[];
}

function textOf({ name, shape, data }: AnyVariable, isKnown: boolean): string {
  const isGone = isKnown || data.length === 0;
  return `${name} [${shape}] ${isGone ? '' : Array.from(data as ArrayLike<unknown>, String)}`;
}

/** Makes the arrays of a call. */
export type Place = (...numbers: number[]) => Float32Array;

type Pairs = [Gradient, VariableLike][];

const SIZE = 8;
/** More than is copied: such a gradient is bound by its address. */
const LARGE = 520;

/** An optimizer with a small variable, a large one and a table. */
class Training {
  readonly optimizer;
  readonly p: Float32Array;
  readonly q: Variable;
  readonly table: Variable;
  readonly pairs: Pairs;
  readonly rows: IndexedSlices;
  readonly large: Float32Array;

  constructor(place: Place, steps: number, options: ConstructorParameters<typeof Adamax>[0] = {}, constrained = false) {
    this.optimizer = new Adamax({ learningRate: () => 0.5, ...options });
    const ramp = (n: number, first: number) => place(...Array.from({ length: n }, (_, i) => first + (i % 7)));
    this.p = ramp(SIZE, 1);
    const constraint = (values: Float32Array) => {
      values[0] = 0;
    };
    this.q = new Variable(ramp(LARGE, 2), constrained ? { name: 'q', constraint } : { name: 'q' });
    this.table = new Variable(ramp(SIZE, 3), { name: 'table', shape: [4, 2] });
    this.rows = new IndexedSlices(ramp(4, 1), Int32Array.of(2, 0));
    this.large = ramp(LARGE, 1);
    this.pairs = [
      [ramp(SIZE, -1), this.p],
      [this.large, this.q],
      [this.rows, this.table],
    ];
    for (let k = 0; k < steps; k++) this.optimizer.applyGradients(this.pairs);
  }

  call(run: (training: this) => unknown, ...more: ArrayBufferView[]): Call {
    const { optimizer, p, q, table, pairs, rows, large } = this;
    const own = q.data;
    const slots = optimizer.weights.map((weight) => weight.data);
    const given = pairs.flatMap(([gradient]) => (gradient instanceof Float32Array ? [gradient] : []));
    const arrays = new Set<ArrayBufferView>([
      p,
      q.data,
      table.data,
      rows.values,
      rows.indices,
      large,
      ...given,
      ...slots,
      ...more,
    ]);
    return {
      arrays: [...arrays],
      run: () => run(this),
      state: () => {
        const weights = optimizer.weights.map((weight) => textOf(weight, arrays.has(weight.data)));
        return [...weights, String(optimizer.getSlotNames()), `q on its own array: ${q.data === own}`];
      },
    };
  }
}

const fresh = (pairs: Pairs): Pairs => {
  return pairs.map(([gradient, variable]) => [
    gradient instanceof Float32Array ? gradient.slice() : gradient,
    variable,
  ]);
};

const kernel = (
  place: Place,
  run: (p: Float32Array, m: Float32Array, u: Float32Array, g: Float32Array, o: Float32Array) => unknown,
): Call => {
  const arrays = [place(1, 2, 3, 4), place(1, 1, 1, 1), place(2, 2, 2, 2), place(3, 3, 3, 3), place(0, 0, 0, 0)];
  const [p, m, u, g, o] = arrays;
  return { arrays, run: () => run(p, m, u, g, o), state: () => [] };
};

const SCALARS = { oneMinusBeta1: 0.1, beta2: 0.9, alpha: 0.5, epsilon: 1e-7 };

const loss =
  ({ pairs }: Training) =>
  () => ({ loss: 1, gradients: pairs.map(([gradient]) => gradient) });
const variables = ({ p, q, table }: Training) => [p, q, table];

/** By title. The number of steps before decides how much the optimizer knows of the list by then. */
export const calls: Readonly<Record<string, (place: Place) => Call>> = {
  ...Object.fromEntries(
    [0, 1, 3].map((steps) => [
      `applyGradients after ${steps}`,
      (place: Place) => new Training(place, steps).call(({ optimizer, pairs }) => optimizer.applyGradients(pairs)),
    ]),
  ),
  'applyGradients of other arrays': (place) => {
    const training = new Training(place, 2);
    const pairs = fresh(training.pairs);
    const more = pairs.map(([gradient]) => gradient).filter((gradient) => gradient instanceof Float32Array);
    return training.call(() => training.optimizer.applyGradients(pairs), ...more);
  },
  'applyGradients of an iterator, nested arrays and variables': (place) => {
    const training = new Training(place, 1);
    const gradient = new Variable(training.pairs[0][0] as Float32Array);
    return training.call(({ optimizer, table, q, p }) => {
      return optimizer.applyGradients(
        new Map<Gradient, VariableLike>([
          [gradient, p],
          [
            [
              [1, 2],
              [3, 4],
              [5, 6],
              [7, 8],
            ],
            table,
          ],
          [Array.from({ length: LARGE }, () => 1), q],
        ]),
      );
    });
  },
  'applyGradients, clipped, with a constraint': (place) => {
    const training = new Training(place, 1, { clipnorm: 1, clipvalue: 0.1 }, true);
    return training.call(({ optimizer, pairs }) => optimizer.applyGradients(pairs));
  },
  'applyGradients of gradients that must be finite': (place) => {
    const training = new Training(place, 1, { nonFinite: 'throw' });
    return training.call(({ optimizer, pairs }) => optimizer.applyGradients(pairs));
  },
  'applyGradients to slots of bfloat16': (place) => {
    const training = new Training(place, 1, { slotDtype: 'bfloat16' });
    const pairs = fresh(training.pairs);
    return training.call(({ optimizer }) => optimizer.applyGradients(pairs));
  },
  applyGradientsAsync: (place) =>
    new Training(place, 1).call(({ optimizer, pairs }) => optimizer.applyGradientsAsync(pairs)),
  minimize: (place) => {
    const training = new Training(place, 1);
    return training.call(({ optimizer }) => optimizer.minimize(loss(training), variables(training)));
  },
  minimizeAsync: (place) => {
    const training = new Training(place, 1);
    return training.call(({ optimizer }) => {
      return optimizer.minimizeAsync(
        () => Promise.resolve(loss(training)()),
        () => variables(training),
      );
    });
  },
  getGradients: (place) => {
    const training = new Training(place, 1);
    return training.call(({ optimizer }) => optimizer.getGradients(loss(training), variables(training)).length);
  },
  build: (place) => new Training(place, 0).call(({ optimizer, p, q }) => optimizer.build([p, q])),
  'build after a step': (place) => {
    const more = place(1, 2, 3);
    return new Training(place, 1).call(({ optimizer }) => optimizer.build([more]), more);
  },
  addSlot: (place) => new Training(place, 0).call(({ optimizer, p }) => optimizer.addSlot(p, 'v', 'ones').name),
  'addSlot of another name': (place) => {
    const initializer = (shape: readonly number[]) => new Float32Array(shape[0]).fill(5);
    return new Training(place, 1).call(({ optimizer, p }) => optimizer.addSlot(p, 'w', initializer as never).name);
  },
  getWeights: (place) => {
    const training = new Training(place, 2);
    return training.call(({ optimizer }) => {
      return optimizer
        .getWeights()
        .map(({ name, data }) => `${name} ${Array.from(data as ArrayLike<unknown>, String)}`);
    });
  },
  setWeights: (place) => {
    const training = new Training(place, 2);
    const weights = new Training(place, 1).optimizer.getWeights();
    const given = weights.map(({ data }) => data);
    return training.call(({ optimizer }) => JSON.stringify(optimizer.setWeights(weights)), ...given);
  },
  'setWeights of JSON, nested arrays and slots to be made': (place) => {
    const other = new Training(place, 1).optimizer;
    const weights = other.getWeights().map((weight, i) => {
      const numbers = Array.from(weight.data as Float32Array, Number);
      if (i === 0) return JSON.parse(JSON.stringify(weight));
      return { name: weight.name, shape: weight.shape, data: i % 2 === 0 ? numbers : Float64Array.from(numbers) };
    });
    const training = new Training(place, 0);
    training.optimizer.build(variables(training));
    return training.call(({ optimizer }) => JSON.stringify(optimizer.setWeights(weights, { partial: true })));
  },
  release: (place) => new Training(place, 1).call(({ optimizer, p, q }) => optimizer.release([p, q])),
  rebind: (place) => {
    const training = new Training(place, 1);
    const next = place(...training.q.data);
    return training.call(({ q }) => q.rebind(next).name, next);
  },
  'a step after rebind': (place) => {
    const training = new Training(place, 1);
    const next = place(...training.q.data);
    training.q.rebind(next);
    return training.call(({ optimizer, pairs }) => optimizer.applyGradients(pairs), next);
  },
  'assign of numbers': (place) => {
    const training = new Training(place, 1);
    return training.call(({ table }) => table.assign([8, 7, 6, 5, 4, 3, 2, 1]).name);
  },
  'assign of an array': (place) => {
    const training = new Training(place, 1);
    const numbers = place(8, 7, 6, 5, 4, 3, 2, 1);
    return training.call(({ table }) => table.assign(numbers).name, numbers);
  },
  'assign of a count': (place) => new Training(place, 1).call(({ optimizer }) => optimizer.iterations.assign(7).name),
  IndexedSlices: (place) => {
    const values = place(1, 2, 3, 4);
    const indices = new Uint32Array(2);
    return {
      arrays: [values, indices],
      run: () => new IndexedSlices(values, indices, [2, 2]).denseShape,
      state: () => [],
    };
  },
  'IndexedSlices of numbers': (place) => {
    const values = place(1, 2, 3, 4);
    return { arrays: [values], run: () => [...new IndexedSlices(values, [1, 0]).indices], state: () => [] };
  },
  Variable: (place) => {
    const data = place(1, 2, 3, 4);
    return { arrays: [data], run: () => new Variable(data, { shape: [2, 2], name: 'w' }).shape, state: () => [] };
  },
  adamaxStep: (place) => kernel(place, (p, m, u, g) => adamaxStep(p, m, u, g, SCALARS)),
  adamaxStepOut: (place) => kernel(place, (p, m, u, g, o) => adamaxStepOut(p, m, u, g, o, SCALARS)),
  adamaxStepRows: (place) => {
    const indices = Int32Array.of(1, 0);
    const call = kernel(place, (p, m, u, g) => adamaxStepRows(p, m, u, 2, g, indices, SCALARS));
    return { ...call, arrays: [...call.arrays, indices] };
  },
  sumSquares: (place) => kernel(place, sumSquares),
  'a first step of RMSprop': (place) => {
    const [p, g] = [place(1, 2), place(1, 1)];
    const optimizer = new RMSprop({ centered: true, momentum: 0.5 });
    const run = () => optimizer.applyGradients([[g, p]]);
    return { arrays: [p, g], run, state: () => optimizer.weights.map((weight) => textOf(weight, false)) };
  },
};
