import { describe } from './describe.js';
import { abandon } from './promises.js';

export { describe };

/** Every `code` an error of this package can carry. Codes are stable; messages are not. */
export type ErrorCode =
  | 'ERR_ADAMAX_ARG_TYPE' // TypeError: an argument of the wrong kind
  | 'ERR_ADAMAX_ARG_VALUE' // RangeError: the right kind, but not a value that is allowed
  | 'ERR_ADAMAX_OPTION' // TypeError: an option, config key or property that nobody knows, or that cannot be set
  | 'ERR_ADAMAX_LENGTH' // RangeError: an array whose length does not fit the others
  | 'ERR_ADAMAX_SHAPE' // RangeError: a shape that does not fit
  | 'ERR_ADAMAX_INDEX' // RangeError: a row index outside the table
  | 'ERR_ADAMAX_DETACHED' // TypeError: an array whose memory has gone
  | 'ERR_ADAMAX_RESIZABLE' // TypeError: an array whose memory may move or shrink
  | 'ERR_ADAMAX_OVERLAP' // RangeError: two arrays on the same memory, one of them written
  | 'ERR_ADAMAX_DUPLICATE' // RangeError: a variable listed twice in one step, or a second one of the same name
  | 'ERR_ADAMAX_NO_GRADIENTS' // RangeError: not one gradient in the list
  | 'ERR_ADAMAX_NON_FINITE' // RangeError: a gradient with a NaN or an infinity, where it is to be finite
  | 'ERR_ADAMAX_CONSTRAINT' // TypeError: a sparse gradient for a variable with a constraint
  | 'ERR_ADAMAX_CONFIG' // RangeError: a config that asks for a class or a feature that is not here
  | 'ERR_ADAMAX_STATE' // TypeError: a call that comes too late
  | 'ERR_ADAMAX_BUSY' // TypeError: a call that comes while another one of the optimizer has its turn
  | 'ERR_ADAMAX_ENGINE' // TypeError: a gradient engine that does not keep its contract
  | 'ERR_ADAMAX_TFJS' // TypeError: no TensorFlow.js, too old a one, or what it cannot differentiate
  | 'ERR_ADAMAX_WEIGHTS' // RangeError: weights that do not fit the state of an optimizer
  | 'ERR_ADAMAX_SLOT' // RangeError: a slot that does not exist
  | 'ERR_ADAMAX_ISA' // RangeError: an implementation that is unknown or not available here
  | 'ERR_ADAMAX_NATIVE' // RangeError: a file or an object that is no addon of this version
  | 'ERR_ADAMAX_CHECKPOINT' // RangeError: a saved state that is damaged, of another optimizer or of a later version
  | 'ERR_ADAMAX_FILE' // Error: what the operating system refuses; its own error is the `cause`
  | 'ERR_ADAMAX_DEPENDENCY' // Error: an optional package that cannot be loaded; what Node says of it is the `cause`
  | 'ERR_ADAMAX_REPLICA' // Error: replicas that do not agree on a step, or one that is lost or silent
  | 'ERR_ADAMAX_LAUNCHER' // Error: no MPI, or another number of replicas than was asked for or started
  | 'ERR_ADAMAX_MEMORY'; // RangeError: no memory left for a step's working space, or for an array

const ours = new WeakSet<Error>();

// Looked up once: a program may replace them, and an error is made in the midst of checks.
const { assign, getOwnPropertyDescriptor } = Object;
const { captureStackTrace } = Error;

function coded<T extends Error>(error: T, code: ErrorCode): T {
  ours.add(error);
  showCaller(error);
  return assign(error, { code });
}

/** Frames of this package that may lie between an error and the line that made the call. */
const OWN_FRAMES = 30;

/** Node.js shows ten frames, which may all be ours: the line that a user looks for comes after those. */
function showCaller(error: Error): void {
  const limit = getOwnPropertyDescriptor(Error, 'stackTraceLimit');
  if (limit?.writable !== true || !(limit.value > 0)) return;
  Error.stackTraceLimit = limit.value + OWN_FRAMES;
  captureStackTrace(error, coded);
  Error.stackTraceLimit = limit.value;
}

/** A `TypeError` with a stable code. */
export function typeError(code: ErrorCode, message: string): TypeError {
  return coded(new TypeError(message), code);
}

/** A `RangeError` with a stable code. */
export function rangeError(code: ErrorCode, message: string): RangeError {
  return coded(new RangeError(message), code);
}

/** An error of the operating system under a stable code. */
export function fileError(message: string, cause: unknown): Error {
  return coded(Object.assign(new Error(`${message}: received ${describe(cause)}`), { cause }), 'ERR_ADAMAX_FILE');
}

/** The error for an optional package that is not there. */
export function dependencyError(message: string, cause: unknown): Error {
  return coded(Object.assign(new Error(`${message}: received ${describe(cause)}`), { cause }), 'ERR_ADAMAX_DEPENDENCY');
}

/** The error for a job whose replicas are not those that were started, or cannot be reached. */
export function launcherError(message: string, cause?: unknown): Error {
  return coded(new Error(message, cause === undefined ? {} : { cause }), 'ERR_ADAMAX_LAUNCHER');
}

/** The error for replicas that do not agree, or of which one is lost or silent. */
export function replicaError(message: string, cause?: unknown): Error {
  return coded(new Error(message, cause === undefined ? {} : { cause }), 'ERR_ADAMAX_REPLICA');
}

/** What a message calls an argument. A function puts it together, where that takes time and is mostly not needed. */
export type Argument = string | (() => string);

export function textOf(argument: Argument): string {
  return typeof argument === 'string' ? argument : argument();
}

/**
 * An argument of the wrong kind: `learningRate must be a number: received 'fast'`. Nobody waits for it, if it is a
 * promise.
 */
export function wrongType(argument: Argument, expected: string, value: unknown): TypeError {
  abandon(value);
  return typeError('ERR_ADAMAX_ARG_TYPE', `${textOf(argument)} must be ${expected}: received ${describe(value)}`);
}

/** An argument of the right kind with a value that is not allowed. */
export function wrongValue(argument: Argument, expected: string, value: unknown): RangeError {
  return rangeError('ERR_ADAMAX_ARG_VALUE', `${textOf(argument)} must be ${expected}: received ${describe(value)}`);
}

/** Whether this package has made an error, and not somebody who knows its codes. */
export function isCoded(error: unknown): error is Error & { code: ErrorCode } {
  return ours.has(error as Error);
}
