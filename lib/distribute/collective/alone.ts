import { typeError } from '../../arguments/errors.js';
import type { Collective, Exchange } from './collective.js';

/** One replica, which has nobody to talk to. */
export function alone(): Collective {
  let open = true;
  const run = (exchanges: readonly Exchange[]) => {
    if (!open) throw closed(exchanges);
    for (const exchange of exchanges) {
      if (exchange.kind !== 'gather' && exchange.to !== exchange.from) exchange.to.set(exchange.from);
    }
  };
  return {
    rank: 0,
    size: 1,
    local: 1,
    run,
    async runAsync(exchanges) {
      run(exchanges);
    },
    // Nobody waits for it.
    abandon() {},
    async close() {
      open = false;
    },
  };
}

/** The error for what comes after `close`. */
export function closed(exchanges: readonly Exchange[]): TypeError {
  return typeError('ERR_ADAMAX_STATE', `exchanges must come before close: received ${exchanges.length} after it`);
}
