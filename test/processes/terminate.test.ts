import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const terminate = fileURLToPath(new URL('terminate.js', import.meta.url));

describe('workers that are terminated at any moment', () => {
  it('leave the process alive, which ends as ever', function () {
    this.timeout(120_000);
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [terminate, '120'], { encoding: 'utf8' });
    expect({ status, signal, stdout, stderr }).to.deep.equal({ status: 0, signal: null, stdout: '120', stderr: '' });
  });
});
