import * as adamax from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { SCHEDULES } from '../support/schedules.js';
import { OPTIMIZERS } from './refusals/optimizers.js';
import { REGISTRIES } from './refusals/registries.js';
import { STATE } from './refusals/state.js';
import { STEPS } from './refusals/steps.js';
import { VARIABLES } from './refusals/variables.js';

const { Adagrad, Adamax, IndexedSlices, initializers, optimizers, RMSprop, SGD, schedules, Variable } = adamax;

const TABLE = [...OPTIMIZERS, ...STEPS, ...STATE, ...VARIABLES, ...REGISTRIES];
const rows = new Set(TABLE.map(([member, argument]) => `${member} ${argument}`));
const members = new Set(TABLE.map(([member]) => member));

/** The options that a member says it has when it is given one that it has not. */
function optionsOf(call: (options: never) => unknown): string[] {
  try {
    call({ '?': 1 } as never);
  } catch (error) {
    const [, list = ''] = /only have the options (.*): received/.exec((error as Error).message) ?? [];
    return list.split(', ').filter(Boolean);
  }
  return [];
}

/** Whether a setter only says that there is nothing to set. */
function isReadOnly(Class: { readonly prototype: object }, name: string): boolean {
  try {
    Reflect.set(Class.prototype, name, undefined);
    return false;
  } catch (error) {
    return (error as { code?: unknown }).code === 'ERR_ADAMAX_OPTION';
  }
}

/** Names of what a class and those it extends define, methods or setters. */
function definedBy(Class: { readonly prototype: object }, kind: 'value' | 'set'): string[] {
  const names: string[] = [];
  for (let of = Class.prototype; of !== Object.prototype; of = Object.getPrototypeOf(of) as object) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(of))) {
      const method: unknown = property[kind];
      if (typeof method === 'function' && method.length > 0) names.push(name);
    }
  }
  return [...new Set(names)];
}

describe('the table of refusals', () => {
  const [w, optimizer] = [f32(1), new Adamax()];
  const shared = optionsOf((options) => new Adamax(options)).filter((name) => {
    return [Adagrad, RMSprop, SGD].every((Class) => optionsOf((options) => new Class(options)).includes(name));
  });

  it('has a row for each option', () => {
    const calls: [member: string, call: (options: never) => unknown][] = [
      ['new Adagrad', (options) => new Adagrad(options)],
      ['new Adamax', (options) => new Adamax(options)],
      ['new RMSprop', (options) => new RMSprop(options)],
      ['new SGD', (options) => new SGD(options)],
      ['new Variable', (options) => new Variable(w, options)],
      ['applyGradients', (options) => optimizer.applyGradients([], options)],
      ['minimize', (options) => optimizer.minimize(() => ({ gradients: [] }), [], options)],
      ['getGradients', (options) => optimizer.getGradients(() => ({ gradients: [] }), [], options)],
      ['getUpdates', (options) => optimizer.getUpdates(() => ({ gradients: [] }), [], options)],
      ['addWeight', (options) => optimizer.addWeight('x', [1], options)],
      ['setWeights', (options) => optimizer.setWeights([], options)],
    ];
    for (const [member, call] of calls) {
      const names = optionsOf(call);
      expect(names, member).to.not.be.empty;
      for (const name of names) {
        // What all optimizers have is checked in one place; and any value will do for the weights of a loss.
        const of = member.startsWith('new ') && shared.includes(name) ? 'new Adamax' : member;
        if (name !== 'gradLoss') expect([...rows]).to.include(`${of} ${name}`);
      }
    }
  });

  it('has a row for each method with an argument, and each setter', () => {
    // What is Keras' hook for subclasses has no caller but the optimizer.
    const inner = ['writeScalars', 'constructor'];
    // Their arguments go the way of the call that does not wait, which test/step and test/optimizers compare.
    const async = ['applyGradientsAsync', 'minimizeAsync'];
    for (const Class of [Adagrad, Adamax, RMSprop, SGD, Variable, IndexedSlices]) {
      for (const name of definedBy(Class, 'value').filter((method) => ![...inner, ...async].includes(method))) {
        expect([...members]).to.include(name);
      }
      const of = Class.name.toLowerCase();
      for (const name of definedBy(Class, 'set').filter((name) => !isReadOnly(Class, name))) {
        const isEverybodys = Class !== Variable && definedBy(adamax.Optimizer, 'set').includes(name);
        expect([...rows]).to.include(`${isEverybodys ? 'adamax' : of} ${name}`);
      }
    }
  });

  it('has a row for each function of optimizers, schedules and initializers that makes objects of others', () => {
    for (const [name, space] of Object.entries({ optimizers, schedules, initializers })) {
      for (const [member, value] of Object.entries(space)) {
        // Classes of schedules and factories of initializers have tables of their own, beside their tests.
        const isOwn = /^[A-Z]/.test(member) || (name === 'initializers' && member !== 'get');
        if (typeof value === 'function' && !isOwn) expect([...members]).to.include(`${name}.${member}`);
      }
    }
  });

  it('of schedules and initializers knows each of them', async () => {
    const { readFileSync } = await import('node:fs');
    const tested = ['arguments.test.ts', 'factories.ts']
      .map((file) => readFileSync(new URL(`../../../test/initializers/${file}`, import.meta.url), 'utf8'))
      .join('');
    const classes = Object.keys(schedules).filter((name) => /^[A-Z]/.test(name) && name !== 'LearningRateSchedule');
    expect(SCHEDULES.map(([{ name }]) => name)).to.have.members(classes);
    for (const name of Object.keys(initializers)) {
      if (name !== 'get') expect(tested).to.match(new RegExp(`\\b${name}\\b`));
    }
  });
});
