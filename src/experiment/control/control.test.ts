// Control experiments from end to end at a very small size: every world, every model, every planner and stage.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cube } from '../../../recipes/cube.ts';
import { dotWall } from '../../../recipes/dot-wall.ts';
import { pointMaze } from '../../../recipes/point-maze.ts';
import { pushT } from '../../../recipes/push-t.ts';
import { reacher } from '../../../recipes/reacher.ts';
import { twoRoom } from '../../../recipes/two-room.ts';
import { loadAgent } from '../../agent/index.ts';
import type { ControlRecord } from '../../evals/index.ts';
import { createRun } from '../../run/node.ts';
import type { WorldConfig } from '../../world/index.ts';
import { configured } from '../configure.ts';
import type { Recipe, RunContext } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-control-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const VIT = '{"imageSize":16,"patchSize":8,"dim":12,"depth":1,"heads":2,"mlpDim":16}';
const IMPALA = '{"imageSize":16,"stacks":[2],"dim":6}';
const PREDICTOR = '{"depth":1,"heads":2,"headDim":4,"mlpDim":8}';
const BUDGET = '{"samples":8,"elites":5,"iterations":1}';

/** Settings that make the model of a kind small. */
function small({ kind, encoder, inverse, rollout }: WorldConfig): readonly string[] {
  if (kind === 'state') return ['model.hidden=[8]'];
  const convolutional = typeof encoder === 'object' && encoder !== null && 'stacks' in encoder;
  const eyes = `model.encoder=${convolutional ? IMPALA : VIT}`;
  if (kind === 'eb-jepa') return [eyes];
  const drawn = 'model.decoder={"patchSize":8,"dim":8,"depth":1,"heads":2,"mlpDim":8}';
  return [
    eyes,
    `model.predictor=${PREDICTOR}`,
    ...(kind === 'dino-wm' ? [] : ['model={"embedDim":6,"projectorHidden":8}']),
    ...(kind === 'pixels' ? [drawn] : []),
    // Clips have three frames.
    ...(typeof inverse === 'object' && inverse !== null && 'steps' in inverse ? ['model.inverse.steps=2'] : []),
    ...(rollout === undefined ? [] : ['model.rollout={"context":1,"steps":2}']),
  ];
}

/** Two updates on a dozen short episodes, pictures of 16 pixels, two tasks with goals 10 steps away. */
function tiny(recipe: Recipe<ControlExperiment>, model: string, more: readonly string[] = []): ControlExperiment {
  const base = configured(recipe, [`model=${model}`]);
  return configured(recipe, [
    'env.imageSize=16',
    'collect={"episodes":12,"maxSteps":40,"minSteps":20}',
    'data.workers=0',
    'data.split={"train":0.5,"val":0.1,"test":0.4}',
    `model=${model}`,
    ...small(base.model),
    'train={"frames":3,"steps":2,"batchSize":4,"checkpointEvery":2,"logEvery":1,"instrumentsEvery":2}',
    'plan={"tasks":2,"goalOffset":10,"budget":10,"horizon":2,"recedingHorizon":2,"film":1}',
    `plan.planner=${BUDGET}`,
    'plan.resetBudget=10',
    'costs.routes={"steps":2,"batchSize":8}',
    'costs.routes.labels.goals=5',
    ...Object.keys(base.plan.planners).map((name) => `plan.planners.${name}=${BUDGET}`),
    'evals={"probeRows":60,"surpriseClips":2,"surpriseSteps":3,"surpriseAt":1,"generalisationTasks":1}',
    'hierarchy={"goalOffsets":[10],"maxBlocks":2,"minBlocks":1,"steps":2,"batchSize":4,"width":8,"samples":6,"elites":2,"iterations":1}',
    'policies.inverse={"hidden":[8],"steps":2,"batchSize":4}',
    `policies.gcbc={"frames":3,"steps":2,"batchSize":4,"policy":{"encoder":${VIT},"hidden":[8]}}`,
    ...more,
  ]);
}

async function run(recipe: Recipe<ControlExperiment>, config: ControlExperiment, name: string) {
  const out = join(root, name);
  createRun(out, { config: { ...config }, seed: 0, versions: {} }).close();
  const { signal } = new AbortController();
  const context: RunContext = { seed: 0, out, signal, log: () => {}, progress: () => {}, resume: false };
  const { metrics } = await recipe.run(config, context);
  const read = <T>(file: string): T => JSON.parse(readFileSync(join(out, 'evals', file), 'utf8')) as T;
  return { out, metrics, read };
}

test.each([twoRoom, dotWall, pointMaze, pushT, reacher, cube].map((recipe) => [recipe.name, recipe] as const))(
  '%s: collects, trains, evaluates and plans',
  async (name, recipe) => {
    const { metrics, out } = await run(recipe, tiny(recipe, recipe.config().modelName), name);
    for (const protocol of ['strict', 'paper'])
      for (const policy of ['success', 'random', 'oracle'])
        expect(metrics[`planning.${protocol}.${policy}`]).toBeGreaterThanOrEqual(0);
    expect(Object.keys(metrics).some((m) => m.startsWith('surprise.teleport'))).toBe(true);
    expect(existsSync(join(out, 'rollouts/0.json'))).toBe(true);
  },
);

