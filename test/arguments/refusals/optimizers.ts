import { Adagrad, Adamax, RMSprop, SGD, Variable } from 'adamax';
import { f32 } from '../../support/data.js';
import { attribute, options, type Row, setter } from './row.js';
import {
  butNull,
  NO_BOOLEANS,
  NO_ENGINES,
  NO_OBJECTS,
  NO_STRINGS,
  noAccumulator,
  noBeta,
  noClip,
  noEpsilon,
  noMomentum,
  noNonNegative,
  noRate,
  other,
  type,
  value,
} from './values.js';

/** Options and attributes of the optimizers. */
export const OPTIMIZERS: Row[] = [
  options(Adamax, 'learningRate', noRate),
  options(Adamax, 'lr', butNull(noNonNegative)),
  options(Adamax, 'decay', butNull(noNonNegative)),
  options(Adamax, 'beta1', noBeta),
  options(Adamax, 'beta2', noBeta),
  options(Adamax, 'epsilon', butNull(noEpsilon)),
  options(Adamax, 'clipnorm', noClip),
  options(Adamax, 'clipvalue', noClip),
  options(Adamax, 'slotDtype', [...NO_STRINGS, ...value('float16', 'bfloat', '')]),
  options(Adamax, 'nonFinite', [...NO_STRINGS, ...value('ignore', 'Throw', '')]),
  options(Adamax, 'name', butNull(NO_STRINGS)),
  ...[Adagrad, Adamax, SGD, RMSprop].map(
    (Class): Row => [
      `new ${Class.name}`,
      Class.name,
      (_, bad) => new Class(bad),
      [...NO_OBJECTS, ...other(TypeError, 'ERR_ADAMAX_OPTION', { beta: 1 }, { learning_rate: 1 })],
    ],
  ),
  options(Adagrad, 'learningRate', noRate),
  options(Adagrad, 'initialAccumulatorValue', noAccumulator),
  options(Adagrad, 'epsilon', butNull(noEpsilon)),
  options(SGD, 'learningRate', noRate),
  options(SGD, 'momentum', noMomentum),
  options(SGD, 'nesterov', NO_BOOLEANS),
  options(RMSprop, 'rho', noBeta),
  options(RMSprop, 'momentum', noMomentum),
  options(RMSprop, 'epsilon', butNull(noEpsilon)),
  options(RMSprop, 'centered', NO_BOOLEANS),

  attribute('learningRate', noRate),
  attribute('lr', noRate),
  attribute('decay', noNonNegative),
  attribute('beta1', noBeta),
  attribute('beta2', noBeta),
  attribute('epsilon', noEpsilon),
  attribute('clipnorm', noClip),
  attribute('clipvalue', noClip),
  attribute('nonFinite', [...type(undefined), ...NO_STRINGS, ...value('ignore', '')]),
  attribute('iterations', [
    ...type(1, null, 1n, new BigInt64Array(1), new Variable(f32(1))),
    ...other(TypeError, 'ERR_ADAMAX_STATE', new Variable(BigInt64Array.of(0n))),
  ]),
  options(Adamax, 'engine', NO_ENGINES),
  [
    'adamax',
    'engine',
    ({ optimizer }, bad) => {
      optimizer.engine = bad;
    },
    NO_ENGINES,
  ],
  setter(SGD, 'momentum', noMomentum),
  setter(RMSprop, 'rho', noBeta),
  setter(RMSprop, 'momentum', noMomentum),
  setter(RMSprop, 'epsilon', noEpsilon),
  setter(Adagrad, 'epsilon', noEpsilon),
];
