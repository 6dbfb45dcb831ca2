import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { inOwnFolder } from '../support/folder.js';
import { root, runModule } from '../support/process.js';

describe('docs/report.md', () => {
  const inFolder = inOwnFolder();

  it('shows the picture that its program draws', () => {
    const page = readFileSync(join(root, 'docs', 'report.md'), 'utf8');
    const [, code] = /^```js\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const { code: exit, stderr } = runModule(`process.chdir(${JSON.stringify(inFolder(''))});\n${code}`);
    expect({ exit, stderr }).to.deep.equal({ exit: 0, stderr: '' });
    const read = (path: string) => readFileSync(path, 'utf8');
    expect(read(join(root, 'docs', 'report.svg'))).to.equal(read(inFolder('report.svg')));
    expect(read(inFolder('report.html')))
      .to.contain('240 steps')
      .and.not.contain('http-equiv="refresh"');
  });
});
