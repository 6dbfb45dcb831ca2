/** Ends with 0 where it is no replica. */
import { openWorkers } from '#internals';

process.exit(openWorkers() === null ? 0 : 1);
