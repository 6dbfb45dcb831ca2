/** MPI's own all-reduce, to compare with: allreduce.cc, which is compiled where a run wants it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Collective, Exchange } from '#internals';

export type Allreduce = (from: Float32Array, to: Float32Array, bucket: number) => number;

const ROOT = new URL('../../../', import.meta.url);
const SOURCE = fileURLToPath(new URL('bench/distribute/allreduce.cc', ROOT));
const ADDON = fileURLToPath(new URL('out/bench/distribute/allreduce.node', ROOT));
const require = createRequire(import.meta.url);

/** @throws Error that has what the compiler says */
export function buildAllreduce(): void {
  const { include_dir: headers } = require('node-api-headers') as { include_dir: string };
  mkdirSync(dirname(ADDON), { recursive: true });
  const flags = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DOMPI_SKIP_MPICXX=1', '-DNODE_GYP_MODULE_NAME=allreduce'];
  const mac = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  const { status, stderr, error } = spawnSync('mpicxx', [...flags, ...mac, `-I${headers}`, SOURCE, '-o', ADDON], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`mpicxx must compile ${SOURCE}: received ${error?.message ?? stderr}`);
}

/** To be loaded when MPI has started. */
export function loadAllreduce(): Allreduce {
  return (require(ADDON) as { allreduce: Allreduce }).allreduce;
}

/** An engine that sums whole arrays by MPI, and does all else as the one that it is made of. */
export function byAllreduce(collective: Collective, allreduce: Allreduce, bucket: number): Collective {
  const isSum = ({ kind }: Exchange): boolean => kind === 'sum';
  return {
    ...collective,
    run(exchanges) {
      for (const exchange of exchanges) {
        if (exchange.kind !== 'sum') continue;
        const error = allreduce(exchange.from, exchange.to, bucket);
        if (error !== 0) throw new Error(`MPI_Allreduce has failed: error ${error}`);
      }
      if (!exchanges.every(isSum)) collective.run(exchanges.filter((exchange) => !isSum(exchange)));
    },
  };
}
