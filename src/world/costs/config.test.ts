// Costs as plain data: every kind from what JSON holds, with the parameters and the names that it should have.
// Legend: D width of an embedding.

import { expect, test } from 'vitest';
import { check, flatView, key } from '../../core/index.ts';
import { initialise, specsOf } from '../../nn/index.ts';
import { gaussian, numbersOf, runModule, shaken } from '../../nn/run-module.law.ts';
import { input } from '../../tensor/index.ts';
import { type CostConfig, costKinds, costOf, costSchema, costValues, headOf, putStatistics } from '../index.ts';

const D = 8;
const LAST = { kind: 'last' } as const;

/** One of each kind. */
const CONFIGS: readonly CostConfig[] = [
  { kind: 'latent', of: 'sum', reduce: { kind: 'sum', withContext: true, steps: 2 } },
  { kind: 'time', hidden: [6, 5], scale: 12, reduce: { kind: 'arrival', temperature: 0.5 } },
  { kind: 'quasi', hidden: 6, symmetric: 3, directed: 2, reduce: { kind: 'mix', last: 0.3 } },
  { kind: 'iqe', group: 4, projection: [6, 8], reduce: { kind: 'softmin', temperature: 1, form: 'free-energy' } },
  { kind: 'classes', hidden: 6, maxHorizon: 5, reduce: { kind: 'min' } },
  {
    kind: 'reach',
    base: { kind: 'latent', of: 'mean', reduce: LAST },
    hidden: 6,
    maxHorizon: 5,
    horizonDim: 3,
    weight: 0.35,
    budgets: 'left',
  },
  { kind: 'path', hidden: [6] },
  { kind: 'effort', l2: 0.1 },
  {
    kind: 'sum',
    parts: [
      { cost: { kind: 'latent', of: 'sum', reduce: LAST }, weight: 0.5, scale: 'standardise' },
      { cost: { kind: 'path', hidden: [4] }, weight: 0.5, scale: 'standardise' },
    ],
  },
];

const embeddings = { z: gaussian(2 * 3 * 4 * D, 1), g: gaussian(2 * D, 2) };
const plans = { u: gaussian(2 * 3 * 3 * 2, 3) };

test('the examples are of all kinds', () => {
  expect(CONFIGS.map(({ kind }) => kind)).toEqual(costKinds);
});

test.each(CONFIGS)('a cost of kind $kind comes from JSON, and scores plans', async (config) => {
  const read = check(costSchema, JSON.parse(JSON.stringify(config)) as unknown);
  const cost = costOf(read, D);
  expect(cost.dim).toBe(D);
  const { scores } = await runModule(
    cost.module,
    'eval',
    (score) => ({
      scores: score(input('z', [2, 3, 4, D]), input('g', [2, D]), { context: 1, blocks: input('u', [2, 3, 3, 2]) }),
    }),
    { inputs: config.kind === 'effort' ? plans : embeddings },
  );
  expect(scores!.length).toBe(6);
  expect(scores!.every(Number.isFinite)).toBe(true);
});

test('what a cost trains is its head, whose names begin with its place', () => {
  const names = (config: CostConfig): string[] =>
    specsOf(costOf(config, D).module, 'parameter').map(({ name }) => name);
  expect(names(CONFIGS[0]!)).toEqual([]);
  expect(names(CONFIGS[1]!)[0]).toBe('head.net.0.weight');
  expect(names(CONFIGS[5]!)[0]).toBe('head.horizon_emb.weight');
  expect(names(CONFIGS[8]!)[0]).toBe('parts.1.head.net.0.weight');
});

test('an unknown kind, a setting of another kind and an unknown way to reduce are refused', () => {
  const made = (config: unknown) => () => costOf(config as CostConfig, D);
  expect(made({ kind: 'tine', hidden: [3], scale: 1, reduce: LAST })).toThrow(
    /unknown kind of cost 'tine'; did you mean 'time'/,
  );
  expect(made({ kind: 'path', hidden: [3], scale: 1 })).toThrow(/scale/);
  expect(made({ kind: 'latent', of: 'sum', reduce: { kind: 'first' } })).toThrow(/unknown way to reduce 'first'/);
  expect(made({ kind: 'quasi', hidden: 3, symmetric: 2, directed: 2, p: 3, reduce: LAST })).toThrow(/p/);
  expect(made({ kind: 'latent', of: 'sum', reduce: { kind: 'arrival' } })).toThrow(/needs distances in blocks/);
});

test('the numbers of trained heads go to their places, statistics included, and those of another size do not', () => {
  const config = CONFIGS[1]! as Extract<CostConfig, { kind: 'time' }>;
  const head = shaken(headOf(config, D).module);
  putStatistics(head, gaussian(10 * D, 4), D);
  const values = costValues(costOf(config, D), { head });
  expect([...numbersOf(values, 'head.net.2.weight')]).toEqual([...numbersOf(head, 'net.2.weight')]);
  expect([...numbersOf(values, 'head.input.std')]).toEqual([...numbersOf(head, 'input.std')]);
  const wide = headOf({ ...config, hidden: [7, 5] }, D);
  expect(() => costValues(costOf(config, D), { head: initialise(wide.module, key(0)) })).toThrow(/wrong shape/);
  expect(() => costValues(costOf(config, D), {})).toThrow(/missing: head\.net\.0\.weight/);
});

test('statistics are the mean and the biased deviation of rows, and a number that never changes gets a thousandth of the largest', () => {
  const values = initialise(headOf({ kind: 'time', hidden: [3], scale: 1 }, 2).module, key(0));
  putStatistics(values, Float32Array.of(1, 7, 5, 7), 2);
  const { layout, data } = values.buffers;
  expect([...flatView(layout, data, 'input.mean')]).toEqual([3, 7]);
  expect(flatView(layout, data, 'input.std')[0]).toBe(2);
  expect(flatView(layout, data, 'input.std')[1]).toBeCloseTo(0.002, 8);
});

test('rows of another width, no rows and rows that are not finite are refused', () => {
  const values = initialise(headOf({ kind: 'time', hidden: [3], scale: 1 }, 2).module, key(0));
  expect(() => putStatistics(values, new Float32Array(6), 3)).toThrow(/needs rows of 3 numbers/);
  expect(() => putStatistics(values, new Float32Array(0), 2)).toThrow(/needs rows/);
  expect(() => putStatistics(values, Float32Array.of(1, Number.NaN), 2)).toThrow(/not finite/);
  const plain = initialise(headOf({ kind: 'time', hidden: [3], scale: 1, standardise: false }, 2).module, key(0));
  expect(() => putStatistics(plain, new Float32Array(4), 2)).toThrow(/a head of that width that standardises/);
});
