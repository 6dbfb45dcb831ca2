import { spawnSync } from 'node:child_process';
import fs, {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Adamax, schedules, Variable } from 'adamax';
import { inspect, type SaveOptions, save, saveAsync, verify } from 'adamax/checkpoint';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';

/** More than one piece. */
const SIZE = 400_000;
const isWindows = process.platform === 'win32';

function state(step: number): SaveOptions {
  const w = new Variable(new Float32Array(SIZE).fill(step), { name: 'w' });
  const optimizer = new Adamax();
  optimizer.build([w]);
  optimizer.iterations.assign([BigInt(step)]);
  return { optimizer, variables: [w] };
}

type Way = (path: string, options: SaveOptions) => Promise<void>;
const WAYS: Readonly<Record<string, Way>> = { save: async (...args) => save(...args), saveAsync };

async function errorOf(promise: Promise<void>): Promise<{ code?: string; cause?: { code?: string } }> {
  return await promise.then(
    () => expect.fail('nothing was thrown'),
    (error) => error,
  );
}

for (const [title, saveBy] of Object.entries(WAYS)) {
  describe(`the file that ${title} writes`, () => {
    let folder: string;
    let path: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'adamax-files-'));
      path = join(folder, 'state.safetensors');
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    /** Fails unless there is the state of step 1, to the bit, and nothing else. */
    async function expectWhole(action: () => Promise<void>): Promise<ReturnType<typeof errorOf>> {
      save(path, state(1));
      const before = readFileSync(path);
      const error = await errorOf(action());
      expect(Buffer.compare(readFileSync(path), before)).to.equal(0);
      expect(verify(path)).to.equal(true);
      expect(readdirSync(folder)).to.deep.equal(['state.safetensors']);
      return error;
    }

    it('takes the place of the old one, and nothing else is left', async () => {
      for (const step of [1, 2, 3]) {
        await saveBy(path, state(step));
        expect(verify(path)).to.equal(true);
        expect(inspect(path).step).to.equal(step);
        expect(readdirSync(folder)).to.deep.equal(['state.safetensors']);
      }
    });

    it('leaves the old one whole when writing fails at any piece', async () => {
      let pieces = 0;
      await saveBy(path, { ...state(1), progress: () => pieces++ });
      expect(pieces).to.be.greaterThan(4);
      for (let fails = 0; fails < pieces; fails++) {
        const mine = new Error('mine');
        let calls = 0;
        const progress = () => {
          if (calls++ === fails) throw mine;
        };
        const error = await expectWhole(() => saveBy(path, { ...state(2), progress }));
        expect(error).to.equal(mine);
      }
    });

    it('leaves nothing where there was nothing when writing fails', async () => {
      const progress = () => {
        throw new Error('mine');
      };
      await errorOf(saveBy(path, { ...state(2), progress }));
      expect(readdirSync(folder)).to.deep.equal([]);
    });

    it('leaves the old one whole on a file system that is full', async function () {
      const small = join(folder, 'small');
      mkdirSync(small);
      const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', small]);
      if (status !== 0) this.skip(); // whoever is not root may mount nothing
      try {
        const there = join(small, 'state.safetensors');
        save(there, state(1));
        const before = readFileSync(there);
        const error = await errorOf(saveBy(there, state(2)));
        expect(error).to.have.property('code', 'ERR_ADAMAX_FILE');
        expect(error.cause?.code).to.equal('ENOSPC');
        expect(Buffer.compare(readFileSync(there), before)).to.equal(0);
        expect(readdirSync(small)).to.deep.equal(['state.safetensors']);
      } finally {
        spawnSync('umount', [small]);
      }
    });

    it('is not written where the folder may not be', async function () {
      if (isWindows || process.getuid?.() === 0) this.skip(); // permissions do not bind root
      save(path, state(1));
      chmodSync(folder, 0o555);
      const error = await errorOf(saveBy(path, state(2)));
      chmodSync(folder, 0o755);
      expect(error.cause?.code).to.equal('EACCES');
      expect(inspect(path).step).to.equal(1);
    });

    it('is not written into a folder that is not there, or below a file, or over a folder', async () => {
      const places: [string, string][] = [
        [join(folder, 'missing', 'state'), 'ENOENT'],
        [join(folder, 'state.safetensors', 'state'), 'ENOTDIR'],
      ];
      for (const [place, code] of places) {
        const error = await expectWhole(() => saveBy(place, state(2)));
        expect(error).to.have.property('code', 'ERR_ADAMAX_FILE');
        expect(error.cause?.code).to.equal(code);
      }
      expect(await errorOf(saveBy(folder, state(2)))).to.have.property('code', 'ERR_ADAMAX_FILE');
    });

    it('does not take the place of what is no file', async function () {
      if (isWindows) this.skip();
      if (spawnSync('mkfifo', [path]).status !== 0) this.skip();
      expect(await errorOf(saveBy(path, state(2)))).to.have.property('code', 'ERR_ADAMAX_FILE');
      expect(statSync(path).isFIFO()).to.equal(true);
      expect(readdirSync(folder)).to.deep.equal(['state.safetensors']);
    });

    it('has the permissions of the old one', async function () {
      if (isWindows) this.skip();
      for (const mode of [0o600, 0o640, 0o444, 0o777]) {
        save(path, state(1));
        chmodSync(path, mode);
        await saveBy(path, state(2));
        expect((statSync(path).mode & 0o7777).toString(8)).to.equal(mode.toString(8));
        expect(inspect(path).step).to.equal(2);
      }
    });

    it('lies where a link leads to, be it there or not', async function () {
      if (isWindows) this.skip(); // links need a permission there
      mkdirSync(join(folder, 'elsewhere'));
      const [real, middle] = [join(folder, 'elsewhere', 'real'), join(folder, 'elsewhere', 'middle')];
      symlinkSync('real', middle);
      symlinkSync(join('elsewhere', 'middle'), path);
      for (const step of [1, 2]) {
        await saveBy(path, state(step));
        expect(lstatSync(real).isFile()).to.equal(true);
        expect([readlinkSync(path), readlinkSync(middle)]).to.deep.equal([join('elsewhere', 'middle'), 'real']);
        expect(inspect(real).step).to.equal(step);
      }
      expect(readdirSync(join(folder, 'elsewhere'))).to.have.members(['real', 'middle']);
    });

    it('is not written where links lead in a circle', async function () {
      if (isWindows) this.skip();
      symlinkSync('other', path);
      symlinkSync('state.safetensors', join(folder, 'other'));
      const error = await errorOf(saveBy(path, state(1)));
      expect(error.cause?.code).to.equal('ELOOP');
      expect(readlinkSync(path)).to.equal('other');
    });

    it('takes away what dead processes have left beside it, and nothing else', async () => {
      const dead = spawnSync(process.execPath, ['--version']).pid;
      const others = [
        `state.safetensors.${process.pid}.abc.tmp`,
        `state.safetensors.${process.ppid}.abc.tmp`,
        `other.safetensors.${dead}.abc.tmp`,
        `state.safetensors.${dead}.abc`,
        `state.safetensors.${dead}.a.b.tmp`,
        'state.safetensors.tmp',
        'state.safetensors.mine.tmp',
      ];
      const left = [`state.safetensors.${dead}.abc.tmp`, `state.safetensors.${dead}.0.tmp`];
      for (const name of [...others, ...left]) writeFileSync(join(folder, name), 'x');
      await saveBy(path, state(1));
      expect(readdirSync(folder)).to.have.members([...others, 'state.safetensors']);
    });

    it('takes away what a dead process has left that had the number of one that began later', async () => {
      const left = [`state.safetensors.${process.pid}.abc.tmp`];
      // Only Linux tells when another process began.
      if (process.platform === 'linux') left.push(`state.safetensors.${process.ppid}.abc.tmp`);
      for (const name of left) {
        writeFileSync(join(folder, name), 'x');
        utimesSync(join(folder, name), 1000, 1000);
      }
      await saveBy(path, state(1));
      expect(readdirSync(folder)).to.deep.equal(['state.safetensors']);
    });

    it('leaves what this very thread is writing, however old it looks', async () => {
      let calls = 0;
      let last: Promise<void> | undefined;
      const progress = () => {
        if (++calls > 1) return;
        for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1000, 1000);
        last = saveBy(path, state(2));
      };
      await saveAsync(path, { ...state(1), progress });
      await last;
      expect(inspect(path).step).to.equal(2);
      expect(readdirSync(folder)).to.deep.equal(['state.safetensors']);
    });

    it('is that of the last call, whichever ends last', async () => {
      for (let round = 0; round < 5; round++) {
        const pending = [1, 2, 3].map((step) => saveAsync(path, state(step)));
        const last = saveBy(path, state(4));
        await Promise.all([...pending, last]);
        expect(inspect(path).step).to.equal(4);
        expect(verify(path)).to.equal(true);
        expect(readdirSync(folder)).to.deep.equal(['state.safetensors']);
        rmSync(path);
      }
    });

    it('is that of a call before, where the last fails', async () => {
      const pending = saveAsync(path, state(1));
      const progress = () => {
        throw new Error('mine');
      };
      await errorOf(saveBy(path, { ...state(2), progress }));
      await pending;
      expect(inspect(path).step).to.equal(1);
      expect(readdirSync(folder)).to.deep.equal(['state.safetensors']);
    });

    it('lies where the path led to at the call, though the process goes elsewhere', async () => {
      const from = process.cwd();
      mkdirSync(join(folder, 'elsewhere'));
      try {
        process.chdir(folder);
        const pending = saveBy('relative', state(1));
        process.chdir(join(folder, 'elsewhere'));
        await pending;
      } finally {
        process.chdir(from);
      }
      expect(inspect(join(folder, 'relative')).step).to.equal(1);
      expect(readdirSync(folder)).to.have.members(['elsewhere', 'relative']);
    });
  });
}

