import { Adamax, IndexedSlices, Variable } from 'adamax';
import { setIsa } from 'adamax/kernels';
import { expectSameBits, Random } from '../support/data.js';
import { implementations } from '../support/implementations.js';

describe('changing the implementation in the middle of training', () => {
  it('changes no bit', () => {
    const random = new Random(11);
    const run = (choose: (k: number) => void) => {
      const p = new Variable(new Float32Array(50).fill(1), { shape: [10, 5] });
      const optimizer = new Adamax({ learningRate: 0.1 });
      const source = new Random(12);
      for (let k = 0; k < 20; k++) {
        choose(k);
        const gradient = k % 2 === 0 ? source.normals(50) : new IndexedSlices(source.normals(15), [3, 9, 3]);
        optimizer.applyGradients([[gradient, p]]);
      }
      return p.data;
    };
    const fixed = run(() => {});
    const changing = run(() => setIsa(implementations[random.below(implementations.length)]));
    setIsa(implementations[implementations.length - 1]);
    expectSameBits(changing, fixed, 'p');
  });
});
