import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Adamax, Variable } from 'adamax';
import { save } from 'adamax/checkpoint';
import { expect } from 'chai';
import { Checkpoints } from '../../examples/shared/cli/checkpoints.js';
import { UsageError } from '../../examples/shared/cli/usage-error.js';

const SETTINGS = { epochs: 3, dim: 64, slots: 'float32', text: 'Moby Dick' };

describe('examples: what is saved', () => {
  let folder: string;
  let path: string;
  const model = () => {
    const optimizer = new Adamax();
    const variables = [new Variable(Float32Array.of(1, 2), { name: 'w' })];
    return { optimizer, variables, step: () => optimizer.applyGradients([[Float32Array.of(1, -1), variables[0]]]) };
  };
  const checkpoints = (every: number, resume: boolean, settings: Record<string, number | string> = SETTINGS) =>
    new Checkpoints<{ at: number }>(path, { every, resume }, settings);
  const expectMistake = (action: () => unknown, message: string): void => {
    expect(action).to.throw(UsageError).with.property('message', message);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'checkpoints-'));
    path = join(folder, 'training.safetensors');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Saves a model after each of five steps that `every` names. */
  function saved(every: number): ReturnType<typeof model> {
    const first = model();
    const to = checkpoints(every, false);
    for (let at = 1; at <= 5; at++) {
      first.step();
      to.stepped(first, { at });
    }
    return first;
  }

  it('is that of the last step that the number between two savings divides', () => {
    for (const [every, at] of [
      [1, 5],
      [2, 4],
      [3, 3],
      [5, 5],
    ]) {
      saved(every);
      const second = model();
      const from = checkpoints(0, true);
      expect(from.notes()).to.deep.equal([`going on from ${path}`]);
      expect(from.resumed(second)).to.deep.equal({ at });
      expect(Number(second.optimizer.iterations.data[0])).to.equal(at);
    }
  });

  it('goes on to the same bits', () => {
    const first = saved(2);
    const second = model();
    checkpoints(0, true).resumed(second);
    second.step();
    expect([...second.variables[0].data]).to.deep.equal([...first.variables[0].data]);
  });

  it('is nothing where nobody asks, and is not gone on from', () => {
    saved(0);
    expect(checkpoints(1, true).notes()).to.deep.equal([`no ${path} to go on from: beginning`]);
    expect(checkpoints(1, true).resumed(model())).to.equal(undefined);
    saved(1);
    expect(checkpoints(1, false).notes()).to.deep.equal([]);
    expect(checkpoints(1, false).resumed(model())).to.equal(undefined);
  });

  it('is refused with other options, which are named', () => {
    saved(1);
    const problem = '--resume must be given the options of what is saved';
    expectMistake(() => checkpoints(1, true, { ...SETTINGS, dim: 32 }), `${problem}, --dim 64: received '--dim 32'`);
    expectMistake(
      () => checkpoints(1, true, { ...SETTINGS, epochs: 4, slots: 'bfloat16' }),
      `${problem}, --epochs 3 --slots float32: received '--epochs 4 --slots bfloat16'`,
    );
    checkpoints(1, false, { ...SETTINGS, dim: 32 });
  });

  it('is refused where it is of another program, of nobody or damaged', () => {
    const foreign = `--resume must go on from what the same program has saved: received '${path}'`;
    saved(1);
    expectMistake(() => checkpoints(1, true, { epochs: 3, digits: 60_000 }), foreign);
    const { optimizer, variables } = model();
    for (const settings of [null, 'epochs', ['epochs'], 3]) {
      save(path, { optimizer, variables, extra: { settings } });
      expectMistake(() => checkpoints(1, true), foreign);
    }
    save(path, { optimizer, variables });
    expectMistake(() => checkpoints(1, true), foreign);
    writeFileSync(path, 'nothing of the kind');
    expect(() => checkpoints(1, true)).to.throw(UsageError, /^--resume cannot read what is saved \(.*\): received/);
    saved(1);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(path, bytes);
    const from = checkpoints(1, true);
    expect(() => from.resumed(model())).to.throw(UsageError, /^--resume cannot read what is saved \(.*\): received/);
  });
});
