import { expect, test } from 'vitest';
import type { AnyRecipe } from '../recipe.ts';
import { gridPoints, parseGrid, shortPaths } from './grid.ts';
import { findRecipes, folderName, planSweep } from './plan.ts';
import { parseSort, type SweepFile, type SweepRun, sorted, sweepMarkdown } from './record.ts';

const recipe = (name: string): AnyRecipe => ({
  name,
  summary: '',
  config: () => ({ steps: 3, train: { lr: 0.1, decay: [0, 1] }, views: 'plain' }),
  run: async () => ({ metrics: {} }),
});
const known = ['tiny-a', 'tiny-b', 'other'].map(recipe);

test('values are separated by commas outside brackets and quotes', () => {
  expect(parseGrid(['train.lr=1e-3, 1e-2', 'train.decay=[0,1],[0.5,{"a":1}]', 'views="a,b",c'])).toEqual([
    { path: 'train.lr', values: ['1e-3', '1e-2'] },
    { path: 'train.decay', values: ['[0,1]', '[0.5,{"a":1}]'] },
    { path: 'views', values: ['"a,b"', 'c'] },
  ]);
});

test('a grid that is no grid is refused with what is wrong', () => {
  expect(() => parseGrid(['train.lr'])).toThrow(/must be path=value,value/);
  expect(() => parseGrid(['a=1,,2'])).toThrow(/empty value/);
  expect(() => parseGrid(['a='])).toThrow(/empty value/);
  expect(() => parseGrid(['a=1,2,1'])).toThrow(/value 1 twice/);
  expect(() => parseGrid(['a=1', 'a=2'])).toThrow(/names 'a' twice/);
  expect(() => parseGrid(['a=[1,2'])).toThrow(/does not close/);
});

test('points are the product of the axes, the last one fastest', () => {
  const points = gridPoints(parseGrid(['a=1,2', 'b=x,y,z']));
  expect(points.map((p) => p.map(({ value }) => value).join(''))).toEqual(['1x', '1y', '1z', '2x', '2y', '2z']);
  expect(gridPoints([])).toEqual([[]]);
});

test('folders carry the last part of a path, or all of it where that is not unique', () => {
  expect(shortPaths(['train.lr', 'loss.lambda'])).toEqual(['lr', 'lambda']);
  expect(shortPaths(['train.lr', 'head.lr'])).toEqual(['train.lr', 'head.lr']);
});

test('a folder name keeps what is safe, and a digest tells apart what is not', () => {
  expect(folderName(['r', 'lr=0.1'])).toBe('r_lr=0.1');
  const [a, b] = [folderName(['r', 'x=[1,2]']), folderName(['r', 'x={1/2}'])];
  expect(a).toMatch(/^r_x=-1-2-?-[0-9a-f]{6}$/);
  expect(a).not.toBe(b);
  expect(folderName(['x'.repeat(300)]).length).toBeLessThan(130);
});

test('names and patterns become recipes once each, without those left out', async () => {
  const names = async (patterns: string[], skip: string[] = []): Promise<string[]> =>
    (await findRecipes(patterns, skip, known)).map((f) => f.recipe.name);
  expect(await names(['tiny-*'])).toEqual(['tiny-a', 'tiny-b']);
  expect(await names(['other', '*'])).toEqual(['other', 'tiny-a', 'tiny-b']);
  expect(await names(['*'], ['tiny-*'])).toEqual(['other']);
  await expect(names(['big-*'])).rejects.toThrow(/no recipe fits 'big-\*'; known: tiny-a/);
  await expect(names(['tiny-c'])).rejects.toThrow(/unknown recipe 'tiny-c'/);
  await expect(names(['other'], ['*'])).rejects.toThrow(/leaves no recipe/);
});

test('a plan holds every recipe, point and seed with its complete configuration', () => {
  const recipes = known.slice(0, 2).map((r) => ({ recipe: r }));
  const plan = planSweep(recipes, parseGrid(['train.lr=1,2']), ['steps=9'], [0, 1]);
  expect(plan.map(({ name }) => name)).toEqual([
    'tiny-a_lr=1_seed=0',
    'tiny-a_lr=1_seed=1',
    'tiny-a_lr=2_seed=0',
    'tiny-a_lr=2_seed=1',
    'tiny-b_lr=1_seed=0',
    'tiny-b_lr=1_seed=1',
    'tiny-b_lr=2_seed=0',
    'tiny-b_lr=2_seed=1',
  ]);
  expect(plan[2]).toMatchObject({
    set: ['steps=9', 'train.lr=2'],
    settings: { 'train.lr': '2' },
    config: { steps: 9, train: { lr: 2, decay: [0, 1] } },
  });
});

test('settings are checked against every recipe, and values that mean the same are refused', () => {
  const recipes = [{ recipe: known[0]! }];
  expect(() => planSweep(recipes, parseGrid(['train.lrr=1']), [], [0])).toThrow(
    /tiny-a: unknown setting 'train.lrr'; did you mean 'train.lr'/,
  );
  expect(() => planSweep(recipes, parseGrid(['train.lr=fast']), [], [0])).toThrow(/must be a number/);
  expect(() => planSweep(recipes, parseGrid(['train.lr=0.1,1e-1']), [], [0])).toThrow(/are the same configuration/);
});

const run = (name: string, score?: number): SweepRun => ({
  name,
  recipe: 'r',
  seed: 0,
  settings: { 'train.lr': name },
  status: 'done',
  metrics: score === undefined ? {} : { score },
});

test('a table is sorted by a metric, largest first or smallest first, runs without it last', () => {
  const runs = [run('a', 1), run('b'), run('c', 3)];
  const order = (sort: string): string =>
    sorted(runs, parseSort(sort))
      .map((r) => r.name)
      .join('');
  expect(order('score')).toBe('cab');
  expect(order('score:asc')).toBe('acb');
  expect(order('unknown')).toBe('abc');
});

test('the markdown table has a column for each setting of the grid', () => {
  const sweep: SweepFile = {
    command: '',
    recipes: ['r'],
    grid: { 'train.lr': ['a', 'b'] },
    set: [],
    seeds: [0],
    runs: [run('a', 1), run('b', 2)],
  };
  expect(sweepMarkdown(sweep, parseSort('score')).split('\n').slice(0, 3)).toEqual([
    '| recipe | lr | seed | status | minutes | score |',
    '|---|---:|---:|---:|---:|---:|',
    '| r | b | 0 | done | - | 2 |',
  ]);
});
