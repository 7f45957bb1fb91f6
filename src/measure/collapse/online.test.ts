import { expect, test } from 'vitest';
import { key, normal } from '../../core/index.ts';
import { matrix } from '../matrix/matrix.ts';
import { onlineHealth } from './online.ts';
import { readHealth } from './reading.ts';
import { covarianceEigenvalues, effectiveRank } from './spectrum.ts';

const window = (n: number, seed: number, scale = 1) =>
  matrix(normal(key(seed), new Float32Array(n * 16), 0, scale), 16);

test('the rank of small batches is that of the last rows together, everything else is of the batch', () => {
  const health = onlineHealth({ key: key(0), rankSamples: 40, slices: 8 });
  const windows = [1, 2, 3].map((seed) => window(16, seed));
  const last = windows.map((z, i) => health.observe(i, { embeddings: z })).at(-1)!;
  const joined = new Float32Array(40 * 16); // the last 8 rows of the first window, then the others
  joined.set(windows[0]!.data.subarray(8 * 16));
  joined.set(windows[1]!.data, 8 * 16);
  joined.set(windows[2]!.data, 24 * 16);
  expect(last.rankSamples).toBe(40);
  expect(last.effectiveRank).toBeCloseTo(effectiveRank(covarianceEigenvalues(matrix(joined, 16))), 10);
  expect(last.pooledStd).toBe(readHealth({ embeddings: windows[2]!, key: key(0), slices: 8 }).pooledStd);
});

test('a batch as large as the buffer is measured alone', () => {
  const health = onlineHealth({ key: key(0), rankSamples: 32, slices: 8 });
  health.observe(0, { embeddings: window(64, 1) });
  const alone = window(32, 2);
  expect(health.observe(1, { embeddings: alone }).effectiveRank).toBeCloseTo(
    effectiveRank(covarianceEigenvalues(alone)),
    10,
  );
});

test('latents that collapse raise their alarm in the third window, tokens are pooled', () => {
  const health = onlineHealth({ key: key(0), slices: 8 });
  const codes = [1, 2, 3].map((seed) => {
    const { data } = window(64, seed, 1e-6);
    return health.observe(seed, { embeddings: { batch: 32, tokens: 2, dim: 16, data } }).alarms.map((a) => a.code);
  });
  expect(codes).toEqual([[], [], ['CONSTANT']]);
  expect(() => onlineHealth({ key: key(0), rankSamples: 1 })).toThrow(/at least 2, got 1/);
});

test('an instrument that goes on from what another remembers reads the same', () => {
  const windows = Array.from({ length: 6 }, (_, i) => matrix(normal(key(i), new Float32Array(8 * 4)), 4));
  const whole = onlineHealth({ key: key(0), limits: { minStd: 10 } });
  const first = onlineHealth({ key: key(0), limits: { minStd: 10 } });
  const second = onlineHealth({ key: key(0), limits: { minStd: 10 } });
  for (const [i, embeddings] of windows.entries()) {
    if (i === 4) second.recall(structuredClone(first.memory()));
    const broken = (i < 4 ? first : second).observe(i, { embeddings });
    expect(broken).toEqual(whole.observe(i, { embeddings }));
  }
  // Without the memory the alarm would not stand yet, and the rank would be that of two windows.
  expect(second.observe(6, { embeddings: windows[0]! }).alarms[0]).toMatchObject({ code: 'CONSTANT', since: 0 });
});
