import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs, {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Adamax, Variable } from 'adamax';
import { CheckpointManager, fingerprint, inspect } from 'adamax/checkpoint';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { elsewhere, root } from '../support/process.js';
import { thrown } from './refused.js';

/** A training of one variable, which can be taken to any step. */
function training() {
  const w = new Variable(new Float32Array([1, -2, 3]), { name: 'w' });
  const optimizer = new Adamax({ learningRate: 0.125 });
  const train = (steps: number) => {
    for (let i = 0; i < steps; i++) optimizer.applyGradients([[new Float32Array([0.5, 1, -1]), w]]);
  };
  return { w, optimizer, train };
}

let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'adamax-manager-')), 'a', 'b');
});

afterEach(() => rmSync(join(folder, '..', '..'), { recursive: true, force: true }));

const names = () => readdirSync(folder).sort();

onEveryImplementation('CheckpointManager', () => {
  it('numbers files in the order of saving, keeps the newest, and loads the last one bit by bit', () => {
    const manager = new CheckpointManager({ folder, keep: 2 });
    const { optimizer, train, w } = training();
    expect(manager.latest()).to.equal(null);
    expect(manager.list()).to.deep.equal([]);
    expect(manager.load({ optimizer })).to.equal(null);
    expect(existsSync(folder), 'looking makes no folder').to.equal(false);
    for (const steps of [5, 1, 4]) {
      train(steps);
      const path = manager.save({ optimizer, extra: { steps } });
      expect(path).to.equal(manager.latest());
    }
    expect(names()).to.deep.equal(['checkpoint-000002-step6.safetensors', 'checkpoint-000003-step10.safetensors']);
    expect(manager.list()).to.deep.equal([
      { path: join(folder, 'checkpoint-000002-step6.safetensors'), step: 6 },
      { path: join(folder, 'checkpoint-000003-step10.safetensors'), step: 10 },
    ]);
    const [saved, numbers] = [fingerprint({ optimizer }), [...w.data]];
    train(3);
    expect(manager.load({ optimizer })?.extra).to.deep.equal({ steps: 4 });
    expect(fingerprint({ optimizer })).to.equal(saved);
    expect([...w.data]).to.deep.equal(numbers);
    expect(inspect(manager.latest() as string).fingerprint).to.equal(saved);
  });

  it('does the same off the event loop', async () => {
    const manager = new CheckpointManager({ folder, keep: 1, every: 2 });
    const { optimizer, train } = training();
    train(1);
    expect(await manager.saveIfDueAsync({ optimizer })).to.equal(null);
    train(1);
    const path = await manager.saveIfDueAsync({ optimizer });
    expect(path).to.equal(join(folder, 'checkpoint-000001-step2.safetensors'));
    expect(await manager.saveIfDueAsync({ optimizer })).to.equal(null);
    const second = await manager.saveAsync({ optimizer });
    expect(names()).to.deep.equal(['checkpoint-000002-step2.safetensors']);
    expect(second).to.equal(manager.latest());
    const saved = fingerprint({ optimizer });
    train(7);
    expect((await manager.loadAsync({ optimizer }))?.step).to.equal(2);
    expect(fingerprint({ optimizer })).to.equal(saved);
  });
});

