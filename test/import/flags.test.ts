import { existsSync, writeFileSync } from 'node:fs';
import { fingerprint, inspect } from 'adamax/checkpoint';
import { importKeras, importTorch } from 'adamax/import';
import { expect } from 'chai';
import { adamax } from '../support/cli.js';
import { inOwnFolder } from '../support/folder.js';
import { imported, pathOf, TRAINABLE } from './files.js';
import { safetensors } from './refused.js';

const pathIn = inOwnFolder();

/** What a file becomes by the command; nothing may be said on stderr. */
function importBy(file: string, ...flags: string[]) {
  const out = pathIn('out.safetensors');
  const { status, stdout, stderr } = adamax('import', file, out, ...flags);
  expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
  return { ...inspect(out), stdout };
}

/** What the command says on stderr where it writes nothing. */
function refusedBy(status: number, file: string, ...flags: string[]): string {
  const out = pathIn('none.safetensors');
  const { stderr, ...other } = adamax('import', file, out, ...flags);
  expect(other, stderr).to.deep.equal({ status, stdout: '' });
  expect(existsSync(out)).to.equal(false);
  return stderr;
}

describe('npx adamax import, with flags', () => {
  it('imports .weights.h5, which tells neither the optimizer nor what is trained', async () => {
    const path = pathOf('adamax.weights.h5');
    expect(refusedBy(1, path)).to.match(
      /^adamax: --optimizer must be the name of a class, as --optimizer Adamax has it, since .*: received undefined\n$/,
    );
    expect(refusedBy(1, path, '--optimizer', 'Adamax')).to.match(/^adamax: --trainable must be a list of 6 names/);
    const expected = fingerprint((await imported('adamax.weights.h5')).resume());
    const lists = [TRAINABLE.join(), JSON.stringify(TRAINABLE), pathIn('names.json')];
    writeFileSync(pathIn('names.json'), JSON.stringify(TRAINABLE));
    for (const list of lists) {
      expect(importBy(path, '--optimizer', 'Adamax', '--trainable', list).fingerprint).to.equal(expected);
    }
  });

  it('imports one of groups that differ', async () => {
    const path = pathOf('groups.safetensors');
    expect(refusedBy(1, path)).to.match(/ must have one lr \(--group 0 imports the first, and so on\): received/);
    const second = (await importTorch(path, { group: 1 })).resume();
    expect(importBy(path, '--group=1').fingerprint).to.equal(fingerprint(second));
    expect(refusedBy(1, path, '--group', '2')).to.match(/^adamax: --group must be below 2/);
  });

  it('takes keys of the config, as JSON or from a file of it, and says how that is asked for', async () => {
    const keras = pathOf('weight-decay.keras');
    const without = `--config '{"weight_decay": null}' leaves it out`;
    expect(refusedBy(1, keras)).to.contain(`adamax: config.weight_decay must be off or left out (${without}), since`);
    const config = { weight_decay: null, learning_rate: 0.5 };
    const expected = fingerprint((await importKeras(keras, { config })).resume());
    writeFileSync(pathIn('config.json'), JSON.stringify(config));
    for (const text of [JSON.stringify(config), pathIn('config.json')]) {
      const { fingerprint, optimizers, stdout } = importBy(keras, '--config', text);
      expect(fingerprint).to.equal(expected);
      expect(optimizers[''].config.learning_rate).to.equal(0.5);
      expect(stdout).to.match(/^note +config\.weight_decay was 0\.004 there$/m);
    }
    const group = { lr: 0.5, momentum: 0, dampening: 0, weight_decay: 0.1, params: [0] };
    const about = { param_groups: JSON.stringify([group]), optimizer: 'SGD', names: '["w"]' };
    const torch = safetensors(pathIn('torch.safetensors'), { 'model.w': [1] }, about);
    expect(refusedBy(1, torch)).to.contain(`(--config '{"weight_decay": 0}' leaves it out): received 0.1`);
    expect(importBy(torch, '--config', '{"weight_decay": 0}').stdout).to.match(/config\.weight_decay was 0\.1 there/);
  });

  it('takes names and the model of PyTorch where the file has neither', () => {
    const group = { lr: 0.5, momentum: 0.5, dampening: 0, params: [0, 1] };
    const state = { 'state.0.momentum_buffer': [1, 2], 'state.1.momentum_buffer': [3] };
    const path = safetensors(pathIn('state.safetensors'), state, { param_groups: JSON.stringify([group]) });
    const model = safetensors(pathIn('model.safetensors'), { b: [7], w: [5, 6] });
    const flags = ['--optimizer', 'SGD', '--model', model];
    expect(refusedBy(1, path, ...flags)).to.match(/^adamax: --names must be the names of 2 parameters/);
    const keys = importBy(path, ...flags, '--names', 'w, b').tensors.map(({ key }) => key);
    expect(keys).to.include.members(['slots/w/momentum', 'slots/b/momentum', 'variables/w']);
  });

  it('ends when the time is over that it was given', () => {
    const stderr = refusedBy(1, pathOf('endless.h5'), '--timeout', '500');
    expect(stderr).to.match(/^adamax: HDF5 must be read within 500 ms \(--timeout\)/);
    expect(refusedBy(1, pathOf('adamax.h5'), '--timeout', '0')).to.match(/^adamax: --timeout must be milliseconds/);
  });

  it('refuses flags that are none, with status 2: by name, by value, and by the kind of file', () => {
    const [keras, torch] = [pathOf('adamax.keras'), pathOf('adamax.safetensors')];
    const unknown = [['--groups', '1'], ['--json'], ['--group'], ['-g', '1'], ['third']];
    for (const flags of unknown) {
      const stderr = refusedBy(2, torch, ...flags);
      expect(stderr).to.match(/^adamax: import must be given just this:\nadamax import FILE OUT \[FLAGS\] .*\n {2}--/);
      for (const name of ['optimizer', 'config', 'trainable', 'timeout', 'group', 'names', 'model']) {
        expect(stderr).to.match(new RegExp(`^ {2}--${name} [A-Z]+ +\\S`, 'm'));
      }
    }
    const values: [string, string, string, RegExp][] = [
      [torch, '--group', 'first', /^adamax: --group must be a whole number: received 'first'\n$/],
      [keras, '--group', '0', /^adamax: --group must be left out of an import from Keras: received '.*\.keras'\n$/],
      [torch, '--trainable', 'a', /^adamax: --trainable must be left out of an import from PyTorch: received/],
      [keras, '--config', '{"a": ', /^adamax: --config must be JSON: received SyntaxError/],
      [keras, '--config', '[1]', /^adamax: --config must be a JSON object, or a file of one: received '\[1\]'\n$/],
      [keras, '--config', pathIn('none.json'), /^adamax: --config must be JSON, or a file of it: received .*ENOENT/],
      [keras, '--trainable', '[1]', /^adamax: --trainable must be names, a,b or a JSON list of them: received/],
    ];
    for (const [file, flag, value, message] of values) expect(refusedBy(2, file, flag, value)).to.match(message);
  });

  it('has its flags in the help', () => {
    expect(adamax('help').stdout).to.match(/^FLAGS of import:\n {2}--optimizer NAME .*\n {2}--config JSON /m);
  });
});
