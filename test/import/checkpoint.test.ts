import { existsSync, linkSync, readFileSync, writeFileSync } from 'node:fs';
import { Adamax, Variable } from 'adamax';
import { fingerprint, inspect, load, save, verify } from 'adamax/checkpoint';
import { expect } from 'chai';
import { adamax } from '../support/cli.js';
import { inOwnFolder } from '../support/folder.js';
import { onEveryImplementation } from '../support/implementations.js';
import { bytesOf, imported, pathOf } from './files.js';

const pathIn = inOwnFolder();

onEveryImplementation('import: a saved state', () => {
  it('is made of what was imported, and is like any other', async () => {
    const { resume, optimizer: serialized } = await imported('adamax-schedule.keras');
    const training = resume();
    save(pathIn('a.safetensors'), training);
    expect(verify(pathIn('a.safetensors'))).to.equal(true);
    const { step, optimizers, tensors } = inspect(pathIn('a.safetensors'));
    expect(step).to.equal(20);
    expect(optimizers[''].config.learning_rate).to.deep.equal(serialized.config.learning_rate);
    const keys = tensors.map(({ key }) => key);
    expect(keys).to.include.members(['variables/hidden/kernel', 'slots/hidden/kernel/m', 'variables/frozen/kernel']);
    expect(keys).to.not.include('slots/frozen/kernel/m');
  });

  it('is loaded into the arrays of a training of one’s own', async () => {
    const training = (await imported('adamax.h5')).resume();
    save(pathIn('a.safetensors'), training);
    const variables = Object.fromEntries(
      Object.values(training.variables).map(({ name, shape, size }) => {
        return [name, new Variable(new Float32Array(size), { name, shape })] as const;
      }),
    );
    const optimizer = new Adamax();
    load(pathIn('a.safetensors'), { optimizer, variables });
    expect(optimizer.learningRate).to.equal(Math.fround(0.01));
    expect(fingerprint({ optimizer, variables })).to.equal(fingerprint(training));
  });
});

describe('npx adamax import', () => {
  for (const file of ['adamax.keras', 'adamax.safetensors']) {
    it(`saves ${file} as a state, and says what it is`, async () => {
      const out = pathIn('out.safetensors');
      const { status, stdout, stderr } = adamax('import', pathOf(file), out);
      expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
      expect(stdout).to.match(/^optimizer +Adamax$/m);
      expect(stdout).to.match(/^step +20$/m);
      expect(stdout).to.match(/^note +\S/m);
      expect(inspect(out).fingerprint).to.equal(fingerprint((await imported(file)).resume()));
    });
  }

  it('says of a state that was saved here what reads it', () => {
    const saved = pathIn('saved.safetensors');
    save(saved, { optimizer: new Adamax() });
    const { status, stderr } = adamax('import', saved, pathIn('out.safetensors'));
    expect(status).to.equal(1);
    expect(stderr).to.match(/: received a saved state of this package, which load reads\n$/);
  });

  it('writes nothing where the file cannot be imported', () => {
    const out = pathIn('out.safetensors');
    const { status, stdout, stderr } = adamax('import', pathOf('adam.keras'), out);
    expect({ status, stdout }).to.deep.equal({ status: 1, stdout: '' });
    expect(stderr).to.match(/^adamax: the optimizer of .* must be one of .*'Adam'\n$/);
    expect(existsSync(out)).to.equal(false);
    expect(adamax('import', pathOf('adam.keras'))).to.include({ status: 2, stdout: '' });
  });

  it('does not put a saved state in the place of what it was made of', () => {
    const bytes = bytesOf('adamax.safetensors');
    writeFileSync(pathIn('torch.safetensors'), bytes);
    linkSync(pathIn('torch.safetensors'), pathIn('link.safetensors'));
    for (const out of ['torch.safetensors', 'link.safetensors']) {
      const { status, stderr } = adamax('import', pathIn('torch.safetensors'), pathIn(out));
      expect(stderr).to.match(/^adamax: OUT must be another file than FILE, which it would replace: received '/);
      expect(status).to.equal(1);
      expect(readFileSync(pathIn('torch.safetensors')).equals(bytes)).to.equal(true);
    }
  });
});
