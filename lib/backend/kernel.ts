import type { Rule } from './rule.js';

/** A native kernel that some rule of this package has the arithmetic of. */
export interface Kernel {
  readonly name: string;
  readonly slots: number;
  readonly scalars: number;
}

const kernels = new WeakMap<Rule, Kernel>();
const needed: Kernel[] = [];

/** Says that this version of the package counts on a kernel. The modules of rules call it when they are loaded. */
export function needKernel(name: string, slots: number, scalars: number): Kernel {
  const kernel = { name, slots, scalars };
  needed.push(kernel);
  return kernel;
}

/** What an addon must have. */
export function neededKernels(): readonly Kernel[] {
  return needed;
}

/**
 * Says that `kernel` has the arithmetic of `rule` and may run in place of its `sweep`. Kernels are found by the object,
 * since a rule of somebody else's may bear any name.
 */
export function withKernel(kernel: Kernel, rule: Rule): Rule {
  kernels.set(rule, kernel);
  return rule;
}

export function kernelOf(rule: Rule): Kernel | undefined {
  return kernels.get(rule);
}