describe('CheckpointManager, by steps', () => {
  it('is not due once more while a file is being saved, though the training goes on', async () => {
    const manager = new CheckpointManager({ folder, every: 2 });
    const { optimizer, train } = training();
    train(2);
    const saving = manager.saveIfDueAsync({ optimizer });
    train(1);
    expect(await manager.saveIfDueAsync({ optimizer })).to.equal(null);
    expect(await saving).to.equal(join(folder, 'checkpoint-000001-step2.safetensors'));
    expect(inspect((await saving) as string).step).to.equal(2);
  });

  it('takes what was saved last for the latest, though the training has been taken back', () => {
    const manager = new CheckpointManager({ folder });
    const [long, short] = [training(), training()];
    long.train(100);
    short.train(9);
    manager.save({ optimizer: long.optimizer });
    const path = manager.save({ optimizer: short.optimizer });
    expect(manager.latest()).to.equal(path);
    expect(manager.list().map(({ step }) => step)).to.deep.equal([100, 9]);
  });

  it('saves at multiples of `every` since the last save or load, or at the first step beyond one', () => {
    const due = (manager: CheckpointManager, t: ReturnType<typeof training>, steps: number) => {
      const list: number[] = [];
      for (let i = 0; i < steps; i++) {
        t.train(1);
        if (manager.saveIfDue({ optimizer: t.optimizer }) !== null) list.push(Number(t.optimizer.iterations.data[0]));
      }
      return list;
    };
    const manager = new CheckpointManager({ folder, every: 10, keep: null });
    const t = training();
    expect(manager.saveIfDue({ optimizer: t.optimizer })).to.equal(null);
    expect(due(manager, t, 25)).to.deep.equal([10, 20]);
    manager.save({ optimizer: t.optimizer });
    t.train(6); // 31
    expect(due(manager, t, 14)).to.deep.equal([32, 40]);
    expect(manager.list().map(({ step }) => step)).to.deep.equal([10, 20, 25, 32, 40]);
    // Whoever loads is as far as the file.
    const resumed = training();
    const other = new CheckpointManager({ folder, every: 10, keep: null });
    expect(other.load({ optimizer: resumed.optimizer, variables: [resumed.w] })?.step).to.equal(40);
    expect(other.saveIfDue({ optimizer: resumed.optimizer })).to.equal(null);
    expect(due(other, resumed, 10)).to.deep.equal([50]);
    // One that was taken back otherwise goes on from where it is.
    const back = training();
    back.train(14);
    expect(due(other, back, 10)).to.deep.equal([20]);
  });

  it('is due once more where saving has failed', () => {
    const manager = new CheckpointManager({ folder, every: 2 });
    const { optimizer, train } = training();
    train(2);
    expect(() => manager.saveIfDue({ optimizer, keys: () => 'same' })).to.throw(/keys must give each tensor another/);
    expect(existsSync(folder), 'what is refused makes no folder').to.equal(false);
    expect(() => manager.saveIfDue({ optimizer, progress: () => expect.fail('no') })).to.throw(/^no$/);
    expect(names(), 'the number is given back').to.deep.equal([]);
    expect(manager.saveIfDue({ optimizer })).to.be.a('string');
  });

  it('saves variables without an optimizer, which have no step', () => {
    const manager = new CheckpointManager({ folder, prefix: 'weights' });
    const { w } = training();
    manager.save({ variables: [w] });
    expect(manager.list()).to.deep.equal([{ path: join(folder, 'weights-000001.safetensors'), step: null }]);
    expectError(
      () => manager.saveIfDue({ variables: [w] }),
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /saveIfDue must be given an optimizer/,
    );
  });
});

