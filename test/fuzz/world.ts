/** A small world of memory, variables and optimizers, and what all of it must hold. */
import { Variable } from 'adamax';
import { type Isa, setIsa, setThreads } from 'adamax/kernels';
import { drawConstraint } from './constraints.js';
import { Block, type BlockKind, type Floats, overlap, piece, type Region, samePlace, write } from './memory.js';
import { readBy } from './model/gradient.js';
import { OptimizerModel } from './model/optimizer.js';
import { drawRule } from './model/rules.js';
import type { SavedWeight } from './model/saved.js';
import { Settings } from './model/settings.js';
import type { Flight, PairModel, StepModel } from './model/step.js';
import { sizeOf, type VariableModel } from './model/variable.js';
import type { Draw } from './random.js';

/** A step that is off the event loop, and what becomes of it. */
export interface UnderWay extends Flight {
  readonly promise: Promise<unknown>;
  /** Applies the step to the model. */
  readonly land: (outcome: { readonly value?: unknown; readonly error?: unknown }) => void;
}

const SHAPES: readonly (readonly number[])[] = [
  [],
  [1],
  [3],
  [7],
  [8],
  [17],
  [33],
  [64],
  [100],
  [513],
  [4, 3],
  [5, 16],
  [10, 7],
  [16, 33],
  [2, 3, 4],
  [6, 1],
  [0],
  [5, 0],
  [0, 3],
];
/** Beyond a block of a reduction, a buffer of small slots, a stretch of the fallback, a piece of a step. */
const LARGER: readonly (readonly number[])[] = [[1000, 8], [4099], [9000], [65537], [70000], [300, 16]];
/** Worlds in which steps leave the event loop: by a large variable, or by very many slices of a table. */
const LEAVING: readonly (readonly number[])[] = [[2 ** 19 + 3], [16, 64], [16, 64], [9, 33]];

export class World {
  readonly seed: number;
  readonly blocks: Block[] = [];
  readonly variables: VariableModel[] = [];
  readonly optimizers: OptimizerModel[] = [];
  readonly underWay: UnderWay[] = [];
  /** The pairs of the last step of each optimizer, which often come again. */
  readonly habits = new Map<OptimizerModel, readonly PairModel[]>();
  /** Gradients of variables, kept from step to step. */
  readonly gradients = new Map<VariableModel, Floats>();
  /** States that were taken out. */
  readonly saved: SavedWeight[][] = [];
  /** What went wrong inside of code that a call ran. */
  readonly complaints: string[] = [];
  isa: Isa;
  /** Whether the implementation may change. */
  readonly isFixed: boolean;
  /** Whether steps leave the event loop in it. */
  readonly isLarge: boolean;
  readonly #pools: Block[];
  #named = 0;

  constructor(seed: number, draw: Draw, isa: Isa, isFixed: boolean) {
    this.seed = seed;
    this.isa = isa;
    this.isFixed = isFixed;
    setIsa(isa);
    setThreads(1 + draw.below(3));
    this.isLarge = draw.chance(0.015);
    this.#pools = [this.block(2048), this.block(512, draw.chance(0.2) ? 'shared' : 'plain')];
    const count = 2 + draw.below(4);
    for (let i = 0; i < count; i++) this.addVariable(draw);
    this.addOptimizer(draw);
    if (this.isLarge || draw.chance(0.35)) this.addOptimizer(draw);
  }

  block(bytes: number, kind: BlockKind = 'plain'): Block {
    const block = new Block(bytes, kind);
    this.blocks.push(block);
    return block;
  }

