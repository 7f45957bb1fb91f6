import { expect, test } from 'vitest';
import { costScorer } from '../../agent/index.ts';
import { key } from '../../core/index.ts';
import { oracle, twoRoom } from '../../envs/index.ts';
import { matrix } from '../../measure/index.ts';
import { initialise, module } from '../../nn/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { pairCost, planCost, projectedCost, sumCost } from '../../plan/index.ts';
import { reduceSum, sqrt, square, sub } from '../../tensor/index.ts';
import { pointModel } from '../world-model/closed-form.law.ts';
import { distanceByCost, distanceQuality } from './distances.ts';
import { goalReadout } from './goal-readout.ts';
import { heldPairs } from './pairs.ts';

// One straight walk of two episodes in a room: a block of two actions moves by 6, and the embedding is the place.
const model = pointModel(2, 1, 2);
const LENGTH = 16;
const z = new Float32Array(2 * LENGTH * 2);
const blocks = new Float32Array(2 * LENGTH * 4);
for (let row = 0; row < 2 * LENGTH; row++) {
  const [episode, t] = [Math.floor(row / LENGTH), row % LENGTH];
  z.set([30 + 20 * episode, 30 + 6 * t], 2 * row);
  if (t < LENGTH - 1) blocks.set([0, 3, 0, 3], 4 * row);
}
const embedded = {
  z,
  blocks,
  episodes: [
    { row: 0, length: LENGTH },
    { row: LENGTH, length: LENGTH },
  ],
};
const world = {
  state: (row: number) => z.slice(2 * row, 2 * row + 2),
  makeEnv: () => twoRoom({ imageSize: 16 }),
  key: key(1),
};

test('pairs lie in one episode, some blocks apart, and imagined sources of an exact model are the seen ones', async () => {
  const pairs = await heldPairs(model, embedded, { each: 5, key: key(0) });
  expect(pairs.gaps).toEqual(Array.from({ length: 60 }, (_, i) => 1 + Math.floor(i / 5)));
  for (const [i, [from, to]] of pairs.rows.entries()) {
    expect(to - from).toBe(pairs.gaps[i]);
    expect(Math.floor(from / LENGTH)).toBe(Math.floor(to / LENGTH));
    expect([...pairs.imagined.slice(2 * i, 2 * i + 2)]).toEqual([...pairs.from.slice(2 * i, 2 * i + 2)]);
  }
  const short = { ...embedded, episodes: [{ row: 0, length: 2 }] };
  await expect(heldPairs(model, short, { key: key(0) })).rejects.toThrow(/at least three blocks/);
});

test('a distance in blocks has no error in any band, and what it adds to arrivals is taken off', async () => {
  const head = {
    ...{ kind: 'way', dim: 2, unit: 'blocks' as const },
    module: module({}, () => ({
      distance: (from: Parameters<typeof sub>[0], to: Parameters<typeof sub>[1]) =>
        sqrt(reduceSum(square(sub(from, to)), { axes: -1 })),
    })),
  };
  for (const [reduce, offset] of [
    [{ kind: 'last' }, 0],
    [{ kind: 'arrival' }, 1],
  ] as const) {
    const cost = pairCost(head, reduce);
    const scorer = costScorer({ cost, values: initialise(cost.module, key(0)) }, runtime);
    const far = distanceByCost('way', scorer, offset)!;
    const scaled = {
      ...far,
      // A block moves by 6.
      distance: async (a: Float32Array, b: Float32Array, n: number) =>
        Array.from(await far.distance(a, b, n), (d) => d / 6),
    };
    const pairs = await heldPairs(model, embedded, { each: 8, key: key(0) });
    const [quality] = await distanceQuality(model, [scaled], pairs, { ...world, oracle, wallPairs: 40 });
    expect(quality!.bands.map(({ gap }) => gap)).toEqual(['1', '2-3', '4-6', '7-12']);
    for (const { encoded, imagined } of [...quality!.bands, quality!.all]) {
      expect(encoded.mae).toBeLessThan(1e-5);
      expect(imagined.mae).toBeLessThan(1e-5);
    }
    expect(quality!.bands[0]!.encoded.spearman).toBeNull();
    expect(quality!.all.encoded.spearman).toBeCloseTo(1, 9);
    // The walks lie in one room: nobody crosses, and steps of the oracle grow with the way.
    expect(quality!.oracle!.all).toBeGreaterThan(0.95);
    expect(quality!.oracle!.across).toBeNull();
    // Places on two sides of the wall are as far apart as those in one room, to this distance; walking takes longer.
    expect(quality!.wall!.ratio).toBeCloseTo(1, 5);
    expect(quality!.wall!.oracle).toBeGreaterThan(1);
  }
});

test('a cost that only compares candidates is no distance', () => {
  const part = { cost: planCost('last', 2), weight: 1, scale: 'standardise' } as const;
  const cost = sumCost([part]);
  const scorer = costScorer({ cost, values: initialise(cost.module, key(0)) }, runtime);
  expect(distanceByCost('sum', scorer)).toBeUndefined();
});

test('the readout of a goal gives its numbers in tolerances, and a projected cost their squares', async () => {
  // Embeddings are twice the place in another order, plus a number that says nothing.
  const rows = 400;
  const [seen, state] = [new Float32Array(rows * 3), new Float32Array(rows * 2)];
  for (let i = 0; i < rows; i++) {
    const [x, y] = [30 + ((i * 37) % 160), 30 + ((i * 91) % 150)];
    state.set([x, y], 2 * i);
    seen.set([2 * y, (i * i) % 7, 2 * x], 3 * i);
  }
  const { spec } = twoRoom({ imageSize: 16 });
  const data = { z: matrix(seen, 3), state: matrix(state, 2), episode: new Int32Array(rows) };
  const weights = goalReadout(data, spec);
  const cost = projectedCost('probe', weights, 3, { kind: 'last' });
  const scorer = costScorer({ cost, values: initialise(cost.module, key(0)) }, runtime);
  // 32 pixels beside the goal, 16 count as near: (32 / 16) squared.
  const imagined = Float32Array.of(0, 0, 0, 2 * 100, 3, 2 * 132);
  const score = await scorer.score({ imagined, goals: Float32Array.of(200, 1, 200), tasks: 1, samples: 1, rows: 2 });
  expect(score[0]).toBeCloseTo(4, 1);
  const still = { ...data, state: matrix(new Float32Array(rows * 2), 2) };
  expect(() => goalReadout(still, spec)).toThrow(/must change/);
});
