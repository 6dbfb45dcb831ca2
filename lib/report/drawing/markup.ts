/** Attributes of an element; numbers are written with at most two decimals. */
export type Attributes = Readonly<Record<string, string | number>>;

/** An element with its content, which must be markup already. */
export function element(name: string, attributes: Attributes, ...content: readonly string[]): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(written(value))}"`);
  const head = `<${name}${pairs.join('')}`;
  return content.length === 0 ? `${head}/>` : `${head}>${content.join('')}</${name}>`;
}

/** A line of text. */
export function label(text: string, x: number, y: number, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escaped(text));
}

/** A straight line from one point to another. */
export function segment(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return element('line', { x1, y1, x2, y2, class: kind });
}

/** What `d` of a path is, through points. */
export function pathThrough(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${written(x)} ${written(y)}`).join('');
}

/** A path through points. */
export function polyline(points: readonly (readonly [number, number])[], kind: string): string {
  return element('path', { d: pathThrough(points), class: kind });
}

/** A text in which nothing is markup, and which XML can hold. */
export function escaped(text: string): string {
  return text.replace(UNFIT, '\ufffd').replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

/**
 * As much of a text as fits in a line of so many characters. Those from U+2E80 on, which are Chinese, Japanese, Korean or
 * pictures, are as wide as two.
 */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  let width = 0;
  let fitting = 0;
  for (const [i, character] of characters.entries()) {
    width += character >= '\u2e80' ? 2 : 1;
    if (width > most) return `${characters.slice(0, fitting).join('')}…`;
    if (width < most) fitting = i + 1;
  }
  return text;
}

/** Characters that XML has no way to write: most control characters, halves of pairs, and two more. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be found
const UNFIT = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function written(value: string | number): string {
  // toFixed is exact by definition, so these digits do not depend on the engine.
  return typeof value === 'string' ? value : String(Number(value.toFixed(2)));
}
