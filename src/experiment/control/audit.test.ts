// The audit of planning costs from end to end at a very small size, on pictures and on states, and its tables.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { pushT } from '../../../recipes/push-t.ts';
import { twoRoom } from '../../../recipes/two-room.ts';
import { costMarkdown } from '../../report/index.ts';
import { createRun, machineRecord, readRunFile, writeRunFile } from '../../run/node.ts';
import { auditRun } from '../audit-run.ts';
import { configured } from '../configure.ts';
import type { AnyRecipe, Recipe, RunContext } from '../recipe.ts';
import type { ExperimentSession } from '../session.ts';
import type { ControlExperiment } from './config.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-audit-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const { signal } = new AbortController();
const session: ExperimentSession = {
  recipes: [twoRoom, pushT] as readonly unknown[] as readonly AnyRecipe[],
  output: { log: () => {}, progress: () => {} },
  signal,
  commandLine: 'jepa bench costs',
};
const choices = { costs: ['latent/last', 'latent/all', 'probe'], tasks: 2, trueTasks: 1, samples: 4 };

/** Two updates on a dozen short episodes. */
async function trained(recipe: Recipe<ControlExperiment>, more: readonly string[]): Promise<string> {
  const config = configured(recipe, [
    'env.imageSize=16',
    'collect={"episodes":12,"maxSteps":40,"minSteps":20}',
    'data.workers=0',
    'data.split={"train":0.5,"val":0.1,"test":0.4}',
    ...more,
    'train={"frames":3,"steps":2,"batchSize":4,"checkpointEvery":2,"logEvery":1,"instrumentsEvery":2}',
    'plan={"tasks":2,"goalOffset":10,"budget":10,"resetBudget":10,"horizon":2,"recedingHorizon":2}',
    'costs.routes={"steps":2,"batchSize":8}',
    'costs.routes.labels.goals=5',
    'plan.planner={"samples":8,"elites":5,"iterations":2}',
    'evals.probeRows=60',
  ]);
  const out = join(root, recipe.name);
  createRun(out, { config: { ...config }, seed: 0, versions: {} }).close();
  writeRunFile(out, { ...readRunFile(out), recipe: recipe.name });
  const context: RunContext = { seed: 0, out, signal, log: () => {}, progress: () => {}, resume: false };
  await recipe.stages!.train!(config, context);
  return out;
}

test('a model of pictures is audited: every population, cost and truth, the wall, and the true dynamics', async () => {
  const out = await trained(twoRoom, [
    'model.encoder={"imageSize":16,"patchSize":8,"dim":12,"depth":1,"heads":2,"mlpDim":16}',
    'model.predictor={"depth":1,"heads":2,"headDim":4,"mlpDim":8}',
    'model={"embedDim":6,"projectorHidden":8}',
  ]);
  const audit = await auditRun(session, out, { set: [] }, choices);
  expect(audit).toMatchObject({
    run: 'two-room',
    world: 'two-room',
    model: 'le-wm',
    tasks: 2,
    samples: 4,
    oracle: 'oracle',
  });
  expect(audit.rows.map(({ population, cost, truth }) => `${population} ${cost} ${truth}`)).toEqual(
    ['first', 'last', 'data'].flatMap((population) =>
      choices.costs.flatMap((cost) => ['error', 'togo'].map((truth) => `${population} ${cost} ${truth}`)),
    ),
  );
  expect(audit.distances.map(({ cost }) => cost)).toEqual(choices.costs);
  expect(audit.walls).toHaveLength(3);
  expect(audit.pushes).toEqual({ why: 'nothing in the world is pushed' });
  expect(audit.trueDynamics.map(({ tasks }) => tasks)).toEqual([1, 1, 1]);

  const text = costMarkdown({
    date: '2026-01-02T03:04',
    command: 'jepa bench costs',
    machine: machineRecord(),
    audits: [audit],
  });
  for (const title of ['Audit', 'Distances', 'Distances and an oracle', 'Walls', 'Pushes', 'True dynamics'])
    expect(text).toContain(`\n## ${title}\n`);
  expect(text).not.toMatch(/NaN|undefined|null/);

  await expect(auditRun(session, out, { set: [] }, { ...choices, costs: ['latent/lats'] })).rejects.toThrow(
    /did you mean 'latent\/last'/,
  );
  mkdirSync(join(out, 'cost/time'), { recursive: true });
  await expect(auditRun(session, out, { set: [] }, { ...choices, costs: ['time'] })).rejects.toThrow(/cannot be read/);
});

test('a model that is told the state is audited in a world of contacts, without an oracle', async () => {
  const out = await trained(pushT, ['model=state', 'model.hidden=[8]']);
  const audit = await auditRun(session, out, { set: [] }, { ...choices, costs: ['latent/last'], trueTasks: 0 });
  expect(audit.rows.map(({ truth }) => truth)).toEqual(['error', 'error', 'error']);
  expect(audit).toMatchObject({
    oracle: null,
    walls: { why: 'no wall with doors divides the world' },
    trueDynamics: [],
  });
  expect(audit.pushes).toMatchObject({ rows: [{ pushes: 'that move it' }, { pushes: 'that miss it' }] });
});
