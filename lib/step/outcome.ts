/** Why a step comes to nothing. */
export interface Failure {
  readonly error: unknown;
}

/** What may take time: it is waited for where the step is asynchronous, and refused where it is not. */
export type Eventually<T> = T | Promise<T>;
