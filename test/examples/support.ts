import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { Checkpoints } from '../../examples/shared/cli/checkpoints.js';
import type { TrainingStatus } from '../../examples/shared/cli/progress.js';
import { Random } from '../../examples/shared/maths/random.js';
import { tf } from '../../examples/shared/tfjs/tf.js';

/** What starts an example. */
export function mainOf(example: 'word-vectors' | 'classifier' | 'distributed' | 'tfjs-digits' | 'tfjs-text'): string {
  return fileURLToPath(new URL(`../../examples/${example}/main.js`, import.meta.url));
}

/** For trainings that are not saved. */
export const UNSAVED = new Checkpoints<never>('', { every: 0, resume: false }, {});

/** The kernels that an example gives to the wasm backend of TensorFlow.js go with its tests: others want none of them. */
export function withTrainingKernels(): void {
  let kernels: { disable(): void };
  before(() => {
    kernels = createTfjs(tf).enableWasmTraining();
  });
  after(() => kernels.disable());
}

/** Takes a training to its end: its statuses, but for what depends on where it went on from, and its result. */
export function taken<Result>(training: Generator<TrainingStatus, Result>): { statuses: object[]; result: Result } {
  const statuses: object[] = [];
  for (;;) {
    const { done, value } = training.next();
    if (done) return { statuses, result: value };
    const { resumed: _, ...status } = value;
    statuses.push(status);
  }
}

/** Paragraphs on one of four subjects each, every subject with words of its own. */
export function subjects(paragraphs: number): string {
  const random = new Random(1);
  const names = ['sea', 'land', 'air', 'fire'];
  return Array.from({ length: paragraphs }, () => {
    const subject = names[random.below(4)];
    const letter = (n: number): string => String.fromCharCode(97 + n);
    return Array.from({ length: 50 }, () => subject + letter(random.below(15))).join(' ');
  }).join('\n\n');
}

/** Runs the example as a process of its own. */
export function wordVectors(args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const { ADAMAX_ISA: _, ...inherited } = process.env;
  const result = spawnSync(process.execPath, [mainOf('word-vectors'), ...args], {
    cwd,
    env: { ...inherited, ...env },
    encoding: 'utf8',
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** Checks that a picture is XML in which every element is closed and every number is one. */
export function expectWellFormed(svg: string): void {
  expect(svg).not.to.match(/NaN|undefined|Infinity/);
  expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).to.equal(true);
  const open: string[] = [];
  const markup = /<(\/?)([a-z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>/g;
  const text = svg.replace(markup, (_, close: string, name: string, _attributes: string, empty: string) => {
    if (close) expect(open.pop(), 'closed').to.equal(name);
    else if (!empty) open.push(name);
    return '';
  });
  expect(open, 'left open').to.deep.equal([]);
  expect(text, 'stray markup').not.to.match(/[<>]|&(?!(?:amp|lt|gt|quot);)/);
}
