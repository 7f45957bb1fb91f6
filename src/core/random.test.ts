import { expect, test } from 'vitest';
import {
  fold,
  integer,
  key,
  normal,
  permutation,
  randomBits,
  stream,
  truncatedNormal,
  uniform,
  vonMises,
} from './random.ts';

test('Threefry-2x32-20 gives the known answers of the Random123 distribution', () => {
  expect([...randomBits([0, 0], new Uint32Array(2))]).toEqual([0x6b200159, 0x99ba4efe]);
});

test('a key gives the same numbers each time, and a prefix is independent of the length drawn', () => {
  const k = key(3072);
  const long = normal(k, new Float32Array(10_000));
  const short = normal(k, new Float32Array(5001));
  expect(short).toEqual(long.slice(0, 5001));
});

test('folding with different data gives different streams', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 100; i++) for (const name of ['a', 'b']) seen.add(fold(key(1), name, i).join());
  expect(seen.size).toBe(200);
});

test('moments of the normal and uniform draws are those of their distributions', () => {
  const n = 200_000;
  const mean = (x: Float32Array) => x.reduce((a, b) => a + b, 0) / n;
  const square = (x: Float32Array) => x.reduce((a, b) => a + b * b, 0) / n;
  const z = normal(key(7), new Float32Array(n));
  expect(mean(z)).toBeCloseTo(0, 1.9);
  expect(square(z)).toBeCloseTo(1, 1.9);
  const u = uniform(key(8), new Float32Array(n));
  expect(mean(u)).toBeCloseTo(0.5, 2);
  expect(square(u)).toBeCloseTo(1 / 3, 2);
  expect(Math.min(...truncatedNormal(key(9), new Float32Array(20_000), 0.02))).toBeGreaterThanOrEqual(-0.04001);
});

test('a permutation holds every index once', () => {
  expect([...permutation(key(5), 1000)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
});

test('integers fall in the half-open range', () => {
  const draws = new Set(Array.from({ length: 200 }, (_, i) => integer(fold(key(2), i), 3, 6)));
  expect([...draws].sort()).toEqual([3, 4, 5]);
});

test('a stream continues from its stored position', () => {
  const a = stream(key(4));
  a.normal();
  const at = a.position;
  const next = [a.uniform(), a.normal()];
  const b = stream(key(4));
  b.position = at;
  expect([b.uniform(), b.normal()]).toEqual(next);
});

test('a seed that is not a non-negative integer is refused with its value', () => {
  expect(() => key(-1)).toThrow(/got -1/);
  expect(() => key(0.5)).toThrow(/got 0.5/);
});

test('the cosine and the sign of von Mises numbers have their means', () => {
  const random = stream(key(31));
  let [cosines, signs] = [0, 0];
  for (let i = 0; i < 20_000; i++) {
    const angle = vonMises(random, 5);
    cosines += Math.cos(angle) / 20_000;
    signs += Math.sign(angle) / 20_000;
  }
  // I1(5) / I0(5) = 0.89338; the deviation of the cosine is below 0.2, so four of the mean's are below 0.006.
  expect(Math.abs(cosines - 0.89338)).toBeLessThan(0.006);
  expect(Math.abs(signs)).toBeLessThan(4 / Math.sqrt(20_000));
});
