/** The dense group as a line chart (SVG): nanoseconds per element over the size of the variable, both logarithmic. */
import { escaped } from '#internals';
import { OPTIMIZER } from './dense.js';
import { formatBytes, formatCount } from './format.js';
import type { Result } from './group.js';

const WIDTH = 960;
const HEIGHT = 560;
const TITLE = 'One Adamax step: nanoseconds per element';
const PLOT = { left: 64, right: 710, top: 96, bottom: 476 };
/** Bytes of p, m, u and g: tells which cache a size fits. */
const BYTES_HELD = 16;
const LABEL_HEIGHT = 19;

export interface Line {
  /** The name that the reader sees. */
  readonly name: string;
  /** A class of the style sheet. */
  readonly color: string;
  readonly points: readonly (readonly [elements: number, ns: number])[];
}

/**
 * Colors are classes, so that the style sheet can answer a dark page. Ours are blues, rivals are warm, and the lower
 * bound is grey.
 */
const COLORS: readonly [pattern: RegExp, color: string][] = [
  [/^avx512$|^neon$/, 'ours1'],
  [/^avx2$/, 'ours2'],
  [/^portable$/, 'ours3'],
  [/^js$/, 'ours4'],
  [/^JS doubles$/, 'rival1'],
  [/^JS fround$/, 'rival2'],
  [/^traffic/, 'bound'],
];

