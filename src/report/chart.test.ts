import { expect, test } from 'vitest';
import { lineChart } from './chart.ts';

test('a chart of 300,000 points with a band, and as many values to include, is drawn with at most 600 of them', () => {
  const x = Array.from({ length: 300_000 }, (_, i) => i);
  const series = [{ name: 'loss', hue: 'blue' as const, x, y: x, band: { low: x, high: x }, smooth: true }];
  const page = lineChart({ title: 'Loss', xLabel: 'step', series, include: x });
  const points = /<polyline class="line[^>]* points="([^"]*)"/.exec(page)![1]!.split(' ');
  // Means of 500 neighbours each.
  expect(points).toHaveLength(600);
  expect(page).not.toContain('NaN');
});
