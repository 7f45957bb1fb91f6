import { expect, test } from 'vitest';
import { key, normal } from '../../core/index.ts';
import { matrix } from '../matrix/matrix.ts';
import { alphaReq } from './alpha-req.ts';
import { healthMonitor } from './health.ts';
import { embeddingInstruments } from './instruments.ts';
import { lidar } from './lidar.ts';
import { latentAutocorrelation, noiseShare } from './noise.ts';
import { pairSimilarity } from './pairs.ts';
import { readHealth } from './reading.ts';
import { rankMe } from './spectrum.ts';

const gaussian = (n: number, d: number, seed: number) => matrix(normal(key(seed), new Float32Array(n * d)), d);

test('orthogonal rows paired with themselves have matched 1, mismatched 0, margin 1 and are all retrieved', () => {
  const identity = matrix(Float64Array.of(2, 0, 0, 0, 3, 0, 0, 0, 5), 3);
  expect(pairSimilarity(identity, identity)).toEqual({ matched: 1, mismatched: 0, margin: 1, retrieval: 1, pairs: 3 });
});

test('pairs that are all alike have no margin, and nothing is retrieved', () => {
  const ones = matrix(new Float64Array(12).fill(2), 3);
  const { matched, mismatched, margin, retrieval } = pairSimilarity(ones, ones);
  expect(matched).toBeCloseTo(1, 14);
  expect(mismatched).toBeCloseTo(1, 14);
  expect([margin, retrieval]).toEqual([0, 0]);
});

test('mismatched cosines leave the diagonal out', () => {
  const x = matrix(Float64Array.of(1, 0, 0, 1), 2);
  const y = matrix(Float64Array.of(0, 1, 0.6, 0.8), 2); // cosines [[0, .6], [1, .8]]
  const s = pairSimilarity(x, y);
  expect(s.matched).toBeCloseTo(0.4, 14);
  expect(s.mismatched).toBeCloseTo(0.8, 14);
  expect(s.margin).toBeCloseTo(-2, 12);
  expect(s.retrieval).toBe(0);
});

test('unrelated pairs raise PAIRS_ALIKE, views of the same sample do not', () => {
  const x = gaussian(64, 16, 1);
  const noise = gaussian(64, 16, 2);
  const view = matrix(
    x.data.map((v, i) => v + 0.3 * noise.data[i]!),
    16,
  );
  const codes = (y: typeof x): string[] =>
    healthMonitor({ windows: 1 })
      .observe(1, readHealth({ embeddings: x, key: key(0), slices: 8, pairs: { x, y } }))
      .alarms.map((a) => a.code);
  expect(codes(noise)).toEqual(['PAIRS_ALIKE']);
  expect(codes(view)).toEqual([]);
  expect(pairSimilarity(x, view).retrieval).toBe(1);
});

test('alpha-ReQ of a power law is its exponent, of a flat spectrum 0, of a collapsed one undefined', () => {
  const law = Float64Array.from({ length: 30 }, (_, i) => 7 * (i + 1) ** -1.25);
  expect(alphaReq(law)).toBeCloseTo(1.25, 12);
  expect(alphaReq(law, { first: 11, last: 25 })).toBeCloseTo(1.25, 12);
  expect(alphaReq(new Float64Array(5).fill(3))).toBeCloseTo(0, 14);
  expect(alphaReq(Float64Array.of(1, 0, 0))).toBeNaN();
  expect(alphaReq(new Float64Array(3))).toBeNaN();
  expect(() => alphaReq(law, { first: 0 })).toThrow(/first <= last <= 30, got 0 to 30/);
});

test('the noise share of signal plus noise is the ratio of their variances', () => {
  const n = 4000;
  const signal = gaussian(n, 2, 3).data;
  const noise = gaussian(n * 2, 2, 4).data;
  const z = Float64Array.from({ length: n * 4 }, (_, at) => {
    const [row, j] = [Math.floor(at / 2), at % 2];
    return 2 * signal[Math.floor(row / 2) * 2 + j]! + noise[at]!;
  });
  expect(noiseShare(matrix(z, 2), 2)).toBeCloseTo(1 / 5, 1);
  expect(Math.abs(noiseShare(matrix(z, 2), 2) - 0.2)).toBeLessThan(0.01);
});

test('the noise share is 0 without noise, 1 without signal, undefined without either', () => {
  expect(noiseShare(matrix(Float64Array.of(1, 1, 5, 5, 2, 2), 1), 2)).toBe(0);
  expect(noiseShare(matrix(Float64Array.of(1, -1, 1, -1), 1), 2)).toBe(1);
  expect(noiseShare(matrix(new Float64Array(4), 1), 2)).toBeNaN();
  expect(() => noiseShare(matrix(new Float64Array(5), 1), 2)).toThrow(/got 5 rows and 2 draws/);
});

test('the autocorrelation of a circle is a cosine: an encoder that knows x modulo 12 comes back at lag 12', () => {
  const circle = matrix(
    Float64Array.from({ length: 96 }, (_, at) => {
      const angle = (2 * Math.PI * (at >> 1)) / 12;
      return at % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
    }),
    2,
  );
  const [zero, six, twelve, three] = latentAutocorrelation(circle, [0, 6, 12, 3]);
  expect([zero, six, twelve].map((v) => Number(v!.toFixed(12)))).toEqual([1, -1, 1]);
  expect(three).toBeCloseTo(0, 12);
  expect(() => latentAutocorrelation(circle, [48])).toThrow(/from 0 to 47, got 48/);
});

test('the instruments of all kinds agree with their own functions and fit into JSON', () => {
  const z = gaussian(120, 6, 5);
  const out = embeddingInstruments(z, { key: key(1), views: { z, count: 2 }, slices: 16 });
  expect(out.rankMe).toBe(rankMe(z));
  expect(out.lidar).toBe(lidar(z, 2).lidar);
  expect(out.alignment).toBeGreaterThan(1); // neighbouring rows are unrelated: |x - y|^2 = 2 on average
  expect(out.spectrum.length).toBe(6);
  expect(out.deviations[0]).toBeGreaterThanOrEqual(out.deviations[5]!);
  expect(JSON.parse(JSON.stringify(out))).toEqual(out);
  expect(embeddingInstruments(z, { key: key(1), samples: 50 }).samples).toBe(50);
});
