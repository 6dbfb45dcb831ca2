import { once } from 'node:events';
import { Adamax, type Gradient, IndexedSlices, Variable, type VariableLike } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { snapshot } from '../support/snapshot.js';
import { warningsOf } from '../support/warnings.js';

type Pairs = [Gradient, VariableLike][];

onEveryImplementation('applyGradients', () => {
  it('takes any iterable, once', () => {
    const [a, b] = [f32(1), f32(2)];
    const optimizer = new Adamax({ learningRate: 1 });
    function* pairs(): Generator<[Gradient, VariableLike]> {
      yield [f32(1), a];
      yield [f32(1), b];
    }
    optimizer.applyGradients(pairs());
    optimizer.applyGradients(new Map<Gradient, VariableLike>([[f32(1), a]]));
    optimizer.applyGradients(new Set<[Gradient, VariableLike]>([[f32(1), b]]));
    expect(optimizer.iterations.item()).to.equal(3);
  });

  it('takes an array for the same variable each time, and refuses another Variable on it', () => {
    const p = f32(5);
    const optimizer = new Adamax();
    optimizer.applyGradients([[f32(1), p]]);
    optimizer.applyGradients([[f32(1), p]]);
    expect(optimizer.weights).to.have.length(3);
    const other = new Variable(p);
    expectError(
      () => optimizer.applyGradients([[f32(1), other]]),
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^variable at gradsAndVars\[0\]\[1\] must not share memory with a variable of shape \[1\] without a name \(if they are one, list the same Variable each time, or rebind it\)/,
    );
  });

  it('does nothing for an empty list', () => {
    const optimizer = new Adamax();
    optimizer.applyGradients([]);
    expect(optimizer.iterations.item()).to.equal(0);
  });

  it('names the first few of many variables without a gradient, and says how many more there are', async () => {
    const without = Array.from({ length: 1000 }, (_, i) => new Variable(f32(1), { name: `v${i}` }));
    const warned = once(process, 'warning') as Promise<[Error]>;
    new Adamax().applyGradients([[f32(1), f32(1)], ...without.map((v): [null, Variable] => [null, v])]);
    const [{ message }] = await warned;
    const named = [0, 1, 2].map((i) => `'v${i}' at gradsAndVars[${i + 1}][1]`).join(', ');
    expect(message).to.equal(`No gradients for ${named}, and 997 more: left as they are.`);
  });

  it('leaves variables without a gradient alone, without slots, with one warning that names them', async () => {
    const [a, b] = [new Variable(f32(1), { name: 'a' }), new Variable(f32(2), { name: 'frozen' })];
    const optimizer = new Adamax();
    const warned = once(process, 'warning') as Promise<[Error & { code: string }]>;
    const warnings: Error[] = [];
    const listener = (warning: Error) => warnings.push(warning);
    process.on('warning', listener);
    for (let k = 0; k < 3; k++)
      optimizer.applyGradients([
        [f32(1), a],
        [null, b],
      ]);
    const [{ code, message }] = await warned;
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listener);
    expect(code).to.equal('ADAMAX_NO_GRADIENT');
    expect(message).to.equal("No gradients for 'frozen' at gradsAndVars[1][1]: left as they are.");
    expect(warnings).to.have.length(1);
    expect(b.data[0]).to.equal(2);
    expect(optimizer.weights.map((w) => w.name)).to.deep.equal(['iter', 'Adamax/a/m', 'Adamax/a/v']);
    expect(optimizer.iterations.item()).to.equal(3);
  });

  it('is warned by position of variables without a name, once for each, at once and off the event loop', async () => {
    const [a, b, c] = [f32(1), f32(2), new Variable(f32(3))];
    const pairs: [Float32Array | null, VariableLike][] = [
      [null, b],
      [f32(1), a],
      [null, c],
      [null, b],
    ];
    const expected =
      'No gradients for variable at gradsAndVars[0][1], variable at gradsAndVars[2][1]: left as they are.';
    const optimizer = new Adamax();
    const atOnce = await warningsOf('ADAMAX_NO_GRADIENT', () => optimizer.applyGradients(pairs));
    const later = await warningsOf('ADAMAX_NO_GRADIENT', () => new Adamax().applyGradientsAsync(pairs));
    const again = await warningsOf('ADAMAX_NO_GRADIENT', () => optimizer.applyGradients(pairs));
    expect([atOnce, later, again].map((list) => list.map(({ message }) => message))).to.deep.equal([
      [expected],
      [expected],
      [],
    ]);
  });

  it('refuses a list without any gradient before anything is created', () => {
    const optimizer = new Adamax();
    const a = new Variable(f32(1), { name: 'a' });
    expectError(
      () => optimizer.applyGradients([[null, a]]),
      RangeError,
      'ERR_ADAMAX_NO_GRADIENTS',
      /received null for 'a' at gradsAndVars\[0\]\[1\]$/,
    );
    expect(optimizer.weights).to.have.length(1);
    expect(optimizer.iterations.item()).to.equal(0);
  });

  const bad: [string, (a: Variable, b: Variable) => unknown, typeof TypeError | typeof RangeError, string, RegExp][] = [
    [
      'gradsAndVars that cannot be iterated',
      () => 5,
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^gradsAndVars must be an iterable .*: received 5$/,
    ],
    ['gradsAndVars that is null', () => null, TypeError, 'ERR_ADAMAX_ARG_TYPE', /received null$/],
    [
      'an item that is no pair',
      (a) => [[f32(1, 1), a], 7],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^gradsAndVars\[1\] must be a \[gradient, variable\] pair: received 7$/,
    ],
    ['a pair of three', (a) => [[f32(1, 1), a, 0]], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^gradsAndVars\[0\]/],
    [
      'a gradient of another kind',
      (a) => [[new Float64Array(2), a]],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^gradient of 'a' at gradsAndVars\[0\]\[0\] must be .*: received Float64Array\(2\)$/,
    ],
    [
      'a variable of another kind',
      () => [[f32(1), {}]],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^gradsAndVars\[0\]\[1\] must be a Variable or a Float32Array: received \{\}$/,
    ],
    [
      'an int64 variable',
      () => [[f32(1), new Variable(new BigInt64Array(1))]],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /must be a float32 Variable/,
    ],
    [
      "a gradient length that is not the variable's",
      (a, b) => [
        [f32(1, 1), a],
        [f32(1), b],
      ],
      RangeError,
      'ERR_ADAMAX_LENGTH',
      /^gradient of 'b' at gradsAndVars\[1\]\[0\] must have 4 elements like its variable: received 1$/,
    ],
    [
      'a variable listed twice',
      (a) => [
        [f32(1, 1), a],
        [f32(1, 1), a],
      ],
      RangeError,
      'ERR_ADAMAX_DUPLICATE',
      /received 'a' at gradsAndVars\[0\]\[1\] and again at gradsAndVars\[1\]\[1\]$/,
    ],
    [
      'a gradient that is a parameter',
      (a, b) => [
        [f32(1, 1), a],
        [b.data, b],
      ],
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^gradient of 'b' at gradsAndVars\[1\]\[0\] must not share memory/,
    ],
    [
      'an index beyond the table',
      (a, b) => [
        [f32(1, 1), a],
        [new IndexedSlices(f32(1, 1), [2]), b],
      ],
      RangeError,
      'ERR_ADAMAX_INDEX',
      /^gradient of 'b' at gradsAndVars\[1\]\[0\]\.indices\[0\] must be in \[0, 2\): received 2$/,
    ],
    [
      'slices of another width',
      (a, b) => [
        [f32(1, 1), a],
        [new IndexedSlices(f32(1, 1, 1), [0]), b],
      ],
      RangeError,
      'ERR_ADAMAX_LENGTH',
      /^gradient of 'b' at gradsAndVars\[1\]\[0\]\.values must have 2 elements like 1 rows of 2: received 3$/,
    ],
    [
      "a dense shape that is not the variable's",
      (a, b) => [
        [f32(1, 1), a],
        [new IndexedSlices(f32(1, 1), [0], [9, 2]), b],
      ],
      RangeError,
      'ERR_ADAMAX_SHAPE',
      /^gradient of 'b' at gradsAndVars\[1\]\[0\]\.denseShape must be \[2, 2\]: received \[9, 2\]$/,
    ],
  ];
  for (const [title, make, type, code, message] of bad) {
    it(`refuses ${title}; nothing has changed, before the first step or after some`, () => {
      const a = new Variable(f32(1, 2), { name: 'a' });
      const b = new Variable(f32(1, 2, 3, 4), { name: 'b', shape: [2, 2] });
      const optimizer = new Adamax();
      for (const steps of [0, 2]) {
        for (let k = 0; k < steps; k++)
          optimizer.applyGradients([
            [f32(1, -1), a],
            [f32(1, 2, 3, k), b],
          ]);
        const before = snapshot(optimizer, a.data, b.data);
        expectError(() => optimizer.applyGradients(make(a, b) as Pairs), type, code as never, message);
        expect(snapshot(optimizer, a.data, b.data)).to.equal(before);
      }
      optimizer.applyGradients([
        [f32(1, -1), a],
        [f32(1, 2, 3, 4), b],
      ]); // and it goes on as if nothing had been
      expect(optimizer.iterations.item()).to.equal(3);
    });
  }

  it('refuses options it does not know', () => {
    expectError(
      () => new Adamax().applyGradients([], { nme: 'x' } as never),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /received 'nme'$/,
    );
  });

  it('passes on what the iterator throws, with nothing changed', () => {
    const p = f32(1);
    const optimizer = new Adamax();
    function* broken(): Generator<[Gradient, VariableLike]> {
      yield [f32(1), p];
      throw new Error('out of data');
    }
    expect(() => optimizer.applyGradients(broken())).to.throw('out of data');
    expect(p[0]).to.equal(1);
    expect(optimizer.weights).to.have.length(1);
  });
});