export const STYLE = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2937 }
  .page { fill: #ffffff } .title { font-size: 18px; font-weight: 600 } .quiet { fill: #6b7280 } .small { font-size: 11.5px }
  .grid { stroke: #e5e7eb } .minor { stroke: #f3f4f6 } .axis { stroke: #9ca3af }
  .line { fill: none; stroke-width: 2.25; stroke-linejoin: round } .lead { fill: none; stroke-width: 1; opacity: .55 }
  .ours1 { stroke: #1d4ed8 } .ours2 { stroke: #3b82f6 } .ours3 { stroke: #7cb2f9 } .ours4 { stroke: #0d9488 }
  .rival1 { stroke: #ea580c } .rival2 { stroke: #f59e0b } .line.strong { stroke-width: 3.5 }
  .tfjs1 { stroke: #a16207 } .tfjs2 { stroke: #ca8a04 } .torch1 { stroke: #be123c } .torch2 { stroke: #e11d48 }
  .torch3 { stroke: #fb7185 } .tf1 { stroke: #7e22ce } .tf2 { stroke: #a855f7 } .jax1 { stroke: #15803d }
  .jax2 { stroke: #22c55e } .other { stroke: #57534e } .bound { stroke: #6b7280; stroke-dasharray: 5 4 }
  circle { fill: #ffffff; stroke-width: 2 } circle.bound { stroke-dasharray: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #e5e7eb } .page { fill: #0d1117 } .quiet { fill: #9ca3af }
    .grid { stroke: #2b3340 } .minor { stroke: #1b212b } .axis { stroke: #6b7280 } circle { fill: #0d1117 }
    .ours1 { stroke: #60a5fa } .ours2 { stroke: #3b82f6 } .ours3 { stroke: #93c5fd } .ours4 { stroke: #2dd4bf }
    .rival1 { stroke: #fb923c } .rival2 { stroke: #fbbf24 } .bound { stroke: #9ca3af }
    .tfjs1 { stroke: #d6a419 } .tfjs2 { stroke: #facc15 } .torch1 { stroke: #f43f5e } .torch2 { stroke: #fb7185 }
    .torch3 { stroke: #fda4af } .tf1 { stroke: #a855f7 } .tf2 { stroke: #d8b4fe } .jax1 { stroke: #22c55e }
    .jax2 { stroke: #86efac } .other { stroke: #a8a29e }
  }`;

/** @param results - of all groups; the chart takes those of the dense one */
export function drawChart(results: readonly Result[], subtitle: string): string {
  return drawLines(TITLE, subtitle, linesOf(results));
}

export function drawLines(title: string, subtitle: string, lines: readonly Line[]): string {
  const x = scale(
    lines.flatMap(({ points }) => points.map(([elements]) => elements)),
    PLOT.left,
    PLOT.right,
    1,
  );
  const y = scale(
    lines.flatMap(({ points }) => points.map(([, ns]) => ns)),
    PLOT.bottom,
    PLOT.top,
    1.25,
  );
  const sizes = [...new Set(lines.flatMap(({ points }) => points.map(([elements]) => elements)))];
  const parts = [
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="8"/>`,
    text(PLOT.left, 34, title, 'title'),
    text(PLOT.left, 56, `${subtitle}. Lower is better; both axes are logarithmic.`, 'quiet'),
    text(PLOT.left, 82, 'ns per element', 'quiet small'),
    ...horizontals(y),
    ...verticals(sizes, x),
    ...lines.map((line) => drawLine(line, x, y, 3)),
    ...labels(lines, y),
  ];
  const size = `viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n<title>${title}</title>\n<style>${STYLE}\n</style>\n${parts.join('\n')}\n</svg>\n`;
}

/**
 * Leaves out the optimizer class, since it lies on the line of its implementation but for small sizes, and all traffic
 * but the best.
 */
function linesOf(results: readonly Result[]): Line[] {
  const all = results.filter(({ group, contestant }) => group === 'dense' && contestant !== OPTIMIZER);
  const names = [...new Set(all.map(({ contestant }) => contestant))];
  const traffic = names.find((name) => name.startsWith('traffic'));
  return names.flatMap((name): Line[] => {
    if (name.startsWith('traffic') && name !== traffic) return [];
    const color = COLORS.find(([pattern]) => pattern.test(name))?.[1] ?? 'rival2';
    const points = all.flatMap((result): [number, number][] => {
      const { contestant, elements, nsPerElement } = result;
      return contestant === name && elements !== undefined && nsPerElement !== undefined
        ? [[elements, nsPerElement]]
        : [];
    });
    return [{ name: CAPTIONS[name] ?? name, color, points }];
  });
}

export interface Scale {
  readonly low: number;
  readonly high: number;
  at(value: number): number;
}

/** From the values' range, widened by the factor `margin` on both sides, to pixels. */
export function scale(values: readonly number[], from: number, to: number, margin: number): Scale {
  const low = Math.min(...values) / margin;
  const high = Math.max(...values) * margin;
  return { low, high, at: (value) => from + ((to - from) * Math.log(value / low)) / Math.log(high / low) };
}

function horizontals(y: Scale): string[] {
  const parts: string[] = [];
  for (let power = Math.floor(Math.log10(y.low)); 10 ** power <= y.high; power++) {
    for (const factor of [1, 2, 5]) {
      const value = factor * 10 ** power;
      if (value < y.low || value > y.high) continue;
      const at = pixel(y.at(value));
      parts.push(`<path class="${factor === 1 ? 'grid' : 'minor'}" d="M${PLOT.left} ${at}H${PLOT.right}"/>`);
      parts.push(text(PLOT.left - 8, Number(at) + 4, String(Number(value.toPrecision(1))), 'quiet small', 'end'));
    }
  }
  return parts;
}

function verticals(sizes: readonly number[], x: Scale): string[] {
  const parts = [`<path class="axis" d="M${PLOT.left} ${PLOT.bottom}H${PLOT.right}"/>`];
  for (const size of sizes) {
    const at = Number(pixel(x.at(size)));
    parts.push(`<path class="grid" d="M${at} ${PLOT.top}V${PLOT.bottom}"/>`);
    parts.push(text(at, PLOT.bottom + 20, formatCount(size), '', 'middle'));
    parts.push(text(at, PLOT.bottom + 37, formatBytes(size * BYTES_HELD), 'quiet small', 'middle'));
  }
  parts.push(
    text(
      (PLOT.left + PLOT.right) / 2,
      PLOT.bottom + 62,
      'elements of the variable, and the memory of p, m, u and g',
      'quiet small',
      'middle',
    ),
  );
  return parts;
}

export function drawLine(
  { color, points }: { readonly color: string; readonly points: readonly (readonly [number, number])[] },
  x: Scale,
  y: Scale,
  radius: number,
): string {
  const at = points.map(([elements, value]) => [pixel(x.at(elements)), pixel(y.at(value))]);
  const dots = at.map(([cx, cy]) => `<circle class="${color}" cx="${cx}" cy="${cy}" r="${radius}"/>`);
  return `<path class="line ${color}" d="M${at.map((point) => point.join(' ')).join('L')}"/>${dots.join('')}`;
}

/** Where names stand that are to stand at these heights, in ascending order, so that none lies on another. */
export function apart(heights: readonly number[], least: number): number[] {
  const places = [...heights];
  for (let pass = 0; pass < 200; pass++) {
    for (let i = 1; i < places.length; i++) {
      const lack = least - (places[i] - places[i - 1]);
      if (lack <= 0) continue;
      places[i - 1] -= lack / 2;
      places[i] += lack / 2;
    }
  }
  return places;
}

/** Names at the ends of the lines. */
function labels(lines: readonly Line[], y: Scale): string[] {
  const ends = lines.map((line) => ({ ...line, end: y.at(line.points[line.points.length - 1][1]) }));
  ends.sort((a, b) => a.end - b.end);
  const places = apart(
    ends.map(({ end }) => end),
    LABEL_HEIGHT,
  );
  return ends.map(({ name, color, end }, i) => {
    const lead = `M${PLOT.right + 6} ${pixel(end)}L${PLOT.right + 22} ${pixel(places[i])}h6`;
    return `<path class="lead ${color}" d="${lead}"/>${text(PLOT.right + 34, places[i] + 4, name, '')}`;
  });
}

const CAPTIONS: Readonly<Record<string, string>> = {
  avx512: 'adamax, AVX-512',
  avx2: 'adamax, AVX2',
  neon: 'adamax, NEON',
  portable: 'adamax, portable C++',
  js: 'adamax, TypeScript',
  'JS doubles': 'JS loop, float64 arithmetic',
  'JS fround': 'JS loop, Math.fround',
  'traffic avx512': 'memory traffic alone',
  'traffic avx2': 'memory traffic alone',
  'traffic neon': 'memory traffic alone',
  'traffic portable': 'memory traffic alone',
};

export function text(x: number, y: number, content: string, style: string, anchor = 'start'): string {
  return `<text x="${pixel(x)}" y="${pixel(y)}" class="${style}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

export function pixel(x: number): string {
  return x.toFixed(1);
}
