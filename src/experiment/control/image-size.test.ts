// Every world and every model at another size of picture: `env.imageSize` is all that has to be said.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recipes } from '../../../recipes/index.ts';
import { pushT } from '../../../recipes/push-t.ts';
import { createRun } from '../../run/node.ts';
import { dynamicsOf, imageSizeOf } from '../../world/index.ts';
import { configured } from '../configure.ts';
import type { Recipe, RunContext } from '../recipe.ts';
import { checkExperiment } from './check.ts';
import { collectStage } from './collect.ts';
import type { ControlExperiment } from './config.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-image-size-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The recipes of worlds. */
const worlds = recipes.filter(
  (recipe) => recipe.control !== undefined && 'env' in recipe.config(),
) as unknown as readonly Recipe<ControlExperiment>[];

const small = [
  'collect={"episodes":6,"maxSteps":40,"minSteps":40,"untilGoal":false}',
  'data={"workers":0,"split":{"train":0.5,"val":0.2,"test":0.3}}',
  'train={"steps":2,"batchSize":2,"checkpointEvery":2,"logEvery":1,"instrumentsEvery":2}',
];

function contextOf(out: string, data?: string): RunContext {
  const { signal } = new AbortController();
  const told = { seed: 0, out, signal, log: () => {}, progress: () => {}, resume: false };
  return data === undefined ? told : { ...told, data };
}

async function trained(recipe: Recipe<ControlExperiment>, set: readonly string[], name: string, data?: string) {
  const config = configured(recipe, [...small, ...set]);
  const out = join(root, name);
  createRun(out, { config: { ...config }, seed: 0, versions: {} }).close();
  return recipe.stages!.train!(config, contextOf(out, data));
}

test.each(worlds.flatMap((recipe) => [64, 96].map((size) => [recipe.name, size, recipe] as const)))(
  '%s at %i pixels: collects, and its model trains',
  async (name, size, recipe) => {
    const { metrics } = await trained(recipe, [`env.imageSize=${size}`], `${name}-${size}`);
    expect(metrics['train.imagesPerSecond']).toBeGreaterThan(0);
  },
);

const names = Object.keys(pushT.presets?.().model ?? {});

test.each(worlds.map((recipe) => [recipe.name, recipe] as const))(
  '%s: the pictures of every model, and of behaviour cloning, are as large as those of the world',
  (_, recipe) => {
    for (const model of Object.keys(recipe.presets?.().model ?? {})) {
      const config = configured(recipe, ['env={"imageSize":96}', `model=${model}`]);
      expect([0, 96]).toContain(imageSizeOf(dynamicsOf(config.model).senses));
      expect(config.policies.gcbc.policy.encoder.imageSize).toBe(96);
      expect(() => checkExperiment(config)).not.toThrow();
    }
  },
);

const shared = join(root, 'dataset');
beforeAll(async () => {
  const config = configured(pushT, [...small, 'env.imageSize=96', 'collect={"maxSteps":60,"minSteps":60}']);
  await collectStage(config, contextOf(root), shared);
});

test.each(names)('push-t at 96 pixels: %s trains', async (model) => {
  const set = ['env.imageSize=96', 'collect={"maxSteps":60,"minSteps":60}', `model=${model}`];
  const { metrics } = await trained(pushT, set, `push-t-${model}`, shared);
  expect(metrics['train.imagesPerSecond']).toBeGreaterThan(0);
});

test('what is said of the model itself has the last word, and 64 pixels stay as they are', () => {
  const config = configured(pushT, ['model.encoder.imageSize=48', 'env.imageSize=96']);
  expect(config.model.encoder).toMatchObject({ imageSize: 48 });
  expect(configured(pushT, ['env.imageSize=64'])).toEqual(pushT.config());
});
