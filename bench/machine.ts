/** The machine that the numbers come from, and how much of it a run may use. */
import { arch, cpus, freemem, platform, release } from 'node:os';
import { availableIsa, type Isa } from 'adamax/kernels';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
  readonly isas: readonly Isa[];
}

export function machine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory: `${(availableMemory() / 1e9).toFixed(1)} GB free`,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    isas: availableIsa(),
  };
}

/** Bytes this process may still take: what is free, or less where a container limits it. */
export function availableMemory(): number {
  const limited = (process as { availableMemory?: () => number }).availableMemory?.() ?? Infinity;
  return Math.min(freemem(), limited);
}

/** What must be free before arrays of so many bytes are made: others need memory as well. */
export function memoryNeeded(bytes: number): number {
  return bytes * 1.1 + 1e9;
}
