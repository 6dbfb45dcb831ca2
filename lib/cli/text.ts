/** How the commands write what they have found. */

/** Longest value of a line; `--json` has all of it. */
const LONGEST = 200;

/** Rows in columns: the first is flush left, numbers are flush right. @param right - which columns are numbers */
export function table(rows: readonly (readonly string[])[], right: readonly boolean[]): string[] {
  const clean = rows.map((row) => row.map(printable));
  const widths = right.map((_, column) => Math.max(...clean.map((row) => row[column].length)));
  return clean.map((row) => {
    const cells = row.map((cell, i) => (right[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])));
    return cells.join('  ').trimEnd();
  });
}

/** Names and values in two columns. */
export function list(entries: readonly (readonly [name: string, value: string])[]): string[] {
  const cut = entries.map(([name, value]) => [name, value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value]);
  return table(cut, [false, false]);
}

/** Anybody may have written a file: what would steer the terminal is shown as an escape. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);
}

export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** Five digits tell how large something is. */
export function short(x: number): string {
  return `${Number(x.toPrecision(5))}`;
}
