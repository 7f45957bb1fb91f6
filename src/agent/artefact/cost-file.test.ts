// A learned cost in a model's file: it comes back, scores, and is tied to the model that it was trained on.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { readSafetensors, writeSafetensors } from '../../data/node.ts';
import { initialise } from '../../nn/index.ts';
import { type CostConfig, costOf } from '../../world/index.ts';
import { TINY, tinyValues } from '../../world/le-wm/tiny.law.ts';
import { ORIGIN } from './agent-files.law.ts';
import type { CostFile } from './cost-file.ts';
import { readModel, writeModel } from './files.ts';
import { loadAgent } from './load-agent.ts';

const dir = mkdtempSync(join(tmpdir(), 'jepa-cost-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const WORLD = { kind: 'le-wm', ...TINY } as const;
const D = TINY.embedDim;
const CONFIG: CostConfig = { kind: 'time', hidden: [5], scale: 3, reduce: { kind: 'arrival' } };
const cost: CostFile = {
  name: 'routes',
  config: CONFIG,
  values: initialise(costOf(CONFIG, D).module, key(3)),
  step: 7,
  seed: 1,
};

function written(name: string, planner = { ...ORIGIN.planner!, cost: 'routes' }): string {
  const path = join(dir, `${name}.safetensors`);
  writeModel(path, WORLD, tinyValues(), { ...ORIGIN, planner }, { cost });
  return path;
}

test('a cost comes back as it was written, and the model beside it too', () => {
  const file = readModel(written('whole'));
  expect(file.cost).toEqual(cost);
  expect(file.values.parameters.data).toEqual(tinyValues().parameters.data);
});

test('an agent plans under the cost that its planner names, and under the own one when asked to', async () => {
  const path = written('acting');
  const agent = await loadAgent(path);
  expect(agent.describe).toMatch(/scored by the learned cost 'routes'/);
  expect((await loadAgent(path, { planner: { cost: 'own' } })).describe).not.toMatch(/learned cost/);
  await expect(loadAgent(path, { planner: { cost: 'time' } })).rejects.toThrow(
    /unknown cost of the file 'time'.*known: own, routes/,
  );
});

/** A copy of a file with one of its tensors or entries changed. */
function changed(
  name: string,
  change: (file: ReturnType<typeof readSafetensors>) => ReturnType<typeof readSafetensors>,
): string {
  const { tensors, metadata } = change(readSafetensors(written(name)));
  const path = join(dir, `${name}-changed.safetensors`);
  const entries = Object.entries(metadata).filter(([entry]) => entry !== 'jepa.sha256');
  writeSafetensors(path, tensors, Object.fromEntries(entries));
  return path;
}

test('a cost beside a model that it was not trained on is refused, with the remedy', () => {
  const path = changed('moved', (file) => {
    const [name, tensor] = [...file.tensors].find(([entry]) => !entry.startsWith('plan-cost.'))!;
    const data = tensor.data.slice();
    data[0]! ^= 1;
    return { ...file, tensors: new Map([...file.tensors, [name, { ...tensor, data }]]) };
  });
  expect(() => readModel(path)).toThrow(
    /cost 'routes' must have been trained on the model beside it.*train the cost on this model/,
  );
});

test('a cost of another size, without its numbers or without its words is refused', () => {
  const wide = (header: string): string => header.replace('"hidden":[5]', '"hidden":[6]');
  const entry = (change: (header: string) => string) => (file: ReturnType<typeof readSafetensors>) => ({
    ...file,
    metadata: { ...file.metadata, 'jepa.cost': change(file.metadata['jepa.cost']!) },
  });
  expect(() => readModel(changed('wide', entry(wide)))).toThrow(/head\.net\.0/);
  expect(() =>
    readModel(
      changed(
        'mute',
        entry(() => '{"name":"routes"}'),
      ),
    ),
  ).toThrow(/must say name, config, step, seed/);
  const bare = changed('bare', (file) => ({
    ...file,
    tensors: new Map([...file.tensors].filter(([name]) => !name.startsWith('plan-cost.'))),
  }));
  expect(() => readModel(bare)).toThrow(/missing: .*head\.net\.0/);
});
