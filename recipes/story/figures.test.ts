import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type ChartSpec, lineChart } from '../../src/report/index.ts';
import { xmlFault } from '../../src/report/xml.law.ts';
import { chartFile } from './figures.ts';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

const chart: ChartSpec = {
  title: 'a & b <c> "d"',
  note: 'log scale',
  xLabel: "it's x",
  log: true,
  series: [
    { name: 'one & two', hue: 'blue', x: [1, 2, 3], y: [1, 10, 100], smooth: true },
    { name: '<dots>\u0007', hue: 'red', x: [1, 2], y: [3, 4], dots: true },
    { name: 'band', hue: 'teal', x: [1, 2], y: [3, 4], dashed: true, band: { low: [2, 3], high: [4, 5] } },
  ],
  rules: [{ y: 5, label: 'a < b', hue: 'green' }],
  mark: { x: 2, label: 'here & there' },
};

test('a chart file is well-formed XML, whatever its words hold', () => {
  const file = new TextDecoder().decode(chartFile(lineChart(chart), chart.series));
  expect(xmlFault(file)).toBeUndefined();
  expect(file).toContain('one &amp; two');
  expect(file).toMatch(/<polyline class="line stroke-blue"/);
});

test('a chart file leaves what only the script of the page shows', () => {
  expect(new TextDecoder().decode(chartFile(lineChart(chart), chart.series))).not.toContain('cursor');
});

test('every SVG file of the documentation is well-formed XML', () => {
  const files = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.svg'));
  expect(files.length).toBeGreaterThan(0);
  const faults = files.map((name) => [name, xmlFault(readFileSync(`${DOCS}${name}`, 'utf8'))]);
  expect(faults.filter(([, fault]) => fault !== undefined)).toEqual([]);
});
