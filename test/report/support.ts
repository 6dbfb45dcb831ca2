/** Reads what a report has drawn, by nothing but its markup. */
import { expect } from 'chai';

export interface Shape {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Throws unless every element is closed, in order, and nothing is written that XML does not know. */
export function parse(markup: string): Shape[] {
  const shapes: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const open: { name: string; text: string }[] = [];
  const token = /<(\/?)([a-z]+[0-9]?)((?: [a-zA-Z0-9:-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  let end = 0;
  for (let found = token.exec(markup); found !== null; found = token.exec(markup)) {
    end = token.lastIndex;
    const [, closes, name, list, isEmpty, text] = found;
    if (text !== undefined) {
      expect(text).to.not.match(/&(?!(amp|lt|gt|quot);)/);
      if (open.length > 0) open[open.length - 1].text += text;
    } else if (closes === '/') {
      expect(open.pop()?.name).to.equal(name);
    } else {
      const pairs = [...list.matchAll(/ ([a-zA-Z0-9:-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]);
      const shape = { name, attributes: Object.fromEntries(pairs), text: '' };
      shapes.push(shape);
      if (isEmpty !== '/') open.push(shape);
    }
  }
  expect([end, open.length]).to.deep.equal([markup.length, 0]);
  return shapes;
}

/** What stands in a panel of a picture. */
export interface Drawn {
  readonly name: string;
  readonly line: (readonly [number, number])[];
  readonly band: (readonly [number, number])[];
  /** Heights of marks, by the numbers beside them. */
  readonly marks: ReadonlyMap<number, number>;
  /** Places of marks of steps. */
  readonly steps: ReadonlyMap<number, number>;
  readonly skips: readonly number[];
  readonly odd: readonly number[];
  readonly isLogarithmic: boolean;
}

/** The panels of `svg()`, from the top. */
export function panelsOf(svg: string): Drawn[] {
  const parts = svg.split('<g transform="translate(0 ').slice(1);
  return parts.map((part) => {
    const shapes = parse(`<g>${part.slice(part.indexOf('>') + 1, part.lastIndexOf('</g></g>') + 4)}</g>`);
    const of = (kind: string) => shapes.filter(({ attributes }) => attributes.class === kind);
    const numbers = ({ text }: Shape) => Number(text.replaceAll('−', '-').replaceAll(',', ''));
    const quiet = shapes.filter(({ name, attributes }) => name === 'text' && attributes.class === 'quiet');
    const marks = quiet.filter(({ attributes, text }) => attributes['text-anchor'] === 'end' && text !== 'steps');
    const steps = quiet.filter(({ attributes }) => attributes['text-anchor'] === 'middle');
    return {
      name: of('name')[0].text,
      line: of('line').flatMap(({ attributes }) => pointsOf(attributes.d)),
      band: of('band').flatMap(({ attributes }) => pointsOf(attributes.d)),
      marks: new Map(marks.map((mark) => [numbers(mark), Number(mark.attributes.y) - 4.5])),
      steps: new Map(steps.map((mark) => [numbers(mark), Number(mark.attributes.x)])),
      skips: of('skip').map(({ attributes }) => pointsOf(attributes.d)[2][0]),
      odd: of('odd').map(({ attributes }) => (pointsOf(attributes.d)[0][0] + pointsOf(attributes.d)[1][0]) / 2),
      isLogarithmic: of('quiet plain').some(({ text }) => text === ', log scale'),
    };
  });
}

function pointsOf(d: string): [number, number][] {
  return [...d.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

/** A straight line through the outer marks of an axis, which says where on the picture a number lies. */
export function through(
  marks: ReadonlyMap<number, number>,
  by: (x: number) => number = (x) => x,
): (x: number) => number {
  const all = [...marks];
  const [[a, atA], [b, atB]] = [all[0], all[all.length - 1]];
  return (x) => atA + ((by(x) - by(a)) / (by(b) - by(a))) * (atB - atA);
}
