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

/** A whole picture on its own light ground, so that it reads the same on a dark page. */
export function picture(width: number, height: number, title: string, style: string, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"` +
      ' role="img" aria-labelledby="title">',
    `<title id="title">${escaped(title)}</title>`,
    `<style>${BASE_STYLE}${style}</style>`,
    element('rect', { width, height, rx: 12, fill: PAPER }),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

/** A straight line from one point to another. */
export function segment(x1: number, y1: number, x2: number, y2: number, kind: string): string {
  return element('line', { x1, y1, x2, y2, class: kind });
}

/** A path through points. */
export function polyline(points: readonly (readonly [number, number])[], kind: string): string {
  const d = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${written(x)} ${written(y)}`).join('');
  return element('path', { d, class: kind });
}

export const PAPER = '#fdfcf8';
export const INK = '#22303c';
export const FADED = '#6b7780';
export const RULE = '#e4e1d8';

const BASE_STYLE =
  "text{font-family:Inter,'Helvetica Neue',Helvetica,Arial,'Liberation Sans',sans-serif;fill:" +
  `${INK}}.title{font:600 22px Georgia,'Times New Roman',serif}.note{font-size:13px;fill:${FADED}}`;

function written(value: string | number): string {
  // toFixed is exact by definition, so these digits do not depend on the engine.
  return typeof value === 'string' ? value : String(Number(value.toFixed(2)));
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