describe('CheckpointManager, in a folder that others use', () => {
  it('passes over what is not its own, and what was not finished', () => {
    const { optimizer } = training();
    mkdirSync(join(folder, 'checkpoint-000099-step1.safetensors'), { recursive: true });
    const others = [
      'checkpoint-000098-step1.safetensors.tmp',
      `checkpoint-000097-step1.safetensors.${process.pid}.x.tmp`,
      'my-checkpoint-000096-step1.safetensors',
      'otherpoint-000096-step1.safetensors',
      'checkpoint-step95.safetensors',
      'checkpoint-000094-step1.safetensors.bak',
      'model.safetensors',
    ];
    for (const name of others) writeFileSync(join(folder, name), '');
    const manager = new CheckpointManager({ folder, keep: 1 });
    expect(manager.latest()).to.equal(null);
    manager.save({ optimizer });
    manager.save({ optimizer });
    expect(names()).to.have.members([
      ...others,
      'checkpoint-000099-step1.safetensors',
      'checkpoint-000002-step0.safetensors',
    ]);
  });

  it('removes what processes have left that were killed', () => {
    const { optimizer } = training();
    mkdirSync(folder, { recursive: true });
    const left = ['checkpoint-000001.tmp', 'checkpoint-000001-step5.safetensors.999999999.abc.tmp'];
    for (const name of left) writeFileSync(join(folder, name), '');
    new CheckpointManager({ folder }).save({ optimizer });
    expect(names()).to.deep.equal(['checkpoint-000002-step0.safetensors']);
  });

  it('does not delete what it has just written, though another process has saved a later number meanwhile', () => {
    const { optimizer, train } = training();
    train(1);
    const [slow, fast] = [new CheckpointManager({ folder, keep: 1 }), new CheckpointManager({ folder, keep: 1 })];
    let other = '';
    const path = slow.save({
      optimizer,
      progress: () => {
        if (other === '') other = fast.save({ optimizer: training().optimizer });
      },
    });
    expect([path, other]).to.deep.equal([
      join(folder, 'checkpoint-000001-step1.safetensors'),
      join(folder, 'checkpoint-000002-step0.safetensors'),
    ]);
    expect(names()).to.have.length(2);
    expect(slow.latest()).to.equal(other);
  });

  it('keeps the old file until the new one is there', () => {
    const { optimizer } = training();
    const manager = new CheckpointManager({ folder, keep: 1 });
    const first = manager.save({ optimizer });
    const failure = new Error('in the midst');
    const progress = () => {
      expect(existsSync(first)).to.equal(true);
      throw failure;
    };
    expect(() => manager.save({ optimizer, progress })).to.throw('in the midst');
    expect(names().map((name) => join(folder, name))).to.deep.equal([first]);
  });

  it('gives each file a number of its own when several processes save at once', async function () {
    this.timeout(60000);
    const source = `
      import { Adamax } from 'adamax';
      import { CheckpointManager } from 'adamax/checkpoint';
      const manager = new CheckpointManager({ folder: ${JSON.stringify(folder)}, keep: null });
      const paths = [];
      for (let i = 0; i < 25; i++) paths.push(manager.save({ optimizer: new Adamax() }));
      console.log(JSON.stringify(paths));`;
    const outputs = await Promise.all(
      [1, 2, 3].map(async () => {
        const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
          cwd: root,
          env: { ...elsewhere(), ADAMAX_ISA: 'js' },
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let text = '';
        child.stdout.on('data', (chunk) => {
          text += chunk;
        });
        expect(await once(child, 'close')).to.deep.equal([0, null]);
        return JSON.parse(text) as string[];
      }),
    );
    const numbers = outputs.flat().map((path) => Number(/checkpoint-(\d+)/.exec(path)?.[1]));
    expect(new Set(numbers).size).to.equal(75);
    expect(names()).to.have.length(75);
    for (const path of outputs.flat()) expect(inspect(path).step).to.equal(0);
  });
});

