import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { inspect, inspectAsync, load, loadAsync, save, saveAsync, verify } from 'adamax/checkpoint';
import { expect } from 'chai';
import { expectDamaged, temporaryFolder, thrown } from './refused.js';
import { Scene } from './scene.js';

async function expectFileError(action: () => unknown, message: RegExp): Promise<void> {
  const error = await thrown(action);
  expect(error).to.be.an.instanceOf(Error).with.property('code', 'ERR_ADAMAX_FILE');
  expect((error as Error).message).to.match(message);
  expect(error).to.have.property('cause').that.is.an.instanceOf(Error);
}

describe('what is no regular file', () => {
  const path = temporaryFolder();

  async function expectNotRead(from: string, message: RegExp): Promise<void> {
    const scene = new Scene();
    const state = scene.state();
    for (const read of [load, loadAsync]) await expectFileError(() => read(from, scene.content), message);
    for (const read of [inspect, inspectAsync, verify]) await expectFileError(() => read(from), message);
    expect(scene.state()).to.equal(state);
    scene.step();
  }

  it('is not there', () => expectNotRead(path('missing'), /must be a file that can be read: .*ENOENT/));

  it('is a path with a zero in it', async () => {
    await expectNotRead(path('a\0b'), /must be a file that can be read: .*The argument/s);
    const { content } = new Scene();
    for (const write of [save, saveAsync]) await expectFileError(() => write('a\0b', content), /can be written/);
  });

  it('is a folder', async () => {
    mkdirSync(path('folder'));
    await expectNotRead(path('folder'), /must be a file that can be read/);
    const { content } = new Scene();
    for (const write of [save, saveAsync])
      await expectFileError(() => write(path('folder'), content), /can be written/);
    expect(readdirSync(path('.'))).to.deep.equal(['folder']);
  });

  it('is a pipe, for which nobody waits and which stays', async function () {
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [path('pipe')]);
    await expectNotRead(path('pipe'), /must be a file that can be read: .*no regular file/);
    const { content } = new Scene();
    for (const write of [save, saveAsync]) await expectFileError(() => write(path('pipe'), content), /no regular file/);
    expect(statSync(path('pipe')).isFIFO()).to.equal(true);
  });

  it('is a device', async function () {
    if (!existsSync('/dev/zero')) this.skip();
    await expectNotRead('/dev/zero', /no regular file/);
    await expectNotRead('/dev/null', /no regular file/);
    await expectFileError(() => save('/dev/null', new Scene().content), /no regular file/);
    expect(statSync('/dev/null').isCharacterDevice()).to.equal(true);
  });

  it('is an empty file', async () => {
    writeFileSync(path('empty'), '');
    for (const read of [load, loadAsync]) {
      expectDamaged(await thrown(() => read(path('empty'), new Scene().content)), /a header must be there/);
    }
  });
});
