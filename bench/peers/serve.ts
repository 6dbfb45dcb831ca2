/** The other end of protocol.ts for contestants that run in Node. */
import { createInterface } from 'node:readline';
import { now } from '../measure.js';
import type { Check, Greeting, Layout, Request } from './protocol.js';

export interface Served {
  /** The lanes that can be run, where a process holds several contestants. */
  open(layout: Layout): readonly string[];
  run(times: number, lane: string): void;
  /** Takes the steps of a check, and gives the parameters. */
  check(check: Check, lane: string): number[][];
  close(): void;
}

export async function serve(make: () => Promise<{ served: Served; greeting: Greeting }>): Promise<void> {
  const say = (message: object): void => {
    process.stdout.write(`${JSON.stringify(message)}\n`);
  };
  console.log = console.error; // stdout is the protocol's
  let served: Served;
  try {
    const made = await make();
    served = made.served;
    say(made.greeting);
  } catch (error) {
    say({ error: String(error) });
    return;
  }
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say(answer(served, JSON.parse(line)));
    } catch (error) {
      say({ error: String(error) });
    }
  }
}

function answer(served: Served, request: Request): object {
  if ('open' in request) {
    served.close();
    globalThis.gc?.();
    return { lanes: served.open(request.open) };
  }
  if ('check' in request) {
    const params = served.check(request.check, request.lane ?? '');
    served.close();
    return { params };
  }
  if ('run' in request) {
    const lane = request.lane ?? '';
    if (request.before > 0) served.run(request.before, lane);
    const start = now();
    served.run(request.run, lane);
    return { ns: now() - start };
  }
  served.close();
  globalThis.gc?.();
  return {};
}
