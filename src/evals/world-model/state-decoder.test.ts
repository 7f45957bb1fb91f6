import { expect, test } from 'vitest';
import { key, uniform } from '../../core/index.ts';
import { matrix } from '../../measure/index.ts';
import { decodeNumbers } from '../../plan/index.ts';
import type { EmbeddedRows } from './embeddings.ts';
import { fitStateDecoder } from './state-decoder.ts';

const spec = { stateNames: ['ball.x', 'ball.angle', 'ball.hidden', 'wall.x'] };

/** Embeddings [x, cos, sin, noise] of random states; `ball.hidden` is not in them, `wall.x` stands still. */
function rows(n: number, seed: number): EmbeddedRows {
  const draws = uniform(key(seed), new Float32Array(n * 4), -1, 1);
  const state = new Float32Array(n * 4);
  const z = new Float32Array(n * 4);
  for (let i = 0; i < n; i++) {
    const [x, turn, hidden, noise] = draws.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
    const angle = Math.PI * turn;
    state.set([100 + 50 * x, angle + 2 * Math.PI * (i % 3), hidden, 7], 4 * i);
    z.set([3 * x, Math.cos(angle), Math.sin(angle), noise], 4 * i);
  }
  return { z: matrix(z, 4), state: matrix(state, 4), episode: new Int32Array(n) };
}

const decoder = fitStateDecoder(rows(2000, 1), rows(500, 2), spec)!;

test('numbers that are linear in the embedding are read, angles up to whole turns, with their r and range', () => {
  const read = decodeNumbers(decoder, Float32Array.of(1.5, Math.cos(2.5), Math.sin(2.5), 0.3));
  // The ridge of the standardised problem shrinks by 1 / (1 + 1e-3).
  expect(read['ball.x']).toBeCloseTo(125, 0);
  expect(read['ball.angle']).toBeCloseTo(2.5, 2);
  const [x, angle] = decoder.numbers;
  expect([x!.name, x!.circular, angle!.name, angle!.circular]).toEqual(['ball.x', false, 'ball.angle', true]);
  expect(x!.r).toBeGreaterThan(0.999);
  expect(angle!.r).toBeGreaterThan(0.999);
  expect(x!.low).toBeGreaterThanOrEqual(50);
  expect(x!.high).toBeLessThanOrEqual(150);
  expect(x!.deviation / 50).toBeCloseTo(1 / Math.sqrt(3), 1);
  expect(angle!.deviation).toBeCloseTo(1, 1);
});

test('a number that is not in the embedding has an r near 0, one that stands still is left out', () => {
  const hidden = decoder.numbers.find(({ name }) => name === 'ball.hidden')!;
  expect(Math.abs(hidden.r)).toBeLessThan(0.15);
  expect(decoder.leftOut).toEqual([{ name: 'wall.x', why: 'it is the same in all frames' }]);
});

test('held-out embeddings lie within the usual distance, but for one in a hundred', () => {
  const { embeddings, usual } = decoder.recorded!;
  expect(embeddings.length).toBe(512 * 4);
  const held = rows(500, 2).z;
  let beyond = 0;
  for (let i = 0; i < held.rows; i++) {
    let nearest = Number.POSITIVE_INFINITY;
    for (let k = 0; k < 512; k++) {
      const apart = [0, 1, 2, 3].map((d) => held.data[4 * i + d]! - embeddings[4 * k + d]!);
      nearest = Math.min(nearest, Math.hypot(...apart));
    }
    if (nearest > usual + 1e-9) beyond++;
  }
  expect(beyond).toBe(5);
});

test('where nothing changes, or the embedding is too wide, there is no decoder', () => {
  const still = { ...rows(20, 3), state: matrix(new Float32Array(20).fill(7), 1) };
  expect(fitStateDecoder(still, still, { stateNames: ['wall.x'] })).toBeUndefined();
  const wide = { ...rows(2, 3), z: matrix(new Float32Array(2 * 5000), 5000) };
  expect(fitStateDecoder(wide, wide, spec)).toBeUndefined();
});
