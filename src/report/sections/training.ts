// Loss, its terms, learning rate, gradient norm and throughput over the training steps.

import type { MetricsLine, Part } from '../../run/index.ts';
import { type ChartSpec, type Hue, lineChart, type Series } from '../chart.ts';
import { absent, section } from '../html.ts';

const LEAD =
  'Faint lines are the logged values, bold lines a running mean. Move the pointer over a chart to read values.';
const HUES: readonly Hue[] = ['orange', 'green', 'purple', 'teal', 'red'];

/** One line of a chart from the lines on which `pick` finds a value. */
export function seriesOf(
  lines: readonly MetricsLine[],
  name: string,
  hue: Hue,
  pick: (line: MetricsLine) => number | undefined,
  smooth = false,
): Series {
  const found = lines.filter((line) => pick(line) !== undefined);
  return { name, hue, x: found.map((l) => l.step), y: found.map((l) => pick(l)!), smooth };
}

/** The section with the training curves. */
export function trainingSection(metrics: Part<readonly MetricsLine[]>, byRecipe: boolean = true): string {
  if (!metrics.ok) {
    return section(
      'training',
      'Training',
      LEAD,
      absent(metrics.why, byRecipe ? 'It is written by <code>jepa train</code>.' : ''),
    );
  }
  const lines = metrics.value;
  const terms = [...new Set(lines.flatMap((l) => Object.keys(l.terms ?? {})))];
  const charts: ChartSpec[] = [
    {
      title: 'Loss',
      note: 'log scale',
      xLabel: 'step',
      log: true,
      series: [
        seriesOf(lines, 'loss', 'blue', (l) => l.loss, true),
        ...terms.map((t, i) => seriesOf(lines, t, HUES[i % HUES.length]!, (l) => l.terms?.[t], true)),
      ],
    },
    {
      title: 'Gradient norm',
      note: 'log scale',
      xLabel: 'step',
      log: true,
      series: [seriesOf(lines, 'gradient norm', 'purple', (l) => l.gradNorm, true)],
    },
    { title: 'Learning rate', xLabel: 'step', include: [0], series: [seriesOf(lines, 'lr', 'teal', (l) => l.lr)] },
    {
      title: 'Images per second',
      xLabel: 'step',
      include: [0],
      series: [seriesOf(lines, 'images/s', 'green', (l) => l.timing?.imagesPerSecond, true)],
    },
    {
      title: 'Time not spent in the model',
      note: 'percent of the wall clock',
      xLabel: 'step',
      include: [0, 2],
      series: [
        seriesOf(lines, 'waiting for data', 'orange', (l) => times100(l.timing?.waitShare), true),
        seriesOf(lines, 'TypeScript', 'blue', (l) => times100(l.timing?.overheadShare), true),
      ],
    },
  ];
  const drawn = charts.filter((c) => c.series.some((s) => s.x.length > 0)).map(lineChart);
  return section('training', 'Training', LEAD, `<div class="charts">${drawn.join('')}</div>`);
}

function times100(share: number | undefined): number | undefined {
  return share === undefined ? undefined : 100 * share;
}