const models = Object.keys(pointMaze.presets?.().model ?? {}).filter((name) => name !== pointMaze.config().modelName);

test.each(models)('%s: can take the place of the model of a recipe', async (model) => {
  const { metrics } = await run(pointMaze, tiny(pointMaze, model), `maze-${model}`);
  expect(metrics['planning.strict.success']).toBeGreaterThanOrEqual(0);
});

test('a model that feels its body is shown the state beside the picture, of goals too', async () => {
  const { metrics, out } = await run(pushT, tiny(pushT, 'le-wm-proprio'), 'proprio');
  expect(metrics['planning.strict.success']).toBeGreaterThanOrEqual(0);
  const exported = join(out, 'export');
  mkdirSync(exported);
  const { signal } = new AbortController();
  const context: RunContext = {
    seed: 0,
    out: exported,
    model: out,
    signal,
    log: () => {},
    progress: () => {},
    resume: true,
  };
  await pushT.stages!.export!(tiny(pushT, 'le-wm-proprio'), context);
  const agent = await loadAgent(join(exported, 'model.safetensors'));
  expect(agent.name).toBe('le-wm-proprio');
  expect(Object.keys(agent.senses)).toEqual(['cameras.main', 'state']);
  await agent.dispose();
});

test('every planner, both policies and the long stages run beside the main planner', async () => {
  const base = tiny(pointMaze, 'le-wm');
  const also = [...Object.keys(base.plan.planners), 'inverse', 'gcbc'];
  const config: ControlExperiment = {
    ...base,
    plan: { ...base.plan, also },
    evals: { ...base.evals, extra: ['long-horizon', 'generalisation'] },
  };
  const { read, out } = await run(pointMaze, config, 'all');
  const { protocols } = read<{ readonly protocols: readonly ControlRecord[] }>('planning.json');
  expect(protocols[0]!.results.map((r) => r.policy)).toEqual(['planner', ...also, 'random', 'oracle']);
  const { horizons } = read<{ readonly horizons: readonly { readonly record: ControlRecord }[] }>('long-horizon.json');
  expect(horizons[0]!.record.results.map((r) => r.policy)).toEqual(['planner', 'hierarchical', 'random', 'oracle']);
  expect(read<{ readonly groups: readonly unknown[] }>('generalisation.json').groups.length).toBeGreaterThan(0);

  // Everything that the run taught to act is exported, and acts.
  const exported = join(out, 'export');
  mkdirSync(exported);
  const { signal } = new AbortController();
  const context: RunContext = {
    seed: 0,
    out: exported,
    model: out,
    signal,
    log: () => {},
    progress: () => {},
    resume: true,
  };
  expect((await pointMaze.stages!.export!(config, context)).metrics['export.files']).toBe(7);
  const stateNames = ['agent.x', 'agent.y', 'agent.vx', 'agent.vy'];
  const picture = new Uint8Array(16 * 16 * 3).fill(90);
  for (const [file, name] of [
    ['model', 'le-wm'],
    ['hierarchy', 'hierarchical le-wm'],
    ['inverse', 'inverse'],
    ['gcbc', 'gcbc'],
  ] as const) {
    const agent = await loadAgent(join(exported, `${file}.safetensors`));
    agent.setGoal(picture);
    const { action } = await agent.act(picture);
    expect([agent.name, agent.origin.env, action.length]).toEqual([name, 'point-maze', 2]);
    // World models come with what reads the state; policies have no embedding of their own to read.
    const reads = agent.reads.map((number) => number.name);
    expect(reads).toEqual(file === 'inverse' || file === 'gcbc' ? [] : stateNames);
    await agent.dispose();
  }
});

test('protocols are run in the order of the configuration, and other planners act on the first and on reset', async () => {
  const asked = ['paper', 'reset', 'strict', 'clear-moderate'];
  const config = tiny(pushT, 'le-wm-conv', [
    `plan.protocols=${JSON.stringify(asked)}`,
    'plan.also=["icem","inverse"]',
    'plan={"resetBudget":4}',
  ]);
  const { read, metrics } = await run(pushT, config, 'protocols');
  const { protocols } = read<{ readonly protocols: readonly ControlRecord[] }>('planning.json');
  expect(protocols.map((p) => [p.name, p.results.map((r) => r.policy).join(' '), p.budget])).toEqual([
    ['paper', 'planner icem inverse random oracle', 10],
    ['reset', 'planner icem inverse random oracle', 4],
    ['strict', 'planner random oracle', 10],
    ['clear-moderate', 'planner random oracle', 10],
  ]);
  expect(protocols.map((p) => [p.world, p.dataset !== undefined, p.judged?.hold])).toEqual([
    ['push-t', true, undefined],
    ['push-t', false, undefined],
    ['push-t', true, undefined],
    ['push-t', true, 1],
  ]);
  expect(protocols[1]!.tasks).toBe(2);
  expect(protocols[1]!.paired!.map((p) => p.policy)).toEqual(['icem', 'inverse', 'random', 'oracle']);
  for (const protocol of asked) expect(metrics[`planning.${protocol}.success`]).toBeGreaterThanOrEqual(0);
  expect(metrics['planning.reset.icem']).toBeGreaterThanOrEqual(0);
});

