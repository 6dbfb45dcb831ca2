import type { Domain } from '../../../arguments/ranges.js';

/** Seconds. Without a limit, a replica that hangs would keep all others for ever. */
export const timeLimit: Domain = {
  text: 'a finite number of seconds > 0',
  contains: (seconds) => seconds > 0 && Number.isFinite(seconds),
};