describe('CheckpointManager, when something is wrong', () => {
  it('does not load an older file in silence where the newest is damaged, but names it', async () => {
    const { optimizer, train, w } = training();
    const manager = new CheckpointManager({ folder });
    const first = manager.save({ optimizer });
    train(1);
    const second = manager.save({ optimizer });
    truncateSync(second, 300);
    const before = [...w.data];
    const message =
      /(the file must have .*: received 300|length of the header .*); the one before it is '.*checkpoint-000001-step0\.safetensors', which is loaded when this one is moved away$/;
    expectError(() => manager.load({ optimizer }), RangeError, 'ERR_ADAMAX_CHECKPOINT', message);
    const error = await manager.loadAsync({ optimizer }).catch((error) => error);
    expect(error).to.have.property('code', 'ERR_ADAMAX_CHECKPOINT');
    expect(error.message).to.contain(`; the one before it is '${first}'`);
    expect([...w.data]).to.deep.equal(before);
    renameSync(second, `${second}.damaged`);
    expect(manager.load({ optimizer: new Adamax({ learningRate: 0.125 }) })?.step).to.equal(0);
    renameSync(`${second}.damaged`, second);
    rmSync(first);
    expect(() => manager.load({ optimizer }))
      .to.throw(/received .*/)
      .and.not.match(/the one before/);
  });

  it('names the one before where the operating system cannot read the newest, and gives its error', async function () {
    if (process.platform === 'win32') this.skip();
    const { optimizer } = training();
    const manager = new CheckpointManager({ folder });
    const first = manager.save({ optimizer });
    const newest = join(folder, 'checkpoint-000002-step1.safetensors');
    const options = { optimizer };
    for (const [target, code] of [
      [newest, 'ELOOP'],
      [join(folder, 'nowhere'), 'ENOENT'],
    ]) {
      symlinkSync(target, newest);
      for (const load of [async () => manager.load(options), () => manager.loadAsync(options)]) {
        const error = await load().catch((error) => error);
        expect(error).to.be.an.instanceOf(Error).and.to.include({ code: 'ERR_ADAMAX_FILE' });
        expect(error.cause).to.have.property('code', code);
        expect(error.message)
          .to.contain(`(the one before it is '${first}', which is loaded when this one is moved away): received`)
          .and.to.contain(`${newest} must be a file that can be read`);
      }
      rmSync(newest);
    }
    expect(manager.load(options)?.step).to.equal(0);
  });

  it('does not advise to move a file that is as good as others, where the process may open no more of them', () => {
    const { optimizer } = training();
    const manager = new CheckpointManager({ folder });
    manager.save({ optimizer });
    manager.save({ optimizer });
    const { openSync } = fs;
    const failure = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE', errno: -24 });
    fs.openSync = () => {
      throw failure;
    };
    try {
      expect(() => manager.load({ optimizer }))
        .to.throw(/ must be a file that can be read: received Error: 'EMFILE: too many open files'$/)
        .with.property('cause', failure);
    } finally {
      fs.openSync = openSync;
    }
  });

  it('refuses wrong options of a load where there is nothing to load yet', async () => {
    const { w, optimizer } = training();
    const manager = new CheckpointManager({ folder });
    const cases: Refused[] = [
      [undefined, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^load(Async)? must be an object of options/],
      [{ optimizr: optimizer }, TypeError, 'ERR_ADAMAX_OPTION', /did you mean optimizer/],
      [{ optimizer, variables: 5 }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^variables must be a list or an object/],
      [{ optimizer: w }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^optimizer must be an Optimizer/],
      [{ optimizer, partial: 1 }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^partial must be a boolean/],
    ];
    for (const [options, type, code, message] of cases) {
      expectError(() => manager.load(options as never), type, code, message);
      const error = await thrown(() => manager.loadAsync(options as never));
      expectError(() => raise(error), type, code, message);
    }
    expect(manager.load({ optimizer, variables: { w } })).to.equal(null);
    expect(await manager.loadAsync({ optimizer, variables: { w } })).to.equal(null);
  });

  it('refuses wrong options of saveIfDue at a step at which nothing is due', async () => {
    const { w, optimizer } = training();
    const cases: Refused[] = [
      [{ optimizr: optimizer }, TypeError, 'ERR_ADAMAX_OPTION', /did you mean optimizer/],
      [{ optimizer, varaibles: [w] }, TypeError, 'ERR_ADAMAX_OPTION', /did you mean variables/],
      [{ optimizer, variables: 5 }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^variables must be a list or an object/],
      [{ optimizer, progress: true }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^progress must be a function/],
      [{ optimizer, keys: {} }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^keys must be a function/],
      [{ optimizer, extra: 1 }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^extra must be an object/],
    ];
    // By the first call that saves nothing.
    const contents: Refused[] = [
      [{ optimizer, variables: [1] }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^variables\[0\] must be/],
      [{ optimizer, extra: { run: () => 1 } }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^extra\.run must be JSON/],
    ];
    const checked = new CheckpointManager({ folder, every: 10 });
    expect(checked.saveIfDue({ optimizer, variables: [w], extra: { w } })).to.equal(null);
    const managers = [checked, new CheckpointManager({ folder, every: 10 })];
    for (const [i, manager] of managers.entries()) {
      for (const [options, type, code, message] of i === 0 ? cases : [...cases, ...contents]) {
        expectError(() => manager.saveIfDue(options as never), type, code, message);
        const error = await thrown(() => manager.saveIfDueAsync(options as never));
        expectError(() => raise(error), type, code, message);
      }
    }
    expect(existsSync(folder)).to.equal(false);
  });

  it('leaves what can be gone through only once to the file', () => {
    const { w, optimizer, train } = training();
    const manager = new CheckpointManager({ folder, every: 2 });
    const extra = new Variable(new Float32Array(2), { name: 'extra' });
    const options = { optimizer, variables: [w, extra].values() };
    train(1);
    expect(manager.saveIfDue(options as never)).to.equal(null);
    train(1);
    const path = manager.saveIfDue(options as never);
    expect(inspect(path as string).tensors.map(({ key }) => key)).to.include('variables/extra');
  });

  it('says what does not fit without naming an older file, which would not fit either', () => {
    const manager = new CheckpointManager({ folder });
    const { optimizer, train } = training();
    train(1);
    manager.save({ optimizer });
    manager.save({ optimizer });
    const other = new Variable(new Float32Array(2), { name: 'w' });
    let error: unknown;
    try {
      manager.load({ variables: [other] });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).to.have.property('code', 'ERR_ADAMAX_CHECKPOINT');
    expect(error).to.have.property('report');
    expect((error as Error).message).to.not.match(/the one before/);
  });

  it('loads the next one where another process has removed the latest in between', function () {
    if (process.platform === 'win32') this.skip();
    const { optimizer } = training();
    const manager = new CheckpointManager({ folder });
    manager.save({ optimizer });
    // A link that leads nowhere is there when one looks, and not when it is opened.
    const gone = join(folder, 'checkpoint-000009-step9.safetensors');
    symlinkSync(join(folder, 'nowhere'), gone);
    const options = { optimizer };
    let looks = 0;
    const load = () =>
      manager.load({
        get optimizer() {
          if (looks++ === 0) rmSync(gone);
          return options.optimizer;
        },
      });
    expect(load()?.step).to.equal(0);
  });

  it('gives errors of the operating system a code', () => {
    mkdirSync(join(folder, '..'), { recursive: true });
    writeFileSync(folder, 'a file');
    const manager = new CheckpointManager({ folder });
    for (const action of [() => manager.list(), () => manager.save({ optimizer: training().optimizer })]) {
      let error: unknown;
      try {
        action();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).to.have.property('code', 'ERR_ADAMAX_FILE');
    }
  });

  it('refuses options that are none, and members', () => {
    const make = (options: object) => () => new CheckpointManager(options as { folder: string });
    const cases: [object, typeof TypeError | typeof RangeError, Parameters<typeof expectError>[2], RegExp][] = [
      [{}, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^folder must be a string/],
      [{ folder: '' }, RangeError, 'ERR_ADAMAX_ARG_VALUE', /^folder must be the path/],
      [{ folder, keep: 0 }, RangeError, 'ERR_ADAMAX_ARG_VALUE', /^keep must be a whole number ≥ 1, or null/],
      [{ folder, keep: '3' }, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^keep must be a number/],
      [{ folder, every: 1.5 }, RangeError, 'ERR_ADAMAX_ARG_VALUE', /^every must be a whole number ≥ 1/],
      [{ folder, prefix: 'a/b' }, RangeError, 'ERR_ADAMAX_ARG_VALUE', /^prefix must be .* without slashes/],
      [{ folder, maxToKeep: 3 }, TypeError, 'ERR_ADAMAX_OPTION', /^CheckpointManager must only have the options/],
    ];
    for (const [options, type, code, message] of cases) expectError(make(options), type, code, message);
    const manager = new CheckpointManager({ folder, keep: null, every: 7, prefix: 'p' });
    expect({ ...members(manager) }).to.deep.equal({ folder, keep: null, every: 7, prefix: 'p' });
    const open = manager as unknown as Record<string, unknown>;
    const assign = (name: string) => () => {
      open[name] = 1;
    };
    expectError(assign('keep'), TypeError, 'ERR_ADAMAX_OPTION', /^keep must be given to the constructor/);
    expectError(assign('maxToKeep'), TypeError, 'ERR_ADAMAX_OPTION', /^CheckpointManager must be told nothing/);
    expectError(() => open.save_if_due, TypeError, 'ERR_ADAMAX_OPTION', /^saveIfDue must be spelled/);
    expectError(
      () => manager.save(null as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^save must be an object of options/,
    );
    expect(existsSync(folder)).to.equal(false);
  });
});

function raise(error: unknown): never {
  throw error;
}

/** Options, and how they are refused. */
type Refused = [
  object | undefined,
  ...(Parameters<typeof expectError> extends [unknown, ...infer Rest] ? Rest : never),
];

function members({ folder, keep, every, prefix }: CheckpointManager) {
  return { folder, keep, every, prefix };
}
