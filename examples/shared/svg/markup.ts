import { element, escaped } from '#internals';

export { element, label, polyline, segment } from '#internals';

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

export const PAPER = '#fdfcf8';
export const INK = '#22303c';
export const FADED = '#6b7780';
export const RULE = '#e4e1d8';

const BASE_STYLE =
  "text{font-family:Inter,'Helvetica Neue',Helvetica,Arial,'Liberation Sans',sans-serif;fill:" +
  `${INK}}.title{font:600 22px Georgia,'Times New Roman',serif}.note{font-size:13px;fill:${FADED}}`;
