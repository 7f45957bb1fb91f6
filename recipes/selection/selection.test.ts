import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkExperiment } from '../../src/experiment/images/check.ts';
import type { RunContext } from '../../src/experiment/index.ts';
import { leJepaSelection } from '../lejepa-selection.ts';
import { choices, experimentOf } from './config.ts';
import { type Outcome, outcomeRows, rankingRows, select } from './correlate.ts';
import { folderOf, measure } from './measure.ts';
import { selectionPage } from './page.ts';

const outcome = (lambda: number, learningRate: number, loss: number, knn: number): Outcome => ({
  ...{ lambda, learningRate, loss, knn },
  ...{ ok: true, invariance: 0.1 * loss, sigreg: 2, ridge: 1 - knn, effectiveRank: 5 },
});

// lambda^1 divides the losses to 1, 2, 3, 4: the order of the accuracies, which the losses themselves do not have.
const four: Outcome[] = [
  outcome(1, 1, 1, 0.4),
  outcome(0.1, 1, 0.2, 0.3),
  outcome(2, 1, 6, 0.2),
  outcome(0.5, 1, 2, 0.1),
];
const diverged: Outcome = { lambda: 9, learningRate: 9, ok: false, why: 'the loss is NaN' };

test('the default grid has at least 20 different configurations, each of them valid', () => {
  const config = leJepaSelection.config();
  const grid = choices(config);
  expect(grid.length).toBeGreaterThanOrEqual(20);
  for (const choice of grid) {
    const experiment = experimentOf(config, choice);
    checkExperiment(experiment);
    expect(experiment).toMatchObject({
      method: { loss: { lambda: choice.lambda } },
      train: { learningRate: choice.learningRate },
    });
  }
});

test('the correlation is that of minus the score, so that 1 means the smallest loss has the best features', () => {
  const { rankings } = select(four, 1);
  const of = (score: string, accuracy: string) => rankings.find((r) => r.score === score && r.accuracy === accuracy)!;
  expect(of('loss / lambda^1', 'knn')).toMatchObject({ rho: 1, picked: 0.4 });
  expect(of('loss / lambda^1', 'ridge').rho).toBe(-1);
  // Ranks of the losses 2 1 4 3 against 1 2 3 4: sum d^2 = 4, rho = 1 - 24 / 60.
  expect(of('loss', 'knn').rho).toBeCloseTo(0.6, 12);
  expect(of('loss', 'knn').picked).toBe(0.3);
});

test('a score that is the same for all has no correlation', () => {
  expect(select(four, 1).rankings.find((r) => r.score === 'sigreg')!.rho).toBeNaN();
});

test('configurations that diverged are counted and left out', () => {
  expect(select([...four, diverged], 1)).toMatchObject({
    configurations: 5,
    broken: 1,
    best: { knn: 0.4 },
    median: { knn: 0.25 },
    rankings: select(four, 1).rankings,
  });
  expect(outcomeRows([diverged, ...four], 1).at(-1)).toEqual(['9', '9', 'the loss is NaN', '', '', '', '', '', '']);
});

test('one configuration has no ranking', () => {
  expect(select([four[0]!, diverged], 0.4).rankings).toEqual([]);
  expect(rankingRows(select([diverged], 0.4))).toHaveLength(1);
});

test('the page holds both tables and a figure for each score, and asks for nothing outside itself', () => {
  const page = selectionPage([...four, diverged], select([...four, diverged], 0.4), 0.4);
  expect(page).toContain('loss / lambda^0.4');
  expect(page).toContain('the loss is NaN');
  expect(page.match(/<circle class="fill-[a-z]+" r="4"/g)).toHaveLength(16);
  expect(page).not.toMatch(/https?:\/\/|@import|url\(/);
});

test('a grid that is empty, repeated or not positive, or another method, is refused before images are opened', async () => {
  const run = (change: object) => leJepaSelection.run({ ...leJepaSelection.config(), ...change }, undefined as never);
  await expect(run({ lambdas: [] })).rejects.toThrow(
    /'lambdas' must be a list of numbers above 0 with at least 1 item, got \[\]/,
  );
  await expect(run({ learningRates: [1, 1] })).rejects.toThrow(/learningRates must be different numbers, got \[1, 1\]/);
  await expect(run({ lambdas: [-1] })).rejects.toThrow(/'lambdas.0' must be a number above 0, got -1/);
  const { experiment } = leJepaSelection.config();
  const other = { ...experiment, method: { name: 'random' as const } };
  await expect(run({ experiment: other })).rejects.toThrow(/must be 'lejepa', got 'random'/);
});

test('a configuration that was finished before is read, not trained again', async () => {
  const out = mkdtempSync(join(tmpdir(), 'jepa-selection-'));
  try {
    const folder = join(out, folderOf(four[1]!));
    mkdirSync(join(folder, 'evals'), { recursive: true });
    writeFileSync(join(folder, 'evals/outcome.json'), JSON.stringify(four[1]));
    const config = leJepaSelection.config();
    // No images are given: training would fail at once.
    const again = await measure(four[1]!, config.experiment, { out } as RunContext, undefined as never);
    expect(again).toEqual(four[1]);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
