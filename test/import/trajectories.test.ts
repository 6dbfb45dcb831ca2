import { expect } from 'chai';
import { onEveryImplementation } from '../support/implementations.js';
import { imported, recordedFor } from './files.js';
import { adamaxBound, type Bound, chosenBound, goOn } from './go-on.js';

const NAMES = ['hidden/kernel', 'hidden/bias', 'bn/gamma', 'bn/beta', 'out/kernel', 'out/bias'];
const TORCH_NAMES = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'];

type Slots = Readonly<Record<string, number>>;

const adamax = adamaxBound({ rate: () => 0.01, epsilon: 1e-7 });
const exponential = (k: number) => 0.05 * 0.9 ** (k / 10);
const torchAdamax = (epsilon: number) => adamaxBound({ rate: () => 0.01, epsilon, epsilonInside: true });
const [sgd, adagrad] = [chosenBound({ roundings: 8 }), chosenBound({ roundings: 8 })];
const spread = ({ rms, mg = 0 }: Slots) => rms - mg ** 2;
/** The root with ε beside it is larger than the one with ε² in it, by less than ε. */
const outside = (epsilon: number) => (after: Slots) => epsilon / (Math.sqrt(spread(after)) + epsilon);
/** The difference of two moments is off by more of itself than they are. */
const centered = (after: Slots) => (64 * 2 ** -24 * after.rms) / spread(after);
const rmsprop = chosenBound({ roundings: 64, momentum: 0.5 });
const rmspropCentered = chosenBound({ roundings: 64, momentum: 0.5, apart: centered });

/** By file: the bound of its rule. */
const CASES: Readonly<Record<string, (slots: Slots) => Bound>> = {
  'adamax.keras': adamax,
  'adamax.weights.h5': adamax,
  'adamax.h5': adamax,
  'adamax-schedule.keras': adamaxBound({ rate: exponential, epsilon: 1e-7, rateRoundings: 30, clipnorm: 2 }),
  'adagrad.keras': adagrad,
  'rmsprop.keras': rmspropCentered,
  'rmsprop.h5': rmspropCentered,
  'sgd.keras': sgd,
  'sgd-nesterov.keras': sgd,
  'keras2-adamax.keras': adamax,
  'keras2-adamax.h5': adamax,
  'keras2-adagrad.h5': adagrad,
  'keras2-rmsprop.h5': rmsprop,
  'keras2-sgd.h5': sgd,
  'legacy-adamax.h5': adamaxBound({ rate: (k) => exponential(k) / (1 + 0.01 * k), epsilon: 1e-7, rateRoundings: 34 }),
  'legacy-adagrad.h5': adagrad,
  'legacy-rmsprop.h5': chosenBound({ roundings: 64, apart: outside(1e-7) }),
  'legacy-sgd.h5': sgd,
  'adamax.safetensors': torchAdamax(1e-8),
  'large-epsilon.safetensors': torchAdamax(1e-2),
  'adagrad.safetensors': adagrad,
  'rmsprop.safetensors': chosenBound({ roundings: 64, apart: outside(1e-8) }),
  'rmsprop-centered.safetensors': chosenBound({
    roundings: 64,
    momentum: 0.5,
    apart: (after) => outside(1e-8)(after) + centered(after),
  }),
  'sgd.safetensors': sgd,
  'sgd-nesterov.safetensors': sgd,
};

onEveryImplementation('import: a training goes on as it did there', () => {
  for (const [file, bound] of Object.entries(CASES)) {
    it(`from ${file}`, async () => {
      const names = file.endsWith('.safetensors') ? TORCH_NAMES : NAMES;
      const { ratio, where, ofWay } = goOn((await imported(file)).resume(), names, recordedFor(file), bound);
      if (process.env.RATIOS) console.log(file, ratio.toPrecision(2), ofWay.toPrecision(2));
      expect(ratio, where).to.be.at.most(1);
    });
  }
});
