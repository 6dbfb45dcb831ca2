/** The process warnings of one code that `body` causes. */
export async function warningsOf(code: string, body: () => unknown): Promise<(Error & { detail?: string })[]> {
  const warnings: (Error & { code?: string })[] = [];
  const listener = (warning: Error) => warnings.push(warning);
  process.on('warning', listener);
  try {
    await body();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('warning', listener);
  }
  return warnings.filter((warning) => warning.code === code);
}