describe('the folder of a file that is saved', () => {
  for (const [code, expected] of [
    ['EINVAL', null],
    ['ENOTSUP', null],
    ['EIO', /state is in its place; its folder must be one that can be flushed: received .*EIO/],
  ] as const) {
    it(`may be one that says ${code} to whoever flushes it${expected === null ? '' : ', which is told'}`, function () {
      if (isWindows) this.skip(); // folders are not flushed there
      const folder = mkdtempSync(join(tmpdir(), 'adamax-files-'));
      const path = join(folder, 'state');
      const { fsyncSync } = fs;
      fs.fsyncSync = (fd) => {
        if (fs.fstatSync(fd).isDirectory()) throw Object.assign(new Error(code), { errno: -22, code });
        fsyncSync(fd);
      };
      try {
        if (expected === null) save(path, state(1));
        else
          expect(() => save(path, state(1)))
            .to.throw(Error, expected)
            .with.property('code', 'ERR_ADAMAX_FILE');
      } finally {
        fs.fsyncSync = fsyncSync;
      }
      expect(inspect(path).step).to.equal(1);
      expect(readdirSync(folder)).to.deep.equal(['state']);
      rmSync(folder, { recursive: true });
    });
  }
});

describe('a file that is there', () => {
  it('is not given up for what could not be read again', () => {
    const folder = mkdtempSync(join(tmpdir(), 'adamax-files-'));
    const path = join(folder, 'state');
    save(path, state(1));
    class Deep extends schedules.LearningRateSchedule {
      call() {
        return 0.1;
      }
      override getConfig() {
        let config: Record<string, unknown> = {};
        for (let depth = 0; depth < 250; depth++) config = { config };
        return config;
      }
    }
    const long = 'x'.repeat(100_000_001);
    const cases: [SaveOptions, RegExp][] = [
      [
        { ...state(2), extra: { long } },
        /extra must be at most 100000000 characters of JSON, .*: received 100000\d+ of them$/,
      ],
      [
        { variables: { [long]: new Variable(new Float32Array(1)) } },
        /^names, configs and JSON must have at most 100000000 bytes together, .*: received 100000\d+ of them$/,
      ],
      [{ optimizer: new Adamax({ learningRate: new Deep() }) }, /must be nested at most 100 deep: received /],
    ];
    for (const [options, message] of cases) {
      expectError(() => save(path, options), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
      expect(inspect(path).step).to.equal(1);
      expect(readdirSync(folder)).to.deep.equal(['state']);
    }
    rmSync(folder, { recursive: true });
  }).timeout(20_000);
});
