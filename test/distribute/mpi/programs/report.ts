/** Tells the test what a rank has to say, in one write, so that lines of ranks do not mix. */
export function report(rank: number, facts: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`\nRANK ${JSON.stringify({ rank, ...facts })}\n`);
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The class and the code of what an action throws, or its promise is rejected with. */
export async function errorOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    return `${code}: ${message}`;
  }
  return 'none';
}
