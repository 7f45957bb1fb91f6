import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { makeEnv } from '../envs/index.ts';
import { executeOnRun } from './on-run.ts';
import { trainWorldModel } from './train-world-model.ts';

const out = join(mkdtempSync(join(tmpdir(), 'jepa-train-')), 'run');

test('a world is learnt in one call, and what comes of it acts', { timeout: 120_000 }, async () => {
  const trained = await trainWorldModel({
    env: 'two-room',
    out,
    embedDim: 8,
    steps: 4,
    collect: { episodes: 24, maxSteps: 60 },
    set: [
      'model={"encoder":{"dim":48,"depth":1},"predictor":{"depth":1},"projectorHidden":32}',
      'train={"batchSize":4,"instrumentsEvery":2}',
      'costs.routes.steps=2',
      'plan={"tasks":2,"film":0,"planner":{"samples":8,"elites":2,"iterations":1}}',
      'evals={"probeRows":60,"surpriseClips":2}',
    ],
  });
  expect(trained.metrics['planning.strict.oracle']).toBe(1);
  expect(existsSync(trained.report!)).toBe(true);

  const env = makeEnv('two-room', { imageSize: 64 });
  env.reset(key(3));
  const picture = new Uint8Array(64 * 64 * 3);
  env.renderGoal(picture);
  // After four updates nothing is read well.
  const agent = await trained.agent({ planner: { iterations: 2 }, leastR: -1 });
  agent.setGoal(picture);
  env.render(picture);
  const { action } = await agent.act(picture);
  expect(agent.reads.map(({ name }) => name)).toEqual(['agent.x', 'agent.y']);
  agent.setGoal({ state: { 'agent.x': 60 } });
  expect((await agent.act(picture)).plan).toBeDefined();
  await agent.dispose();
  const before = env.state();
  env.step(action);
  expect(action).toHaveLength(env.spec.actionDim);
  expect(env.state()).not.toEqual(before);
});

test('the command line says how to use a run that code made', async () => {
  const session = {
    recipes: [],
    output: { log: () => {}, progress: () => {} },
    signal: new AbortController().signal,
    commandLine: 'jepa eval',
  };
  await expect(executeOnRun(session, 'eval', out, { set: [] })).rejects.toThrow(
    /recipe 'two-room', which is not built in: .* --recipe FILE/,
  );
});
