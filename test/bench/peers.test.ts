import { expect } from 'chai';
import { Outcome } from '../../bench/measure.js';
import { parseOptions, UsageError } from '../../bench/options.js';
import { gpt2Shapes } from '../../bench/peers/cases.js';
import { checkOf, faultOf } from '../../bench/peers/check.js';
import { heatsOf } from '../../bench/peers/heats.js';
import { parseAnswer, Refusal } from '../../bench/peers/protocol.js';
import { OURS } from '../../bench/peers/run.js';
import { targetsOf } from '../../bench/peers/targets.js';

const { NaN: out } = Number;

describe('bench of other libraries', () => {
  it('runs only when asked for', () => {
    const others = [
      'dense',
      'small',
      'views',
      'places',
      'sparse',
      'zeros',
      'digest',
      'checkpoint',
      'guard',
      'large',
      'async',
      'startup',
    ];
    expect(parseOptions([]).groups).to.deep.equal(others);
    expect(parseOptions(['--peers']).groups).to.deep.equal([...others, 'peers']);
    expect(parseOptions(['--only', 'peers']).groups).to.deep.equal(['peers']);
    expect(parseOptions(['--only', 'tfjs']).groups).to.deep.equal(['tfjs']);
    expect(parseOptions(['--only', 'zeros', '--peers']).groups).to.deep.equal(['zeros', 'peers']);
    expect(() => parseOptions(['--svg-peers', 'x.svg'])).to.throw(UsageError, '--svg-peers needs the group peers');
  });

  it('takes ratios within the rounds that both took part in', () => {
    const first = new Outcome([
      { name: 'ours', samples: [1, 2, 4] },
      { name: 'slow', samples: [10, 40, out] },
    ]);
    const second = new Outcome([
      { name: 'ours', samples: [8, 16] },
      { name: 'late', samples: [8, 48] },
    ]);
    const joined = Outcome.joined([first, second]);
    expect(joined.names).to.deep.equal(['ours', 'slow', 'late']);
    expect(joined.samples('ours')).to.deep.equal([1, 2, 4, 8, 16]);
    expect(joined.samples('slow')).to.deep.equal([10, 40]);
    expect(joined.time('slow').median).to.equal(25);
    expect(joined.ratio('slow', 'ours').median).to.equal(15); // of 10 and 20
    expect(joined.ratio('late', 'ours').median).to.equal(2); // of 1 and 3
  });

  it('holds every other Adamax of 64 to 64M elements to ours, and nobody else', () => {
    const run = (threads: number, elements: number, factors: Record<string, number>, rows?: number) => ({
      case: { name: `${elements}`, shapes: [[elements]], elements, held: elements, ...(rows && { rows }) },
      threads,
      outcome: new Outcome([
        { name: OURS, samples: [2, 4] },
        ...Object.entries(factors).map(([name, factor]) => ({ name, samples: [2 * factor, 4 * factor] })),
      ]),
    });
    const rest = { bound: 1, sense: 'above', unit: '×' };
    const what = "another library's Adamax ÷ ours, least of all up to 64M elements";
    expect(
      targetsOf([
        run(1, 64, { 'optax XLA': 5, 'tf.js cpu': 90 }),
        run(1, 2 ** 26, { 'optax XLA': 1.25, 'DeepSpeed Adam': 0.5, 'JS loop': 0.75, 'memory traffic': 0.5 }),
        run(1, 2 ** 27, { 'optax XLA': 0.5 }),
        run(1, 512, { 'optax XLA': 0.5 }, 8),
        run(2, 64, { 'PyTorch loop': 1 }),
        run(4, 64, {}),
      ]),
    ).to.deep.equal([
      { what: `${what}, 1 thread`, measured: 1.25, ...rest, remark: 'optax XLA, 67108864, 1 thread' },
      { what: `${what}, 2 threads`, measured: 1, ...rest, remark: 'PyTorch loop, 64, 2 threads' },
    ]);
  });

  it('races in groups where not all fit into memory', () => {
    const { heats, tooLarge } = heatsOf([3, 4, 11, 5, 5, 9], (bytes) => bytes, 10);
    expect(heats).to.deep.equal([[3, 4], [5, 5], [9]]);
    expect(tooLarge).to.deep.equal([11]);
  });

  it('steps as many parameters as GPT-2 small has', () => {
    const sizes = gpt2Shapes().map((shape) => shape.reduce((size, length) => size * length));
    expect(sizes).to.have.length(148);
    expect(sizes.reduce((sum, size) => sum + size)).to.equal(124_439_808);
  });

  it('reads answers, and refuses what is none', () => {
    expect(parseAnswer('{"ns":12}')).to.deep.equal({ ns: 12 });
    expect(() => parseAnswer('{"error":"MemoryError: 1 GB\\nmore"}')).to.throw(Refusal, /^MemoryError: 1 GB$/);
    expect(() => parseAnswer('Downloading weights')).to.throw(Refusal, 'not an answer: Downloading weights');
    expect(() => parseAnswer('3')).to.throw(Refusal, 'not an answer: 3');
  });

  /** By hand: after one step p = p₀ − lr · sign(g), whatever g is, since m / (1 − β₁) = g and u = |g|. */
  it('knows the step of Adamax, and sees another', () => {
    const { gradients, indices: _, ...rest } = checkOf(false);
    const one = { ...rest, gradients: [gradients[0]] };
    const right = one.params.map((params, i) => params.map((p, k) => p - 0.01 * Math.sign(gradients[0][i][k])));
    expect(faultOf(one, right)).to.equal(null);
    right[1][4] += 1e-5;
    expect(faultOf(one, right)).to.match(/^takes another step: element 4 of variable 1 is /);
    expect(faultOf(one, right.slice(0, 1))).to.match(/variable 1 is undefined/);
    expect(faultOf(checkOf(false), right)).to.match(/takes another step/); // of three steps, only the first was taken
  });
});
