import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { OPTIMIZERS } from './refusals/optimizers.js';
import { REGISTRIES } from './refusals/registries.js';
import { World } from './refusals/row.js';
import { STATE } from './refusals/state.js';
import { STEPS } from './refusals/steps.js';
import { VARIABLES } from './refusals/variables.js';

/**
 * Each argument of each public member, with what it must refuse: the error's class, its code, that the message names
 * the argument and ends in what was received, and that nothing was written. The bare kernels have a table of their own
 * in test/kernels/arguments.test.ts.
 */
const TABLE = [...OPTIMIZERS, ...STEPS, ...STATE, ...VARIABLES, ...REGISTRIES];

describe('bad input', () => {
  for (const [member, argument, call, refused, named] of TABLE) {
    // An object of options is named by the member that takes it.
    const what = member.split(' ').at(-1) === argument ? 'options' : argument;
    it(`${member} refuses ${refused.length} bad values of ${what}`, () => {
      for (const [bad, errorType, code] of refused) {
        const world = new World();
        const before = world.snapshot();
        expectError(
          () => call(world, bad as never),
          errorType,
          code,
          named ?? new RegExp(`^${argument.replace(/[[\]()]/g, '\\$&')}`),
        );
        expectError(() => call(world, bad as never), errorType, code, /: received .+$/s);
        expect(world.snapshot(), `${member}(${argument})`).to.equal(before);
      }
    });
  }
});
