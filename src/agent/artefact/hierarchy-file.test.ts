import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../data/node.ts';
import { gaussian, runtime, shaken } from '../../nn/run-module.law.ts';
import { dynamicsOf, type HierarchyConfig, hierarchy } from '../../world/index.ts';
import { TINY, tinyValues } from '../../world/le-wm/tiny.law.ts';
import { hierarchicalModel } from '../world-model/hierarchical-model.ts';
import { worldModel } from '../world-model/world-model.ts';
import { readHierarchy, readModel, writeHierarchy, writeModel } from './files.ts';
import type { HighLevel } from './hierarchy-file.ts';
import type { ModelOrigin } from './model-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'jepa-hierarchy-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const origin: ModelOrigin = {
  env: 'two-room',
  frameSkip: 2,
  actions: { column: 'action', mean: [0, 0.1], std: [1, 2], rows: 10, constant: [] },
  actionBounds: { low: -1, high: 1 },
  split: { train: [0, 2], val: [1], test: [3] },
  step: 7,
  seed: 3,
};
const config: HierarchyConfig = {
  dim: TINY.embedDim,
  actionDim: TINY.actionDim,
  macroDim: 3,
  maxBlocks: 5,
  encoderWidths: [8],
  predictor: { width: 12, depth: 1 },
  noise: 0.05,
  energy: 'l1',
  rollout: 1,
  sigreg: { weight: 0.1, directions: 16 },
};
const low = { config: { kind: 'le-wm', ...TINY }, values: tinyValues(), origin } as const;
const high: HighLevel = {
  config,
  values: shaken(hierarchy(config)),
  box: { kind: 'box', low: [-1, -2, -3], high: [1, 2, 3] },
  blocks: { min: 2, max: 5 },
  step: 11,
  seed: 4,
};
const both = join(dir, 'both.safetensors');
writeHierarchy(both, low, high);

test('both levels come back as they were written, and imagine the same', async () => {
  const read = readHierarchy(both);
  expect(read.high).toEqual(high);
  expect(read.low).toMatchObject(low);
  const modelOf = (from: { readonly low: typeof low | (typeof read)['low']; readonly high: HighLevel }) => {
    const below = worldModel(dynamicsOf(from.low.config), from.low.values, runtime);
    return hierarchicalModel({ ...from.high, low: below, runtime });
  };
  const task = {
    context: gaussian(config.dim, 1),
    executed: new Float32Array(0),
    goals: gaussian(config.dim, 2),
    tasks: 1,
    contextLength: 1,
    horizon: 2,
  };
  const costs = async (model: ReturnType<typeof modelOf>) => {
    const problem = model.problemBetween(task, { macroHorizon: 2 });
    const toward = await problem.hierarchy!.towards(gaussian(6, 3));
    return [await problem.hierarchy!.macro.cost(gaussian(12, 4), 2), await toward.cost(gaussian(16, 5), 2)];
  };
  expect(await costs(modelOf(read))).toEqual(await costs(modelOf({ low, high })));
});

test('a file of one level is refused, and so is one whose high level lacks a tensor', () => {
  const alone = join(dir, 'alone.safetensors');
  writeModel(alone, low.config, low.values, origin);
  expect(() => readHierarchy(alone)).toThrow(/is no file of a hierarchical model.*'jepa.hierarchy'/);
  expect(readModel(alone).origin).toEqual(origin);
  const { tensors, metadata } = readSafetensors(both);
  const { 'jepa.sha256': _, ...rest } = metadata;
  const lacking = join(dir, 'lacking.safetensors');
  writeSafetensors(
    lacking,
    [...tensors].filter(([name]) => name !== 'high.predictor.in.weight'),
    rest,
  );
  expect(() => readHierarchy(lacking)).toThrow(/missing: predictor.in.weight \[12, 11\]/);
});

test('read as one model, the file says that there is more in it', () => {
  expect(() => readModel(both)).toThrow(/extra: high\./);
});
