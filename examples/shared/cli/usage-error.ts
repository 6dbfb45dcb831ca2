const LONGEST = 80;

/** Something the person at the keyboard can put right: reported in one line, without a stack trace. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  /** @param received what was given; the message ends in it */
  constructor(problem: string, received: string) {
    super(`${problem}: received '${legible(received)}'`);
  }
}

/** What the operating system said, in the few words of its message that say it. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // Node: "ENOENT: no such file or directory, open '…'"
  return /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1] ?? message.split('\n', 1)[0];
}

// One line whatever was given, and not the whole of a file pasted by mistake.
function legible(text: string): string {
  const line = text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
