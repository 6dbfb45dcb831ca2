/** What is stepped: one variable of every size, many small ones, a real model, and rows of tables. */
import { formatCount } from '../format.js';
import type { Layout } from './protocol.js';

export interface Case extends Layout {
  readonly name: string;
  /** Elements that a step touches. */
  readonly elements: number;
  /** Elements of the variables. */
  readonly held: number;
}

export const ROW = 64;
const SIZES = [64, 512, 4096, 2 ** 15, 2 ** 18, 2 ** 20, 2 ** 22, 2 ** 24, 2 ** 26];
const QUICK_SIZES = [64, 4096, 2 ** 18, 2 ** 20];

export const MANY = '100 × 64';
export const GPT2 = 'GPT-2';

export function denseCases(quick: boolean): Case[] {
  const single = (quick ? QUICK_SIZES : SIZES).map((size) => dense(formatCount(size), [[size]]));
  const many = dense(
    MANY,
    Array.from({ length: 100 }, () => [64]),
  );
  return quick ? [many, ...single] : [many, ...single, dense(GPT2, gpt2Shapes())];
}

export function sparseCases(quick: boolean): Case[] {
  const tables = quick ? [1e5] : [1e5, 10e6];
  return tables.flatMap((rows) => [512, 8192].map((named) => sparse(rows, named)));
}

function dense(name: string, shapes: readonly (readonly number[])[]): Case {
  const elements = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  return { name, shapes, elements, held: elements };
}

function sparse(tableRows: number, rows: number): Case {
  const name = `${rows} of ${formatCount(tableRows)}`;
  return { name, shapes: [[tableRows, ROW]], rows, elements: rows * ROW, held: tableRows * ROW };
}

/** The parameters of GPT-2 small, in the order of the model: 148 variables, 124,439,808 elements. */
export function gpt2Shapes(): number[][] {
  const width = 768;
  const norm = [[width], [width]];
  const linear = (from: number, to: number): number[][] => [[from, to], [to]];
  const block = [
    ...norm,
    ...linear(width, 3 * width),
    ...linear(width, width),
    ...norm,
    ...linear(width, 4 * width),
    ...linear(4 * width, width),
  ];
  const blocks = Array.from({ length: 12 }, () => block).flat();
  return [[50257, width], [1024, width], ...blocks, ...norm];
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length);
}
