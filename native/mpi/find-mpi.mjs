/** Which MPI is installed, and what a compiler must be told of it: its own compiler driver is asked. */
import { spawnSync } from 'node:child_process';

/** What to type where there is none. */
export const INSTALL = [
  'Debian, Ubuntu: apt-get install openmpi-bin libopenmpi-dev',
  'Fedora: dnf install openmpi openmpi-devel, then module load mpi/openmpi-x86_64',
  'Alpine: apk add openmpi openmpi-dev',
  'macOS: brew install open-mpi',
].join('; ');

/**
 * The drivers of each implementation, the first by the name that it has where both are installed, and how it is asked:
 * the other one's driver refuses the question.
 */
const IMPLEMENTATIONS = {
  openmpi: { name: 'Open MPI', drivers: ['mpicc.openmpi', 'mpicc'], questions: ['--showme:compile', '--showme:link'] },
  mpich: { name: 'MPICH', drivers: ['mpicc.mpich', 'mpicc'], questions: ['-compile_info', '-link_info'] },
};

/**
 * `ADAMAX_MPI` names an implementation, `openmpi` or `mpich`, or `none`; without it Open MPI is looked for first.
 * @returns null where there is none: else its name, and flags to compile and to link with
 */
export function findMpi(wanted = process.env.ADAMAX_MPI) {
  const keys = wanted === undefined || wanted === '' ? Object.keys(IMPLEMENTATIONS) : [wanted];
  for (const key of keys.filter((known) => Object.hasOwn(IMPLEMENTATIONS, known))) {
    const { name, drivers, questions } = IMPLEMENTATIONS[key];
    for (const driver of drivers) {
      const [compile, link] = questions.map((question) => answer(driver, question));
      if (compile !== null && link !== null)
        return { name, compile: compile.filter(isInclude), link: link.filter(isLink) };
    }
  }
  return null;
}

/** @returns the words of the answer; null where there is no such driver, or it does not know the question */
function answer(driver, question) {
  const { status, stdout } = spawnSync(driver, [question], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split(/\s+/) : null;
}

/** Other flags are those that the MPI itself was built with. */
function isInclude(flag) {
  return /^-[ID]./.test(flag);
}

function isLink(flag) {
  return /^-([Ll].|Wl,-?-rpath|Wl,-?-enable-new-dtags)/.test(flag) || flag.startsWith('-Wl,/');
}
