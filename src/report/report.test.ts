import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wilsonInterval } from '../measure/statistics/wilson.ts';
import { encodePng } from '../raster/png.ts';
import { readRollouts, readRunFolder } from '../run/read.ts';
import { episodesGif } from './gif.ts';
import { linearScale, logScale, shortNumber } from './scale.ts';
import { spriteSheet } from './sprite.ts';
import { writeSyntheticRun } from './synthetic-run.law.ts';
import { renderReport, writeReport } from './write.ts';
import { svgsOf } from './xml.law.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-report-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const SMALL = { steps: 100, episodes: 2, frames: 6, size: 16 };

test('a full run folder gives a page with every section and nothing missing', () => {
  writeSyntheticRun(dir, SMALL);
  const page = readFileSync(writeReport(dir), 'utf8');
  for (const id of ['episodes', 'planning', 'training', 'collapse', 'probe', 'imagination', 'surprise', 'again']) {
    expect(page).toContain(`<section id="${id}">`);
  }
  expect(page).not.toContain('class="absent"');
  expect(page).toContain('made-up');
});

test('the page asks for nothing outside itself', () => {
  writeSyntheticRun(dir, SMALL);
  const page = readFileSync(writeReport(dir), 'utf8');
  const sources = [...page.matchAll(/(?:src|href)=["']?([^"'\s>]+)/g)].map((m) => m[1]!);
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.every((s) => s.startsWith('data:'))).toBe(true);
  expect(page).not.toMatch(/https?:\/\/|@import|url\(/);
});

test('an empty run folder gives a page that names each missing file', () => {
  const page = readFileSync(writeReport(dir), 'utf8');
  for (const name of [
    'run.json',
    'metrics.jsonl',
    'evals/planning.json',
    'evals/probe.json',
    'evals/surprise.json',
    'evals/imagination.json',
    'rollouts/',
  ]) {
    expect(page).toContain(`This run has no ${name}`);
  }
});

test('a run that no recipe made is advised no command that needs one', () => {
  const run = { recipe: '', seed: 0, status: 'done', config: {} };
  writeFileSync(join(dir, 'run.json'), JSON.stringify(run));
  const advice = '<code>jepa eval RUN</code>';
  expect(renderReport(readRunFolder(dir))).not.toContain(advice);
  writeFileSync(join(dir, 'run.json'), JSON.stringify({ ...run, recipe: 'two-room' }));
  expect(renderReport(readRunFolder(dir))).toContain(advice);
});

test('a damaged part is named with its field and leaves the other sections alone', () => {
  writeSyntheticRun(dir, SMALL);
  writeFileSync(join(dir, 'evals/probe.json'), '{"probes": [{"target": "position", "kind": 3}]}');
  const page = readFileSync(writeReport(dir), 'utf8');
  expect(page).toContain('evals/probe.json: probes[0].kind must be a text, got number');
  expect(page).toContain('91.5 to 99');
});

test('half a last line of metrics is left out, and damage before it is reported with its line', () => {
  writeFileSync(join(dir, 'metrics.jsonl'), '{"step":1,"loss":2}\n{"step":2,"lo');
  const torn = readRunFolder(dir).metrics;
  expect(torn.ok && torn.value.map((l) => l.step)).toEqual([1]);
  writeFileSync(join(dir, 'metrics.jsonl'), '{"step":1,"lo\n{"step":2,"loss":1}\n');
  expect(readRunFolder(dir).metrics).toMatchObject({ ok: false, why: expect.stringContaining('line 1') });
});

test('null in a metrics line stands for a number that is not finite', () => {
  writeFileSync(
    join(dir, 'metrics.jsonl'),
    '{"step":1,"loss":null,"instruments":{"sigreg":null},"timing":{"waitShare":0.1}}\n',
  );
  const metrics = readRunFolder(dir).metrics;
  expect(metrics.ok && metrics.value[0]).toMatchObject({
    loss: Number.NaN,
    instruments: { sigreg: Number.NaN },
    timing: { waitShare: 0.1 },
  });
  expect(readFileSync(writeReport(dir), 'utf8')).not.toContain('>NaN<');
});

test('a run that no recipe made is shown under the name of its folder', () => {
  const machine = { platform: 'linux', arch: 'x64', cpu: 'a processor', cores: 2, memoryBytes: 2 ** 34 };
  writeFileSync(
    join(dir, 'run.json'),
    JSON.stringify({ seed: 4, config: {}, versions: { node: 'v20' }, machine, started: '2026-01-01T00:00:00Z' }),
  );
  const page = readFileSync(writeReport(dir), 'utf8');
  expect(page).toContain(`<h1>${basename(dir)}`);
  expect(page).toContain('16 GiB');
});

test('frames of the wrong length are refused with both sizes', () => {
  writeSyntheticRun(dir, SMALL);
  writeFileSync(join(dir, 'rollouts/1.bin'), new Uint8Array(10));
  expect(readRunFolder(dir).rollouts).toMatchObject({
    ok: false,
    why: expect.stringMatching(/must hold 5376 bytes.*got 10/),
  });
});

test('text from files cannot become markup', () => {
  const run = { recipe: '<img onerror=x>', seed: 0, status: 'done', config: { a: '</script><b>' } };
  writeFileSync(join(dir, 'run.json'), JSON.stringify(run));
  const page = readFileSync(writeReport(dir), 'utf8');
  expect(page).not.toContain('<img onerror');
  expect(page).not.toContain('</script><b>');
});

test('a folder that does not exist is a user mistake', () => {
  expect(() => writeReport(join(dir, 'nowhere'))).toThrow(/must exist/);
});

test('the GIF starts with its signature, states its size and holds one picture per step', () => {
  writeSyntheticRun(dir, SMALL);
  const gif = episodesGif(readRollouts(dir, 2), { width: 400 });
  const bytes = Buffer.from(gif.bytes);
  expect(bytes.toString('latin1', 0, 6)).toBe('GIF89a');
  expect([bytes.readUInt16LE(6), bytes.readUInt16LE(8)]).toEqual([gif.width, gif.height]);
  expect(gif.width).toBeLessThanOrEqual(400);
  expect(gif.width).toBeGreaterThan(300);
  expect(bytes.at(-1)).toBe(0x3b);
  // A graphic control extension (21 f9 04) precedes every picture.
  expect(bytes.toString('latin1').split('\x21\xf9\x04').length - 1).toBe(6);
});

test('a GIF of no episodes is refused', () => {
  expect(() => episodesGif([])).toThrow(/at least one recorded episode/);
});

/** Splits a PNG into its chunks. */
function chunks(png: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    found.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return found;
}

test('a PNG of few colours stores palette numbers that give the pixels back', () => {
  const rgb = Uint8Array.from([255, 0, 0, 0, 0, 0, 255, 0, 0, 9, 8, 7]);
  const found = chunks(encodePng(rgb, 2, 2));
  expect([...found.get('IHDR')!]).toEqual([0, 0, 0, 2, 0, 0, 0, 2, 8, 3, 0, 0, 0]);
  const rows = inflateSync(found.get('IDAT')!);
  const palette = found.get('PLTE')!;
  const pixels = [rows[1]!, rows[2]!, rows[4]!, rows[5]!].flatMap((n) => [...palette.subarray(3 * n, 3 * n + 3)]);
  expect(pixels).toEqual([...rgb]);
});

test('a PNG of many colours undoes its filter to the same pixels', () => {
  const rgb = Uint8Array.from({ length: 20 * 20 * 3 }, (_, i) => (i * 37 + (i >> 3)) & 255);
  const found = chunks(encodePng(rgb, 20, 20));
  expect(found.get('IHDR')![9]).toBe(2);
  const rows = inflateSync(found.get('IDAT')!);
  const back = new Uint8Array(rgb.length);
  for (let y = 0; y < 20; y++) {
    for (let x = 0; x < 60; x++) back[y * 60 + x] = rows[y * 61 + 1 + x]! + (y > 0 ? back[(y - 1) * 60 + x]! : 0);
  }
  expect(back).toEqual(rgb);
});

test('a sprite sheet starts a new column when the picture would be too high', () => {
  const { png, perColumn } = spriteSheet(new Uint8Array(3 * 4096 * 3), 3, 4096, 1);
  expect(perColumn).toBe(2);
  const header = chunks(png).get('IHDR')!;
  expect([header.readUInt32BE(0), header.readUInt32BE(4)]).toEqual([2, 8192]);
});

test('Wilson intervals are those of the formula at 0, 1/2 and 1', () => {
  // z^2 = 3.8415; low of n/n is 1 / (1 + z^2 / n), high of 0/n its mirror image.
  expect(wilsonInterval(100, 100)[0]).toBeCloseTo(1 / (1 + 3.841459 / 100), 6);
  expect(wilsonInterval(0, 100)[1]).toBeCloseTo(3.841459 / 103.841459, 6);
  const half = wilsonInterval(50, 100);
  expect(half[0] + half[1]).toBeCloseTo(1, 12);
  expect(wilsonInterval(0, 0)).toEqual([0, 1]);
});

test.each([1e308, -1e308, 5e-324, 1e17, Number.MAX_VALUE])('a loss of %d is drawn, and the page ends', (loss) => {
  writeSyntheticRun(dir, SMALL);
  const line = (step: number, value: number): string =>
    `${JSON.stringify({ step, loss: value, gradNorm: value, instruments: { sigreg: value, samples: 9, pooledStd: value } })}\n`;
  writeFileSync(join(dir, 'metrics.jsonl'), line(1, 0.01) + line(2, loss) + line(3, loss) + line(4, loss * 0.999));
  const page = readFileSync(writeReport(dir), 'utf8');
  for (const svg of svgsOf(page)) expect(svg).not.toMatch(/NaN|Infinity/);
});

test('axes have round ticks inside their range', () => {
  expect(linearScale(0.3, 9.2).ticks).toEqual([0, 2, 4, 6, 8, 10]);
  const log = logScale(0.01, 50);
  expect(log.ticks.every((t) => t >= log.low && t <= log.high)).toBe(true);
  expect(log.at(log.low)).toBeCloseTo(0);
  expect([shortNumber(1234567), shortNumber(0.00004), shortNumber(12), shortNumber(Number.NaN)]).toEqual([
    '1.2M',
    '4e-5',
    '12',
    'n/a',
  ]);
});
