/** Which implementation runs, and on how many threads. */
import { availableIsa, isa, setIsa, setThreads, threads } from 'adamax/kernels';
import type { Call, CallKind } from '../call.js';
import { demand, Faults } from '../faults.js';
import type { Draw } from '../random.js';
import type { World } from '../world.js';

function changeIsa(world: World, draw: Draw): Call | null {
  if (draw.chance(0.1)) {
    const name = draw.pick(['neon', 'sse', '', 'AVX2']);
    return {
      text: `setIsa('${name}')`,
      faults: new Faults().add('ERR_ADAMAX_ISA'),
      act: () => setIsa(name as 'neon'),
      apply: () => {},
    };
  }
  if (world.isFixed) return null;
  // Native implementations share what is known of a step; the fallback has a list of its own.
  const name = draw.pick([...availableIsa(), 'js'] as const);
  return {
    text: `setIsa('${name}')`,
    faults: new Faults(),
    act: () => setIsa(name),
    apply() {
      world.isa = name;
      demand(isa() === name, () => `isa(): have ${isa()}`);
    },
  };
}

function changeThreads(world: World, draw: Draw): Call {
  const [n, fault] = draw.pick([
    [1, null],
    [2, null],
    [3, null],
    [0, 'ERR_ADAMAX_ARG_VALUE'],
    [1.5, 'ERR_ADAMAX_ARG_VALUE'],
    ['2', 'ERR_ADAMAX_ARG_TYPE'],
  ] as const);
  return {
    text: `setThreads(${n})`,
    faults: new Faults().add(fault),
    act: () => setThreads(n as number),
    apply: () => demand(threads() === (world.isa === 'js' ? 1 : n), () => `threads(): have ${threads()}`),
  };
}

export const runtime: readonly CallKind[] = [
  { name: 'setIsa', weight: 8, make: changeIsa },
  { name: 'setThreads', weight: 2, make: changeThreads },
];
