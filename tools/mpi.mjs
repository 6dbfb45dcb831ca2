/** Builds the MPI addon of a checkout into build-mpi/: `npm run build:mpi`. No other build does. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildMpi } from '../native/mpi/build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const headers = createRequire(join(root, 'package.json'))('node-api-headers').include_dir;
const output = join(root, 'build-mpi', 'adamax_mpi.node');
try {
  process.stderr.write('adamax: building the MPI addon\n');
  const { name } = buildMpi({ headers, output });
  process.stderr.write(`adamax: ${output} is for ${name}\n`);
} catch (error) {
  process.stderr.write(`adamax: ${error.message}\n`);
  process.exit(1);
}
