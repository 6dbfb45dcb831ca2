import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const main = fileURLToPath(new URL('../../examples/word-vectors/main.js', import.meta.url));

/** Runs the example as a process of its own. */
export function wordVectors(args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const { ADAMAX_ISA: _, ...inherited } = process.env;
  const result = spawnSync(process.execPath, [main, ...args], {
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
