import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runModule, runScript } from './process.js';

/** A block of code of a page. */
export interface Block {
  readonly language: string;
  readonly code: string;
}

export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code }));
}

/** The lines that a program is to print, as the comments behind its calls of `console.log` say. */
export function promised(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\);\s*\/\/ (.*)$/gm)].map(([, line]) => line);
}

/** The TensorFlow.js under test, with its backends, takes the place of the one that a reader has. */
const PEER = "import { tf } from './out/test/tfjs/peer.js';\nawait tf.setBackend('cpu');";

/** Runs a block as it stands in its page, in a process of its own, in the folder in which `adamax` is this package. */
export function runBlock(code: string) {
  if (/\brequire\(/.test(code)) return runScript(code);
  const own = code
    .replace("import '@tensorflow/tfjs-backend-wasm';\n", '')
    .replace("import * as tf from '@tensorflow/tfjs';", PEER);
  return runModule(own);
}
