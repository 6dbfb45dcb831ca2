import { Adamax, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { warningsOf } from '../support/warnings.js';

describe('steps that bring only variables never seen', () => {
  const warnings = async (body: (step: (...arrays: (Float32Array | Variable)[]) => unknown) => unknown) => {
    const optimizer = new Adamax();
    const step = (...arrays: (Float32Array | Variable)[]) =>
      optimizer.applyGradients(
        arrays.map((array) => [new Float32Array(array instanceof Variable ? 2 : array.length), array]),
      );
    return await warningsOf('ADAMAX_NEW_VARIABLES', () => body(step));
  };

  it('are warned of, once, at the third in a row, since their moments begin at zero', async () => {
    const found = await warnings((step) => {
      for (let k = 0; k < 6; k++) step(f32(1, 2));
    });
    expect(found).to.have.length(1);
    expect(found[0].message).to.match(
      /^All variables of 3 steps in a row were new to the optimizer \(variable at gradsAndVars\[0\]\[1\]\)/,
    );
    expect(found[0].detail).to.match(/rebind\(\)/);
    expect(await warnings((step) => [1, 2, 3].map((k) => step(f32(k), f32(1, 2))))).to.have.length(1);
  });

  it('are warned of off the event loop and in minimize, too', async () => {
    const optimizer = new Adamax();
    const asynchronous = await warningsOf('ADAMAX_NEW_VARIABLES', async () => {
      for (let k = 0; k < 3; k++) await optimizer.applyGradientsAsync([[f32(1), f32(1)]]);
    });
    expect(asynchronous).to.have.length(1);
    const other = new Adamax();
    const loss = () => ({ loss: 1, gradients: [f32(1)] });
    const minimized = await warningsOf('ADAMAX_NEW_VARIABLES', () => {
      for (let k = 0; k < 3; k++) other.minimize(loss, [f32(1)]);
    });
    expect(minimized).to.have.length(1);
  });

  it('are not warned of where there are but two, nor where one variable is known', async () => {
    expect(await warnings((step) => [step(f32(1)), step(f32(1))])).to.deep.equal([]);
    const p = f32(1);
    expect(await warnings((step) => [1, 2, 3, 4].map((k) => step(p, f32(k))))).to.deep.equal([]);
  });

  it('are not warned of where a program takes turns over lists', async () => {
    const [a, b] = [f32(1, 2), f32(3, 4)];
    const turns = (step: (array: Float32Array) => unknown) => {
      for (let k = 0; k < 5; k++) for (const list of [a, b]) step(list);
    };
    expect(await warnings(turns)).to.deep.equal([]);
    // Several steps of the one between two of the other, as one trains networks that play against each other.
    const uneven = (step: (array: Float32Array) => unknown) => {
      for (let k = 0; k < 5; k++) for (const list of [a, a, b, a]) step(list);
    };
    expect(await warnings(uneven)).to.deep.equal([]);
    const layers = [f32(1), f32(1, 2), f32(1, 2, 3), f32(1)];
    const layerwise = (step: (array: Float32Array) => unknown) => {
      for (let k = 0; k < 3; k++) for (const layer of layers) step(layer);
    };
    expect(await warnings(layerwise)).to.deep.equal([]);
  });

  it('are not warned of where each is trained for a while before the next', async () => {
    const found = await warnings((step) => {
      for (let model = 0; model < 5; model++) {
        const w = f32(1, 2);
        for (let k = 0; k < 2; k++) step(w);
      }
    });
    expect(found).to.deep.equal([]);
  });

  it('are not warned of by what is built', async () => {
    const optimizer = new Adamax();
    const found = await warningsOf('ADAMAX_NEW_VARIABLES', () => {
      for (let k = 0; k < 5; k++) optimizer.build([f32(3)]);
    });
    expect(found).to.deep.equal([]);
  });
});
