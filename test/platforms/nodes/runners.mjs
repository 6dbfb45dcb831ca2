import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedIsa } from '../app.mjs';
import { installed, matches, must } from '../harness.mjs';

/** A test that steps; both runners give `test` and `expect` to every file. */
const body = () => `
test('a step', () => {
  const weights = new Float32Array([1, 2]);
  new Adamax({ learningRate: 0.1 }).applyGradients([[new Float32Array([1, -1]), weights]]);
  expect(weights[0]).toBeCloseTo(0.9);
  expect(isa()).toBe('${publishedIsa()}');
});
`;

/**
 * Jest takes every file for CommonJS, unless it is told otherwise, and loads all anew for each, in one process here.
 */
export function jest(node, modules) {
  const folder = installed('jest');
  const source = `const { Adamax } = require('adamax');\nconst { isa } = require('adamax/kernels');\n${body()}`;
  for (const name of ['one', 'two']) writeFileSync(join(folder, `${name}.test.js`), source);
  const args = [join(modules, 'jest/bin/jest.js'), '--ci', '--runInBand', '--rootDir', folder];
  const { stderr } = must(node, args, { cwd: folder });
  matches(stderr, /Tests: +2 passed, 2 total/);
}

export function vitest(node, modules) {
  const folder = installed('vitest');
  const source = `import { Adamax } from 'adamax';\nimport { isa } from 'adamax/kernels';\n${body()}`;
  writeFileSync(join(folder, 'step.test.js'), source);
  const args = [join(modules, 'vitest/vitest.mjs'), 'run', '--globals', '--root', folder];
  const { stdout } = must(node, args, { cwd: folder, env: { NO_COLOR: '1' } });
  matches(stdout, /Tests +1 passed/);
}
