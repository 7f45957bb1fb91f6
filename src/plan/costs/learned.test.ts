// Costs that are made of heads: what each head is asked, and what is made of its answers.
// Legend: E tasks, S candidates, C context rows, H imagined rows, D width.

import { expect, test } from 'vitest';
import { module } from '../../nn/index.ts';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { at, cast, input, reduceMean, reshape, slice, sub, type Tensor } from '../../tensor/index.ts';
import {
  type Cost,
  latentCost,
  type PathHead,
  pathCost,
  pathHead,
  type ReachabilityForm,
  type ReachabilityHead,
  reachabilityCost,
} from '../index.ts';

const [E, S, C, H, D] = [2, 3, 2, 4, 2] as const;
const imagined = gaussian(E * S * (C + H) * D, 1);
const goal = gaussian(E * D, 2);

async function scores(cost: Cost, rows = imagined, L: number = C + H, context: number = C): Promise<Float32Array> {
  const trace = (score: (z: Tensor, g: Tensor, at: { context: number }) => Tensor) => ({
    s: score(input('z', [E, S, L, D]), input('g', [E, D]), { context }),
  });
  const values = shaken(cost.module);
  return (await runModule(cost.module, 'eval', trace, { values, inputs: { z: rows, g: goal } })).s!;
}

const base = latentCost(D, 'sum', { kind: 'last' });
const sigma = (x: number): number => 1 / (1 + Math.exp(-x));

/** Heads by formulas: a logit of the budget alone, and of the row's first number alone. */
const formula = (logit: ReachabilityHead['logit']): ReachabilityForm => ({
  kind: 'reachability',
  dim: D,
  maxHorizon: 9,
  module: module({}, (): ReachabilityHead => ({ logit })),
});
const byBudget = formula((_, __, budgets) => cast(budgets, 'f32'));
const byPlace = formula((from) => reshape(slice(from, 1, 0, 1), [from.shape[0]!]));

test('the first imagined row is asked for all blocks, one more than are left, as published', async () => {
  const plain = await scores(base);
  const found = await scores(reachabilityCost(base, byBudget, { weight: 0.35 }));
  // The largest budget has the largest logit here.
  expect(
    distance(
      found,
      plain.map((v) => v * (1 - 0.35 * sigma(H))),
    ),
  ).toBeLessThan(1e-4);
});

test('with the budgets that are left it is asked for one block less, and the last row for one', async () => {
  const plain = await scores(base);
  const found = await scores(reachabilityCost(base, byBudget, { weight: 0.35, budgets: 'left' }));
  expect(
    distance(
      found,
      plain.map((v) => v * (1 - 0.35 * sigma(H - 1))),
    ),
  ).toBeLessThan(1e-4);
  const lastRows = Float32Array.from({ length: E * S * 2 * D }, (_, i) => imagined[i]!);
  const single = await scores(reachabilityCost(base, byBudget, { weight: 0.35, budgets: 'left' }), lastRows, 2, 1);
  expect(
    distance(
      single,
      (await scores(base, lastRows, 2, 1)).map((v) => v * (1 - 0.35 * sigma(1))),
    ),
  ).toBeLessThan(1e-4);
});

test('the best imagined row counts, not those that were observed, and the multiplier has a floor', async () => {
  const plain = await scores(base);
  const best = Array.from({ length: E * S }, (_, es) =>
    Math.max(...Array.from({ length: H }, (_, k) => imagined[(es * (C + H) + C + k) * D]!)),
  );
  const found = await scores(reachabilityCost(base, byPlace, { weight: 0.85 }));
  expect(
    distance(
      found,
      plain.map((v, i) => v * Math.max(1 - 0.85 * sigma(best[i]!), 0.05)),
    ),
  ).toBeLessThan(1e-4);
  const floored = await scores(reachabilityCost(base, byPlace, { weight: 5, floor: 0.1 }));
  expect(
    distance(
      floored,
      plain.map((v, i) => v * Math.max(1 - 5 * sigma(best[i]!), 0.1)),
    ),
  ).toBeLessThan(1e-4);
});

test('a cost by path reads from the last observed row on', async () => {
  const graph = module(
    {},
    (): PathHead => ({
      // The mean over the path's rows of their first number, less the goal's.
      score: (path, end) => sub(reduceMean(slice(path, 2, 0, 1), { axes: [1, 2] }), at(end, 1, 0)),
    }),
  );
  const found = await scores(pathCost({ kind: 'path', dim: D, module: graph }));
  const means = Array.from({ length: E * S }, (_, es) =>
    Array.from({ length: H + 1 }, (_, k) => imagined[(es * (C + H) + C - 1 + k) * D]! / (H + 1)).reduce(
      (x, y) => x + y,
      0,
    ),
  );
  const expected = means.map((mean, es) => mean - goal[Math.floor(es / S) * D]!);
  expect(distance(found, expected)).toBeLessThan(1e-5);
});

test('a path of trained size scores each candidate with its own task and goal', async () => {
  const cost = pathCost(pathHead(D, { hidden: [4] }));
  const found = await scores(cost);
  expect(new Set(found).size).toBe(E * S);
  expect(Math.min(...found)).toBeGreaterThan(0);
});

test('a head of another width and weights that cannot be are refused', () => {
  expect(() => reachabilityCost(latentCost(3, 'sum', { kind: 'last' }), byPlace, { weight: 0.3 })).toThrow(
    /as wide as the base \(3\)/,
  );
  expect(() => reachabilityCost(base, byPlace, { weight: -1 })).toThrow(/weight at least 0/);
  expect(() => reachabilityCost(base, byPlace, { weight: 1, floor: 2 })).toThrow(/floor 0 to 1/);
});

test('the softmin of free energy is -T log sum exp(-d / T), below the least distance', async () => {
  const T = 0.7;
  const found = await scores(latentCost(D, 'sum', { kind: 'softmin', temperature: T, form: 'free-energy' }));
  const expected = Array.from({ length: E * S }, (_, es) => {
    const d = Array.from({ length: H }, (_, k) =>
      Array.from(
        { length: D },
        (_, i) => (imagined[(es * (C + H) + C + k) * D + i]! - goal[Math.floor(es / S) * D + i]!) ** 2,
      ).reduce((a, b) => a + b, 0),
    );
    return -T * Math.log(d.reduce((sum, v) => sum + Math.exp(-v / T), 0));
  });
  expect(distance(found, expected)).toBeLessThan(1e-4);
});
