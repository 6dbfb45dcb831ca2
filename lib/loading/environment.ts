/** A variable of the environment; undefined where it is empty, or this process may not read it (Deno). */
export function environment(name: string): string | undefined {
  try {
    const value = process.env[name];
    return value === '' ? undefined : value;
  } catch {
    return undefined;
  }
}
