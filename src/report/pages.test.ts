// The pages as a browser lays them out, and their charts as a parser of XML reads them.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeComparison } from './compare/write.ts';
import { writeSyntheticControl } from './control/synthetic-control.law.ts';
import { writeControlReport } from './control/write.ts';
import { writeSyntheticImageRun } from './synthetic-image-run.law.ts';
import { writeSyntheticRun } from './synthetic-run.law.ts';
import { writeReport } from './write.ts';
import { svgsOf, xmlFault } from './xml.law.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((f) =>
  existsSync(f),
);
if (CHROMIUM === undefined) console.warn('the layout of the pages is not tested: no chromium in /usr/bin');

const dir = mkdtempSync(join(tmpdir(), 'jepa-pages-'));
const run = (name: string): string => join(dir, name);
const NAMES = ['report', 'images', 'worlds', 'control'] as const;
const pages = new Map<(typeof NAMES)[number], string>();
let browser: Browser | undefined;

beforeAll(async () => {
  const small = { steps: 100, episodes: 3, frames: 4, size: 16 };
  for (const name of ['world-0', 'world-1']) writeSyntheticRun(run(name), small);
  for (const recipe of ['a-method-with-a-long-name', 'another-method-with-a-long-name']) {
    writeSyntheticImageRun(run(recipe), {
      recipe,
      training: {
        ...{ imagesPerStep: 100, imagesPerSecond: 100 },
        knn: [
          [10, 0.2],
          [20, 0.3],
        ],
      },
      probes: { 'knn-20': 0.52, linear: 0.6, ridge: 0.5, 'low-shot-1%': 0.2 },
    });
  }
  for (const seed of [0, 1, 2]) {
    const strict = { planner: 80, icem: 70, random: 5, oracle: 99 };
    writeSyntheticControl(run('bench'), { world: 'w', model: 'm', seed, strict, paper: strict });
  }
  pages.set('report', writeReport(run('world-0')));
  writeComparison([run('world-0'), run('world-1')], run('worlds.html'));
  pages.set('worlds', run('worlds.html'));
  writeComparison([run('a-method-with-a-long-name'), run('another-method-with-a-long-name')], run('images.html'));
  pages.set('images', run('images.html'));
  pages.set('control', writeControlReport(run('bench'), { command: 'jepa bench control', runs: [] }).files.page);
  if (CHROMIUM !== undefined) browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  rmSync(dir, { recursive: true, force: true });
});

test.each(NAMES)('every chart of the page %s is well-formed XML', (name) => {
  const faults = svgsOf(readFileSync(pages.get(name)!, 'utf8')).map(xmlFault);
  expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
});

test('a run has charts to be parsed', () => {
  expect(svgsOf(readFileSync(pages.get('report')!, 'utf8')).length).toBeGreaterThan(5);
});

test
  .skipIf(CHROMIUM === undefined)
  .each(NAMES.flatMap((name) => [1400, 800, 400].map((width) => [name, width] as const)))(
  'nothing of the page %s is wider than a window of %d pixels',
  async (name, width) => {
    const page = await browser!.newPage({ viewport: { width, height: 900 } });
    await page.goto(pathToFileURL(pages.get(name)!).href);
    const { content, window, cut } = await page.evaluate<Layout>(OVERFLOW);
    expect(content).toBeLessThanOrEqual(window);
    expect(cut).toEqual([]);
    await page.close();
  },
);

test.skipIf(CHROMIUM === undefined).each(['report', 'images', 'worlds'] as const)(
  'no table of the page %s scrolls in a window of 1400 pixels',
  async (name) => {
    const page = await browser!.newPage({ viewport: { width: 1400, height: 900 } });
    await page.goto(pathToFileURL(pages.get(name)!).href);
    const wide = await page.evaluate<number>(
      "[...document.querySelectorAll('.scroll')].filter((c) => c.scrollWidth > c.clientWidth + 1).length",
    );
    expect(wide).toBe(0);
    await page.close();
  },
);

/** The width of the page and of the window, and the beginnings of cards that cut their content off. */
interface Layout {
  readonly content: number;
  readonly window: number;
  readonly cut: readonly string[];
}

/** Opens what is closed, and measures the page, and cards whose content is wider than they are without scrolling. */
const OVERFLOW = `(() => {
  for (const details of document.querySelectorAll('details')) details.open = true;
  const cards = [...document.querySelectorAll('.card')];
  const hidden = cards.filter((c) => c.scrollWidth > c.clientWidth + 1 && getComputedStyle(c).overflowX !== 'auto');
  return { content: document.scrollingElement.scrollWidth, window: innerWidth, cut: hidden.map((c) => c.textContent.slice(0, 80)) };
})()`;