  /** Lets go of blocks that only calls of the past have used. */
  prune(): void {
    const kept = new Set<Block>(this.#pools);
    for (const { memory } of this.variables) kept.add(memory.block);
    for (const { block } of this.gradients.values()) kept.add(block);
    for (const { counter, states } of this.optimizers) {
      kept.add(counter.block);
      for (const { block } of states.values()) kept.add(block);
    }
    for (const { gradient } of [...this.habits.values()].flat())
      for (const { block } of readBy(gradient)) kept.add(block);
    for (const { written, read } of this.underWay) for (const { block } of [...written, ...read]) kept.add(block);
    const blocks = this.blocks.filter((block) => kept.has(block));
    this.blocks.splice(0, this.blocks.length, ...blocks);
  }

  /** Memory for floats: mostly a place of its own, on a buffer of its own or on a shared one; rarely any place. */
  floats(draw: Draw, length: number): Floats {
    const pool = draw.pick(this.#pools);
    const bytes = 4 * length;
    if (draw.chance(0.04) && bytes <= pool.bytes && !pool.gone) {
      return piece(Float32Array, pool, 4 * draw.below((pool.bytes - bytes) / 4 + 1), length);
    }
    if (draw.chance(0.45) && pool.used + bytes <= pool.bytes && !pool.gone) {
      pool.used += bytes + 4 * draw.below(3);
      return piece(Float32Array, pool, Math.min(pool.used - bytes, pool.bytes - bytes), length);
    }
    return this.floatsApart(draw, length);
  }

  /** Memory for floats on a buffer of its own, with something around it that must stay as it is. */
  floatsApart(draw: Draw, length: number, kind: BlockKind = draw.chance(0.05) ? 'shared' : 'plain'): Floats {
    const before = draw.below(9);
    const block = this.block(4 * (before + length + 8), kind);
    const whole = piece(Float32Array, block, 0, before + length + 8);
    write(whole, new Float32Array(whole.length).fill(-77.25));
    return piece(Float32Array, block, 4 * before, length);
  }

  drawShape(draw: Draw): readonly number[] {
    if (this.isLarge && this.variables.length === 0) return draw.pick(LEAVING);
    if (draw.chance(0.012)) return draw.pick(LARGER);
    return draw.pick(SHAPES);
  }

  addVariable(draw: Draw): VariableModel {
    const shape = this.drawShape(draw);
    const size = sizeOf(shape);
    const memory = this.floats(draw, size);
    const values = new Float32Array(size);
    draw.fill(values);
    if (!this.isUsed(memory)) write(memory, values);
    const model = draw.chance(0.2) ? this.bareAt(memory) : this.#wrapped(draw, memory, shape);
    return model;
  }

  /** Whether a step off the event loop works there. */
  isUsed(region: Region): boolean {
    return this.underWay.some(({ written, read }) => [...written, ...read].some((other) => overlap(other, region)));
  }

  /** Whether a step off the event loop writes there. */
  isWritten(region: Region): boolean {
    return this.underWay.some(({ written }) => written.some((other) => overlap(other, region)));
  }

  #wrapped(draw: Draw, memory: Floats, shape: readonly number[]): VariableModel {
    const name = draw.chance(0.25) ? null : this.#drawName(draw);
    const constraint = draw.chance(0.12) ? drawConstraint(draw, this) : null;
    const trainable = draw.chance(0.92);
    const options = {
      shape,
      trainable,
      ...(name !== null && { name }),
      ...(constraint && { constraint: constraint.real }),
    };
    const real = new Variable(memory.real, options);
    const id = `v${this.variables.length}`;
    const { size } = real;
    const model = constraint?.model ?? null;
    const variable = { id, real, bareAt: null, name, shape, size, constraint: model, memory, trainable };
    this.variables.push(variable);
    return variable;
  }

  #drawName(draw: Draw): string {
    if (draw.chance(0.03)) return `#${draw.below(3)}`;
    return draw.chance(0.04) ? `w${draw.below(3)}` : `w${this.#named++}`;
  }

  /** The variable that a bare array stands for. */
  bareAt(memory: Floats): VariableModel {
    const { length } = memory;
    const known = this.variables.find(({ bareAt, memory: at }) => {
      return bareAt !== null && samePlace(bareAt, memory) && samePlace(at, memory);
    });
    if (known !== undefined) return known;
    const id = `a${this.variables.length}`;
    const rest = {
      real: null,
      bareAt: memory,
      name: null,
      shape: [length],
      size: length,
      constraint: null,
      trainable: true,
    };
    const variable: VariableModel = { id, memory, ...rest };
    this.variables.push(variable);
    return variable;
  }

  addOptimizer(draw: Draw): OptimizerModel {
    const settings = Settings.draw(draw, drawRule(draw));
    return this.adopt(settings, draw.pick([undefined, undefined, 'opt', '', null]));
  }

  /** Makes the optimizer of some settings a part of the world. */
  adopt(settings: Settings, name: string | null | undefined): OptimizerModel {
    const real = settings.make(name);
    return this.adoptReal(real, settings);
  }

  adoptReal(real: OptimizerModel['real'], settings: Settings): OptimizerModel {
    const counter = piece(BigInt64Array, new Block(8), 0, 1);
    const model = new OptimizerModel(`o${this.optimizers.length}`, real, settings, counter);
    this.optimizers.push(model);
    return model;
  }

  /** Whether a step leaves the event loop when it may. */
  leaves({ optimizer, elements }: StepModel): boolean {
    return this.isa !== 'js' && optimizer.settings.rule.native && elements >= 2 ** 19;
  }
}
