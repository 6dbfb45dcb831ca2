/**
 * Work that is written once and done in either way: at once, or off the event loop. It is a generator that hands out
 * what it waits for.
 */
export type Eventually<T> = T | PromiseLike<T>;

/** Work with a result, which waits now and then. */
export type Work<T> = Generator<Eventually<unknown>, T, unknown>;

/** `const n = yield* wait(file.read(…))` */
export function* wait<T>(value: Eventually<T>): Generator<Eventually<unknown>, T, unknown> {
  return (yield value) as T;
}

/** Does work whose parts are all done when they are handed out. */
export function atOnce<T>(work: Work<T>): T {
  let step = work.next();
  while (!step.done) step = work.next(step.value);
  return step.value;
}

/** Does work whose parts may be promises. What comes before the first of them is done before this returns. */
export async function inTurns<T>(work: Work<T>): Promise<T> {
  let step = work.next();
  while (!step.done) {
    let value: unknown;
    try {
      value = await step.value;
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next(value);
  }
  return step.value;
}

/**
 * Begins work that is waited for later, or never: its error waits as long.
 * @param isAtOnce - whether nothing in it is a promise
 */
export function begun<T>(work: Work<T>, isAtOnce: boolean): Eventually<T> {
  if (isAtOnce) return atOnce(work);
  const promise = inTurns(work);
  promise.catch(() => {});
  return promise;
}

/** Does what may fail where there is an error already, which says more. */
export function* quietly(body: () => Work<unknown>): Work<void> {
  try {
    yield* body();
  } catch {
    // The other error is thrown.
  }
}
