import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import type * as Adamax from 'adamax';
import { expect } from 'chai';
import { build } from 'rolldown';
import { root } from '../support/process.js';

describe('a minified bundle', () => {
  let folder: string;
  let adamax: typeof Adamax;

  before(async function () {
    this.timeout(60000);
    // Beside the package, so that what is not bundled is found.
    folder = mkdtempSync(join(root, 'out', 'minified-'));
    const file = join(folder, 'app.mjs');
    const source = join(folder, 'source.mjs');
    const names = 'Adagrad, Adamax, IndexedSlices, optimizers, RMSprop, SGD, schedules, Variable';
    writeFileSync(source, `export { ${names} } from 'adamax';`);
    await build({
      input: source,
      platform: 'node',
      external: /^node:/,
      output: { file, format: 'esm', minify: true },
    });
    adamax = await import(pathToFileURL(file).href);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('writes and shows the same names of classes', () => {
    const { Adagrad, Adamax, IndexedSlices, optimizers, RMSprop, SGD, schedules, Variable } = adamax;
    expect(String(Variable), 'is minified').to.match(/^class(?! Variable)/);
    for (const [name, Class] of Object.entries({ Adagrad, Adamax, RMSprop, SGD })) {
      const optimizer = new Class();
      expect(optimizer.name).to.equal(name);
      expect(optimizers.serialize(optimizer).class_name).to.equal(name);
      expect(JSON.parse(JSON.stringify(optimizer)).class_name).to.equal(name);
      expect(adamax.optimizers.get(name.toLowerCase())).to.be.an.instanceOf(Class);
      expect(inspectOf(optimizer)).to.match(new RegExp(`^${name} \\{`));
      expect(new Class({ name: '' }).name).to.equal(name.toLowerCase());
      expect(() => Object.assign(optimizer, { foo: 1 })).to.throw(TypeError, new RegExp(`^${name} must only`));
      expect(() => new Class(1 as never)).to.throw(TypeError, new RegExp(`^${name} must be`));
    }
    const schedule = new schedules.CosineDecay({ initialLearningRate: 1, decaySteps: 1 });
    expect(JSON.parse(JSON.stringify(schedule)).class_name).to.equal('CosineDecay');
    expect(inspect(schedule)).to.match(/^CosineDecay \{/);
    expect(Adamax.name).to.equal('Adamax');
    expect(new Adamax({ learningRate: schedule }).getConfig().learning_rate).to.include({ class_name: 'CosineDecay' });
    const variable = new Variable(new Float32Array(1));
    expect(`${variable}`).to.match(/^<Variable 'Variable' /);
    expect(() => Object.assign(variable, { grad: 1 })).to.throw(TypeError, /^Variable must only/);
    expect(inspectOf(new IndexedSlices(new Float32Array(1), [0]))).to.match(/^IndexedSlices \{/);
    expect(inspectOf(new Adamax().getWeights()[0])).to.match(/^NdArray \{/);
  });
});

function inspectOf(value: object): string {
  const method = Symbol.for('nodejs.util.inspect.custom');
  return (value as Record<symbol, () => string>)[method]();
}
