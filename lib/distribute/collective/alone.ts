import { copyInto } from '../../memory/typed-arrays.js';
import type { Collective, Exchange } from './collective.js';

/** One replica by itself: a sum over it is what it has, and there is nobody to gather from. */
export const alone: Collective = {
  rank: 0,
  size: 1,
  local: 1,
  run(exchanges) {
    for (const exchange of exchanges) exchangeAlone(exchange);
  },
  async runAsync(exchanges) {
    alone.run(exchanges);
  },
  async close() {},
};

function exchangeAlone(exchange: Exchange): void {
  if (exchange.kind !== 'gather' && exchange.from !== exchange.to) copyInto(exchange.to, exchange.from);
}
