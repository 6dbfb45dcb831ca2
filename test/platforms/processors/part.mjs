/** The published package on x86-64 processors that lack what this one has: a wide instruction there is a SIGILL. */
import { trained } from '../app.mjs';
import { appWith, expectTrained } from '../emulated.mjs';
import { check, equal, matches, must, need, needX64, run } from '../harness.mjs';

export const title = 'x86-64 without AVX, with AVX only, with AVX2, and as this machine is';

const processors = [
  ['Nehalem', 'no AVX', ['js', 'portable']],
  ['SandyBridge', 'AVX only', ['js', 'portable']],
  ['Haswell', 'AVX2', ['js', 'portable', 'avx2']],
];

export default async function processorsPart() {
  needX64();
  need('qemu-x86_64-static', 'qemu-user-static');
  const cwd = appWith('linux-x64/adamax.glibc.node');
  const emulated = (cpu, ...args) => ['-cpu', cpu, process.execPath, ...args];

  for (const [cpu, what, available] of processors) {
    await check(`${cpu} (${what}): ${available.join(', ')} train to the same bits`, () => {
      const { stdout } = must('qemu-x86_64-static', emulated(cpu, 'training.mjs'), { cwd });
      expectTrained(stdout, { isa: available.at(-1), available });
    });
  }

  await check('an instruction set that the processor lacks is refused, not run', () => {
    const options = { cwd, env: { ADAMAX_ISA: 'avx2' } };
    const { code, stderr } = run('qemu-x86_64-static', emulated('SandyBridge', 'training.mjs'), options);
    equal(code, 1, 'exit code');
    matches(stderr, /RangeError.*ADAMAX_ISA/, 'standard error');
  });

  await check(`this machine: ${trained().available.join(', ')} train to the same bits`, () => {
    const { isa, available } = trained();
    equal(isa, available.at(-1), 'isa()');
    expectTrained(must(process.execPath, ['training.mjs'], { cwd }).stdout, { isa, available });
  });
}
