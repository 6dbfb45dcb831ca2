import type { Course } from '../course.js';
import type { Curve } from '../curve.js';
import { element, escaped } from './markup.js';
import { brief, grouped } from './numbers.js';
import { extremes, nameOf } from './panel.js';
import { drawLegend, drawPanels, keysOf, summaryOf } from './picture.js';
import { STYLE } from './style.js';

/** Nothing is loaded and no script runs, whatever a title says. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const PAGE_STYLE = [
  ':root{color-scheme:light dark}*{box-sizing:border-box}',
  "body{margin:0;background:#f6f7f9;color:#1f2937;font:16px/1.45 system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}",
  'main{max-width:1320px;margin:0 auto;padding:16px 12px 32px}',
  'h1{font-size:1.35rem;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}p{margin:0 0 14px;color:#5b6472}',
  '.panels{display:grid;gap:12px;grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr))}',
  '.panels svg{display:block;width:100%;height:auto;background:#fff;border:1px solid #e5e7eb;border-radius:8px}',
  '.legend{width:300px;max-width:100%;height:24px;margin-top:10px}',
  '.live{display:inline-block;padding:0 8px;margin-right:8px;border-radius:99px;background:#0f766e;color:#fff;font-size:.85rem}',
  '.table{overflow-x:auto;margin-top:16px}table{border-collapse:collapse;font-variant-numeric:tabular-nums}',
  'th,td{padding:4px 14px 4px 0;text-align:right;border-bottom:1px solid #e5e7eb}',
  'th:first-child{text-align:left;min-width:6.5em;overflow-wrap:anywhere}thead th{color:#5b6472;font-weight:400}',
  '@media (max-width:520px){table{font-size:.8rem}th,td{padding-right:9px}}',
  '@media (prefers-color-scheme:dark){body{background:#06090d;color:#e5e7eb}p,thead th{color:#a3abb8}',
  '.panels svg{background:#0d1117;border-color:#252c37}th,td{border-color:#252c37}.live{background:#2dd4bf;color:#06251f}}',
].join('');

/**
 * A page in one file, which needs nothing from anywhere and no script.
 * @param refresh - seconds after which the page loads itself again; null for a run that has ended
 */
export function drawPage(course: Course, title: string, refresh: number | null): string {
  const live = refresh === null ? '' : element('span', { class: 'live' }, 'live');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    ...(refresh === null ? [] : [`<meta http-equiv="refresh" content="${refresh}">`]),
    `<title>${escaped(title)}</title>`,
    `<style>${PAGE_STYLE}${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${escaped(title)}</h1>`,
    `<p>${live}${summaryOf(course)}</p>`,
    '<div class="panels">',
    ...drawPanels(course),
    '</div>',
    drawLegend(course),
    ...tableOf(course),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function tableOf(course: Course): string[] {
  const keys = keysOf(course);
  if (keys.length === 0) return [];
  const head = ['', 'last', 'least', 'greatest', 'NaN or infinite'].map((text) =>
    element('th', { scope: 'col' }, text),
  );
  const rows = keys.map((key) => {
    const curve = course.curves.get(key) as Curve;
    const points = curve.points;
    const range = extremes(points);
    const odd = points.reduce((sum, point) => sum + point.odd, 0);
    const figures = [
      brief(curve.last),
      range === null ? '–' : brief(range.least),
      range === null ? '–' : brief(range.most),
    ];
    const cells = [...figures, grouped(odd)].map((text) => element('td', {}, text));
    return element('tr', {}, element('th', { scope: 'row' }, escaped(nameOf(key))), ...cells);
  });
  return [
    '<div class="table"><table>',
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...rows),
    '</table></div>',
  ];
}
