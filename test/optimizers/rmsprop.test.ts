import { IndexedSlices, RMSprop, type RMSpropOptions, Variable } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

const cell = new Float32Array(1);
function r(x: number): number {
  cell[0] = x;
  return cell[0];
}
const tiny = (x: number) => (Math.abs(x) < 2 ** -102 ? 0 : x);

interface Element {
  p: number;
  s: number;
  a: number;
  v: number;
}

/** ResourceApplyRMSProp and ResourceApplyCenteredRMSProp of TensorFlow, element by element. */
function oracle(
  e: Element,
  g: number,
  lr: number,
  rho: number,
  momentum: number,
  epsilon: number,
  centered: boolean,
): void {
  e.s = tiny(r(e.s + r(r(r(g * g) - e.s) * r(1 - rho))));
  let d = e.s;
  if (centered) {
    e.a = tiny(r(e.a + r(r(g - e.a) * r(1 - rho))));
    d = r(d - r(e.a * e.a));
  }
  let change = r(r(r(lr) * g) / r(Math.sqrt(r(d + r(epsilon)))));
  if (momentum > 0) {
    e.v = tiny(r(r(r(momentum) * e.v) + change));
    change = e.v;
  }
  e.p = r(e.p - change);
}

const CASES: [RMSpropOptions, string[]][] = [
  [{}, ['rms']],
  [{ momentum: 0.8 }, ['rms', 'momentum']],
  [{ centered: true }, ['rms', 'mg']],
  [{ centered: true, momentum: 0.8 }, ['rms', 'momentum', 'mg']],
];

onEveryImplementation('RMSprop', () => {
  for (const [options, slots] of CASES) {
    it(`has the bits of its rule, dense and sparse (${JSON.stringify(options)})`, () => {
      const random = new Random(31);
      const { momentum = 0, centered = false } = options;
      const variable = new Variable(random.normals(18 * 5), { shape: [18, 5] });
      const elements = Array.from(variable.data, (p): Element => ({ p, s: 0, a: 0, v: 0 }));
      const optimizer = new RMSprop({ learningRate: 0.02, rho: 0.85, ...options });
      for (let k = 0; k < 6; k++) {
        const rows = k % 2 === 0 ? Array.from({ length: 18 }, (_, i) => i) : [17, 3, k + 4];
        const values = random.normals(rows.length * 5);
        optimizer.applyGradients([[k % 2 === 0 ? values : new IndexedSlices(values, rows), variable]]);
        values.forEach((g, j) => {
          const element = elements[rows[Math.floor(j / 5)] * 5 + (j % 5)];
          oracle(element, g, 0.02, 0.85, momentum as number, 1e-7, centered);
        });
      }
      expectSameBits(
        variable.data,
        Float32Array.from(elements, ({ p }) => p),
        'p',
      );
      expect(optimizer.getSlotNames()).to.deep.equal(slots);
      expectSameBits(
        optimizer.getSlot(variable, 'rms').data,
        Float32Array.from(elements, ({ s }) => s),
        'rms',
      );
    });
  }
});

describe('RMSprop', () => {
  it('has a config with the keys of Keras, which makes the round trip', () => {
    const config = new RMSprop({ rho: 0.8, centered: true }).getConfig();
    expect(JSON.stringify(config)).to.equal(
      '{"name":"RMSprop","learning_rate":0.001,"decay":0,"rho":0.8,"momentum":0,"epsilon":1e-7,"centered":true}',
    );
    expect(RMSprop.fromConfig(config).getConfig()).to.deep.equal(config);
  });

  it('refuses options out of range', () => {
    expectError(
      () => new RMSprop({ rho: 1 }),
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^rho must be in \[0, 1\): received 1$/,
    );
    expectError(
      () => new RMSprop({ momentum: 2 }),
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^momentum must be in \[0, 1\]: received 2$/,
    );
    expectError(() => new RMSprop({ epsilon: 0 }), RangeError, 'ERR_ADAMAX_ARG_VALUE', /^epsilon /);
    expectError(
      () => new RMSprop({ centered: 'no' } as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^centered must be a boolean: received 'no'$/,
    );
    for (const make of [
      () => new RMSprop({ centered: true, slotDtype: 'bfloat16' }),
      () => RMSprop.fromConfig({ centered: true, slot_dtype: 'bfloat16' }),
    ]) {
      const message = /^slotDtype must be 'float32' where centered is true: received 'bfloat16'$/;
      expectError(make, RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
    }
  });
});
