import type { ErrorCode } from 'adamax';
import { expect } from 'chai';

/** Throws unless `action` throws an error of this class, with this code, whose message fits. */
export function expectError(
  action: () => unknown,
  type: typeof TypeError | typeof RangeError,
  code: ErrorCode,
  message: RegExp,
): void {
  let error: unknown;
  try {
    action();
  } catch (thrown) {
    error = thrown;
  }
  expect(error, `no ${type.name} for ${message}`).to.be.an.instanceOf(type);
  expect((error as Error).message).to.match(message);
  expect(error).to.have.property('code', code);
}
