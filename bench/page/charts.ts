/** The two charts of docs/performance.md. */
import { OPTIMIZER } from '../dense.js';
import { figuresOf } from './figures.js';
import type { KeptRun } from './kept.js';
import { drawPanels, type Panel, type PanelLine } from './panels.js';
import { ratioOf, SHOWN, single } from './peers.js';
import { processorOf } from './processors.js';
import { widest } from './tables.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, M: 2 ** 20 };

/** The elements that a case is named by: 512, 4k, 16M; undefined where it is no length. */
function elementsOf(name: string): number | undefined {
  const [, digits, unit] = /^(\d+)([kM]?)$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits) * UNITS[unit];
}

function pointsOf(cases: readonly string[], value: (name: string) => number | undefined): [number, number][] {
  return cases.flatMap((name): [number, number][] => {
    const [elements, found] = [elementsOf(name), value(name)];
    return elements === undefined || found === undefined ? [] : [[elements, found]];
  });
}

/** Nanoseconds per element over the length of a variable, a panel for each processor. */
export function denseChart(runs: readonly KeptRun[]): string {
  const panels = figuresOf(runs, 'dense').map((figures): Panel => {
    const line = (name: string, color: string, contestant: string): PanelLine => {
      const perElement = (one: string): number | undefined => {
        const [ns, elements] = [figures.time(one, contestant), elementsOf(one)];
        return ns === undefined || elements === undefined ? undefined : ns / elements;
      };
      return { name, color, points: pointsOf(figures.cases(), perElement) };
    };
    return {
      title: `${processorOf(figures.processor).whole}, ${figures.run.date.slice(0, 10)}`,
      lines: [
        line('memory traffic', 'bound', `traffic ${widest(figures)}`),
        line('best JS loop', 'rival1', 'JS doubles'),
        line('adamax', 'ours1 strong', OPTIMIZER),
      ],
    };
  });
  return drawPanels('One step on one thread', { name: 'ns per element' }, panels);
}

/** How many times as long others take as adamax, over the length of a variable. */
export function peersChart(runs: readonly KeptRun[]): string {
  const panels = figuresOf(runs, 'peers').map((figures): Panel => {
    const lengths = figures.cases().flatMap((name) => /^(\d+[kM]?), 1 thread$/.exec(name)?.[1] ?? []);
    const lines = SHOWN.map((rival): PanelLine => {
      const points = pointsOf(lengths, (name) => ratioOf(figures, single(name), rival));
      return { name: rival.caption, color: rival.color, points };
    });
    return {
      title: `${processorOf(figures.processor).whole}, ${figures.run.date.slice(0, 10)}`,
      lines: lines.filter(({ points }) => points.length > 0),
    };
  });
  return drawPanels('Other libraries on one thread', { name: 'time ÷ adamax', mark: 1 }, panels);
}
