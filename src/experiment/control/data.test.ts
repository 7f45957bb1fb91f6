// No evaluation touches what was trained on, whatever seed it is given and whatever became of the dataset.

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { twoRoom } from '../../../recipes/two-room.ts';
import { createStore, openStore } from '../../data/node.ts';
import { createRun, latestCheckpoint } from '../../run/node.ts';
import { configured } from '../configure.ts';
import type { RunContext } from '../recipe.ts';
import { collectStage } from './collect.ts';
import { type ExperimentData, trainedData, trainingData } from './data.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-data-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const config = configured(twoRoom, [
  'env.imageSize=16',
  'model={"embedDim":6,"projectorHidden":8,"encoder":{"imageSize":16,"patchSize":8,"dim":12,"depth":1,"heads":2,"mlpDim":16}}',
  'model.predictor={"depth":1,"heads":2,"headDim":4,"mlpDim":8}',
  'collect={"episodes":20,"maxSteps":30,"minSteps":20,"untilGoal":false}',
  'data.split={"train":0.5,"val":0.1,"test":0.4}',
  'data.workers=0',
  'train={"frames":3,"steps":2,"batchSize":4,"checkpointEvery":2}',
]);
const out = join(root, 'run');
const log: string[] = [];
const context = (changes: Partial<RunContext> = {}): RunContext => ({
  seed: 0,
  out,
  model: out,
  signal: new AbortController().signal,
  log: (line) => log.push(line),
  progress: () => {},
  resume: false,
  ...changes,
});
const opened = <T>(data: ExperimentData, read: (data: ExperimentData) => T): T => {
  try {
    return read(data);
  } finally {
    data.store.close();
  }
};
const checkpoint = () => latestCheckpoint(out, () => {})!;
const trained = (changes: Partial<RunContext> = {}) =>
  opened(trainedData(config, context(changes), checkpoint()), ({ split, actions }) => ({ split, actions }));

beforeAll(async () => {
  createRun(out, { config: { ...config }, seed: 0, versions: {} }).close();
  await twoRoom.stages!.train!(config, context());
});

test('split and normaliser of an evaluation are those of the training, whatever the seed', () => {
  const training = opened(trainingData(config, context()), ({ split, actions }) => ({ split, actions }));
  for (const seed of [0, 1, 7]) expect(trained({ seed })).toEqual(training);
  const { train, test } = trained({ seed: 1 }).split;
  expect(test.filter((episode) => train.includes(episode))).toEqual([]);
});

test('every stage with a model takes its data from the checkpoint', async () => {
  // A checkpoint that does not say what was trained on is refused by each of them, not filled in.
  const { tensors: _, path, ...header } = checkpoint();
  expect(header.metadata).toHaveProperty('dataset.digest');
  const silent = { path, metadata: { ...header.metadata, split: undefined } };
  expect(() => trainedData(config, context(), silent)).toThrow(/must say split and actions/);
  for (const stage of ['eval', 'plan', 'export'] as const) {
    const other = join(root, `other-${stage}`);
    await collectStage(config, context({ seed: 5, out: other }), join(other, 'dataset'));
    const given = context({ data: join(other, 'dataset'), out: join(root, stage) });
    await expect(twoRoom.stages![stage]!(config, given)).rejects.toThrow(
      /is not the one that the model was trained on/,
    );
  }
});

test('a dataset that has grown is used as it was, and that is said', async () => {
  const before = trained();
  const grown = join(root, 'grown');
  cpSync(join(out, 'dataset'), grown, { recursive: true });
  await collectStage({ ...config, collect: { ...config.collect, episodes: 30 } }, context({ out: root }), grown);
  log.length = 0;
  expect(trained({ data: grown })).toEqual(before);
  expect(log.join()).toMatch(
    /has grown since the training: its first 20 episodes are the recorded ones, 10 more follow/,
  );
});

test('a training that is resumed goes on with its own split', () => {
  const split = opened(trainingData(config, context({ resume: true, seed: 3 })), (data) => data.split);
  expect(split).toEqual(trained().split);
});

test('a collection that was killed before its first episode is continued', async () => {
  const dir = join(root, 'killed', 'dataset');
  cpSync(join(out, 'dataset'), dir, { recursive: true });
  const { spec } = openStore(dir);
  rmSync(dir, { recursive: true });
  createStore(dir, spec).close();
  const { metrics } = await collectStage(config, context({ out: join(root, 'killed') }), dir);
  expect(metrics['collect.episodes']).toBe(20);
});
