/**
 * The style sheet of pictures and pages. Colors are classes, so that a dark page gets others; each has a contrast of at
 * least 4.5 : 1 on its ground.
 */
const HUES: readonly [light: string, dark: string][] = [
  ['#1d4ed8', '#7aa8ff'],
  ['#0f766e', '#2dd4bf'],
  ['#7e22ce', '#c99bff'],
  ['#b45309', '#fbbf24'],
  ['#be123c', '#fb7f93'],
  ['#3f6212', '#a3d94a'],
];

const hues = (side: 0 | 1) =>
  HUES.map((pair, i) => {
    return `.hue${i} .line{stroke:${pair[side]}}.hue${i} .band,.hue${i} .dot,.hue${i} .now{fill:${pair[side]}}`;
  }).join('');

/** The class of the color of a curve. */
export function hueOf(i: number): string {
  return `hue${i % HUES.length}`;
}

export const STYLE = [
  "text{font:13px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1f2937}",
  '.page{fill:#fff}.title{font-size:18px;font-weight:600}.name,.now{font-weight:600}.plain{font-weight:400}.quiet{fill:#5b6472}',
  '.grid{stroke:#e5e7eb}.axis{stroke:#8b93a1}.band{opacity:.2}',
  '.line{fill:none;stroke-width:1.75;stroke-linejoin:round;stroke-linecap:round}',
  '.skip{fill:#b45309}.skipline{stroke:#b45309;stroke-opacity:.45}.odd{stroke:#c81e1e;stroke-width:2}',
  hues(0),
  '@media (prefers-color-scheme:dark){text{fill:#e5e7eb}.page{fill:#0d1117}.quiet{fill:#a3abb8}',
  '.grid{stroke:#252c37}.axis{stroke:#6b7280}.band{opacity:.28}',
  '.skip{fill:#fbbf24}.skipline{stroke:#fbbf24}.odd{stroke:#ff7b72}',
  `${hues(1)}}`,
].join('');
