import { expect, test } from 'vitest';
import { key, normal } from '../../core/index.ts';
import { matrix } from '../matrix/matrix.ts';
import { healthMonitor } from './health.ts';
import { type HealthReading, readHealth } from './reading.ts';
import { SIGREG_COLLAPSED_PER_SAMPLE } from './sigreg-statistic.ts';

const spread = matrix(normal(key(1), new Float32Array(128 * 16)), 16);
const reading = (changes: Partial<HealthReading> = {}): HealthReading => ({
  ...readHealth({ embeddings: spread, key: key(0), slices: 32 }),
  ...changes,
});

test('a Gaussian embedding reads as healthy', () => {
  const r = reading();
  expect(r.effectiveRank).toBeGreaterThan(13);
  expect(Math.abs(r.pooledStd - 1)).toBeLessThan(0.05);
  expect(Math.abs(r.mismatchedSimilarity)).toBeLessThan(0.05);
  const monitor = healthMonitor();
  for (let step = 0; step < 5; step++) expect(monitor.observe(step, r).alarms).toEqual([]);
});

test('an alarm needs three windows in a row, names the first of them, and ends with a good window', () => {
  const monitor = healthMonitor();
  const bad = reading({ pooledStd: 1e-5 });
  expect(monitor.observe(10, bad).alarms).toEqual([]);
  expect(monitor.observe(20, bad).alarms).toEqual([]);
  const [alarm, ...others] = monitor.observe(30, bad).alarms;
  expect(others).toEqual([]);
  expect(alarm).toMatchObject({ code: 'CONSTANT', value: 1e-5, since: 10 });
  expect(alarm!.hint.length).toBeGreaterThan(20);
  expect(monitor.observe(40, reading()).alarms).toEqual([]);
  expect(monitor.observe(50, bad).alarms).toEqual([]);
});

test('a constant embedding with float noise raises CONSTANT although its rank is high', () => {
  const noise = normal(key(4), new Float32Array(128 * 16), 3, 1e-4);
  const r = readHealth({ embeddings: matrix(noise, 16), key: key(0), slices: 16 });
  expect(r.effectiveRank).toBeGreaterThan(13);
  expect(r.mismatchedSimilarity).toBeGreaterThan(0.99);
  const monitor = healthMonitor({ windows: 1 });
  expect(monitor.observe(1, r).alarms.map((a) => a.code)).toEqual(['CONSTANT']);
});

test('an embedding on a line raises LOW_RANK', () => {
  const data = Float32Array.from({ length: 128 * 16 }, (_, at) => spread.data[Math.floor(at / 16)]! * ((at % 16) + 1));
  const r = readHealth({ embeddings: matrix(data, 16), key: key(0), slices: 16 });
  expect(
    healthMonitor({ windows: 1 })
      .observe(1, r)
      .alarms.map((a) => a.code),
  ).toEqual(['LOW_RANK']);
});

test('tokens that only say where they are raise POSITION_ONLY, tokens that are all alike TOKENS_EQUAL', () => {
  const tokens = (data: Float32Array) => ({ batch: 32, tokens: 4, dim: 16, data });
  const where = Float32Array.from(
    { length: 2048 },
    (_, at) => 5 * spread.data[at % 64]! + 0.5 * spread.data[(at + 17) % 2048]!,
  );
  const alike = Float32Array.from({ length: 2048 }, (_, at) => spread.data[Math.floor(at / 64) * 16 + (at % 16)]!);
  const codes = (data: Float32Array): string[] =>
    healthMonitor({ windows: 1 })
      .observe(1, readHealth({ embeddings: tokens(data), key: key(0), slices: 16 }))
      .alarms.map((a) => a.code);
  expect(codes(where)).toEqual(['POSITION_ONLY']);
  expect(codes(alike)).toEqual(['TOKENS_EQUAL']);
});

test('the other instruments raise their own alarms', () => {
  const monitor = healthMonitor({ windows: 1, maxSigreg: 5 });
  const r = reading({ copyLastRatio: 1.2, sigreg: 50, contrastBatch: 16, targetDrift: 0.9 });
  expect(monitor.observe(1, r).alarms.map((a) => a.code)).toEqual([
    'COPIES_LAST',
    'NOT_GAUSSIAN',
    'CONTRAST_BATCH_SMALL',
    'EMA_TOO_SLOW',
  ]);
});

test('a zero embedding reads 0.40205 N and has no rank', () => {
  const r = readHealth({ embeddings: matrix(new Float32Array(64 * 4), 4), key: key(0) });
  expect(r.sigreg / 64).toBeCloseTo(SIGREG_COLLAPSED_PER_SAMPLE, 5);
  expect(r.effectiveRank).toBe(0);
});

test('the predictor instruments appear when a prediction is given', () => {
  const next = matrix(normal(key(2), new Float32Array(128 * 16)), 16);
  const r = readHealth({ embeddings: spread, key: key(0), prediction: { predicted: next, next, last: spread } });
  expect([r.unexplained, r.copyLastRatio]).toEqual([0, 0]);
  expect(reading().unexplained).toBeUndefined();
});
