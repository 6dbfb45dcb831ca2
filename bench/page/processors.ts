/** The processors that the page has a column for, in the order of its columns. */
export interface Processor {
  /** What heads a column, and names the files of its runs. */
  readonly name: string;
  readonly whole: string;
}

export const PROCESSORS: readonly Processor[] = [
  { name: 'Zen 4', whole: 'AMD EPYC, Zen 4, AVX-512' },
  { name: 'Zen 3', whole: 'AMD EPYC, Zen 3 (Milan), AVX2' },
  { name: 'Zen 5', whole: 'AMD EPYC, Zen 5' },
  { name: 'Xeon', whole: 'Intel Xeon, AVX-512' },
];

/** @throws RangeError where the page has no column of that name */
export function processorOf(name: string): Processor {
  const found = PROCESSORS.find((processor) => processor.name === name);
  if (found !== undefined) return found;
  const names = PROCESSORS.map((processor) => processor.name).join(', ');
  throw new RangeError(`the processor must be one of ${names} (bench/page/processors.ts): received '${name}'`);
}
