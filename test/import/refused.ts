import { writeFileSync } from 'node:fs';
import type { ErrorCode } from 'adamax';
import { expect } from 'chai';

/** Waits for an error of this class, with this code, whose message fits. */
export async function expectRefused(
  promise: Promise<unknown>,
  type: ErrorConstructor | RangeErrorConstructor,
  code: ErrorCode,
  message: RegExp,
): Promise<void> {
  let error: unknown;
  try {
    await promise;
  } catch (thrown) {
    error = thrown;
  }
  expect(error, `no error for ${message}`).to.be.an.instanceOf(type);
  expect((error as Error).message).to.match(message);
  expect(error).to.have.property('code', code);
}

/** Writes lists of float32 as a file of safetensors. @returns its path */
export function safetensors(
  path: string,
  tensors: Readonly<Record<string, readonly number[]>>,
  metadata: Readonly<Record<string, string>> = {},
): string {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const [key, numbers] of Object.entries(tensors)) {
    const end = at + 4 * numbers.length;
    header[key] = { dtype: 'F32', shape: [numbers.length], data_offsets: [at, end] };
    at = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const data = Buffer.alloc(at);
  for (const [i, x] of Object.values(tensors).flat().entries()) data.writeFloatLE(x, 4 * i);
  writeFileSync(path, Buffer.concat([length, json, data]));
  return path;
}
