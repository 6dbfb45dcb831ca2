/** Gradients as calls hand them over, and why a step refuses them. */
import { type FaultCode, Faults } from '../faults.js';
import { type Floats, overlap, type Piece, type Region } from '../memory.js';
import { rowLengthOf, type VariableModel } from './variable.js';

export type IndexPiece = Piece<Int32Array> | Piece<Uint32Array> | Piece<BigInt64Array>;

export type GradientModel = { readonly text: string; readonly real: unknown } & (
  | { readonly kind: 'none' }
  /** Of a kind or a form that is refused, whatever else is so. */
  | { readonly kind: 'bad'; readonly fault: FaultCode }
  /** An array of the caller's, or a variable's with its shape. */
  | { readonly kind: 'dense'; readonly memory: Floats; readonly shape: readonly number[] | null }
  /** Numbers that were handed over one by one. */
  | { readonly kind: 'copied'; readonly values: Float32Array }
  | {
      readonly kind: 'rows';
      readonly values: Floats;
      /** Null where plain numbers were copied. */
      readonly indices: IndexPiece | null;
      readonly rows: () => number[];
      readonly denseShape: readonly number[] | null;
    }
);

const equal = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((n, i) => n === b[i]);

/** @param written - memory that the step writes, once all states of the step are there */
export function gradientFaults(gradient: GradientModel, variable: VariableModel, written: readonly Region[]): Faults {
  const faults = new Faults();
  const isWritten = (region: Region) => written.some((other) => overlap(other, region));
  const checkMemory = (memory: Piece<unknown>, isEmpty: boolean) => {
    if (memory.block.kind === 'resizable') faults.add('ERR_ADAMAX_RESIZABLE');
    // Nobody misses what has no elements, where it was known before.
    if (memory.block.gone) (isEmpty ? faults.maybe : faults.add).call(faults, 'ERR_ADAMAX_DETACHED');
    if (isWritten(memory)) faults.add('ERR_ADAMAX_OVERLAP');
  };
  if (gradient.kind === 'bad') faults.add(gradient.fault);
  if (gradient.kind === 'dense') {
    const { memory, shape } = gradient;
    if (shape !== null && !equal(shape, variable.shape)) faults.add('ERR_ADAMAX_SHAPE');
    checkMemory(memory, memory.length === 0);
    if (memory.length !== variable.size && !memory.block.gone) faults.add('ERR_ADAMAX_LENGTH');
    if (memory.length !== variable.size && memory.block.gone) faults.add('ERR_ADAMAX_DETACHED');
  }
  if (gradient.kind === 'rows') {
    const { values, indices, denseShape } = gradient;
    if (variable.constraint !== null) faults.add('ERR_ADAMAX_CONSTRAINT');
    if (denseShape !== null && !equal(denseShape, variable.shape)) faults.add('ERR_ADAMAX_SHAPE');
    const rows = gradient.rows();
    const rowLength = rowLengthOf(variable);
    const fits = values.length === rows.length * rowLength;
    if (!fits && !values.block.gone && indices?.block.gone !== true) faults.add('ERR_ADAMAX_LENGTH');
    const table = variable.shape[0] ?? 1;
    if (rows.some((row) => !(row >= 0 && row < table)) && indices?.block.gone !== true) faults.add('ERR_ADAMAX_INDEX');
    checkMemory(values, rows.length === 0 || rowLength === 0);
    if (indices !== null) checkMemory(indices, rows.length === 0);
  }
  return faults;
}

/** Whether a gradient holds neither a NaN nor an infinity. */
export function isFiniteGradient(gradient: GradientModel): boolean {
  const isFine = (values: Float32Array) => values.every((value) => Number.isFinite(value));
  if (gradient.kind === 'dense') return isFine(gradient.memory.shadow);
  if (gradient.kind === 'copied') return isFine(gradient.values);
  return gradient.kind !== 'rows' || isFine(gradient.values.shadow);
}

/** What a step off the event loop reads of a gradient. */
export function readBy(gradient: GradientModel): Region[] {
  if (gradient.kind === 'dense') return [gradient.memory];
  if (gradient.kind !== 'rows') return [];
  return gradient.indices === null ? [gradient.values] : [gradient.values, gradient.indices];
}

/** How many elements a gradient has, as a step counts them to decide whether to leave the event loop. */
export function elementsOf(gradient: GradientModel): number {
  if (gradient.kind === 'dense') return gradient.memory.length;
  if (gradient.kind === 'copied') return gradient.values.length;
  return gradient.kind === 'rows' ? gradient.values.length : 0;
}