test('success is also counted by the side of the wall', async () => {
  const config = tiny(pointMaze, 'le-wm', ['plan.protocols=["strict","reset"]', 'plan={"tasks":6,"resetBudget":2}']);
  const { read, metrics } = await run(pointMaze, config, 'kinds');
  const { protocols } = read<{ readonly protocols: readonly ControlRecord[] }>('planning.json');
  const kinds = protocols[1]!.groups!.filter(({ by }) => by === 'kind');
  expect(kinds.reduce((sum, { tasks }) => sum + tasks, 0)).toBe(6);
  for (const { name } of kinds) expect(metrics[`planning.reset.${name}.success`]).toBeGreaterThanOrEqual(0);
});

test('a frozen encoder is that of another run', async () => {
  const trained = await run(pointMaze, tiny(pointMaze, 'le-wm'), 'encoder');
  const from = (dir: string) => tiny(pointMaze, 'dino-wm', [`model.encoderFrom=${dir}`]);
  const { metrics } = await run(pointMaze, from(trained.out), 'dino-wm-on-le-wm');
  expect(metrics['planning.strict.success']).toBeGreaterThanOrEqual(0);
  await expect(run(pointMaze, from(join(root, 'nowhere')), 'none')).rejects.toThrow(/no checkpoint .*nowhere/);
  const convolutional = await run(pointMaze, tiny(pointMaze, 'le-wm-conv'), 'no-patches');
  await expect(run(pointMaze, from(convolutional.out), 'refused')).rejects.toThrow(/must be a vision transformer/);
});

test('a learned cost is trained when a planner names it, exported with its model, and scores the plans of the agent', async () => {
  const config = tiny(twoRoom, 'le-wm', [
    'plan.protocols=["strict","reset"]',
    'plan={"resetBudget":10}',
    'plan.planner={"cost":"routes","boxed":true,"horizon":3,"recedingHorizon":1}',
    'plan.planners.icem={"cost":"time-hybrid"}',
    'plan.planners.random-shooting={"prior":{"policy":"inverse","use":"every","init":"keep","guard":true}}',
    'plan.also=["icem","random-shooting"]',
    ...['routes', 'time-hybrid'].map((name) => `costs.${name}={"steps":2,"batchSize":8}`),
    'costs.routes.labels.goals=5',
  ]);
  const { metrics, out, read } = await run(twoRoom, config, 'learned-cost');
  for (const name of ['success', 'icem', 'random-shooting', 'random', 'oracle'])
    expect(metrics[`planning.reset.${name}`]).toBeGreaterThanOrEqual(0);
  const { protocols } = read<{ protocols: ControlRecord[] }>('planning.json');
  expect(protocols[0]!.planner).toMatchObject({ cost: 'routes', horizon: 3, recedingHorizon: 1 });
  expect(protocols[0]!.results.find((r) => r.policy === 'random-shooting')!.guarded).toBeGreaterThan(0);

  const exported = join(out, 'export');
  mkdirSync(exported);
  const { signal } = new AbortController();
  const context = { seed: 0, out: exported, model: out, signal, log: () => {}, progress: () => {}, resume: false };
  await twoRoom.stages!.export!(config, context);
  const file = join(exported, 'model.safetensors');
  const agent = await loadAgent(file);
  expect(agent.describe).toMatch(/3 blocks ahead, again after 1, from 1 frame, scored by the learned cost 'routes'/);
  agent.setGoal(new Uint8Array(16 * 16 * 3).fill(200));
  const seen = new Uint8Array(16 * 16 * 3).fill(30);
  const scored = (await agent.plan(seen)).cost;
  // When it arrives, in blocks: one at least.
  expect(scored).toBeGreaterThanOrEqual(1);
  const plain = await loadAgent(file, { planner: { cost: 'own' } });
  plain.setGoal(new Uint8Array(16 * 16 * 3).fill(200));
  expect((await plain.plan(seen)).cost).not.toBe(scored);
  await expect(loadAgent(file, { planner: { cost: 'route' } })).rejects.toThrow(/'route'; did you mean 'routes'/);
  await Promise.all([agent.dispose(), plain.dispose()]);
});

test('a planner with a cost that nobody trains, and a cost without a head, are refused before anything is made', async () => {
  const check = (settings: readonly string[]) => twoRoom.check!(tiny(twoRoom, 'le-wm', settings));
  await expect(check(['plan.planner.cost=rutes'])).rejects.toThrow(/unknown cost 'rutes'; did you mean 'routes'/);
  await expect(check(['costs.routes.cost={"kind":"effort"}'])).rejects.toThrow(/costs\.routes must hold one head/);
});
