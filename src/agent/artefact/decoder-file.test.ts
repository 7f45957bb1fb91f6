// The decoder of the state in model files.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../data/node.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { tinyValues } from '../../world/le-wm/tiny.law.ts';
import { agentFiles, DECODER, HIGH, ORIGIN, WORLD } from './agent-files.law.ts';
import { readHierarchy, readModel, writeHierarchy } from './files.ts';
import { loadAgent } from './load-agent.ts';

const dir = mkdtempSync(join(tmpdir(), 'jepa-decoder-'));
const files = agentFiles();
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
  rmSync(files.dir, { recursive: true, force: true });
});

test('a decoder comes back as it was written, and the model with it', () => {
  const read = readModel(files.decoder);
  expect(read.decoder).toEqual(DECODER);
  expect(read.values.parameters.data).toEqual(tinyValues().parameters.data);
});

test('a file without one reads as before', () => {
  expect(readModel(files.world).decoder).toBeUndefined();
});

test('a file with a high level keeps it, reads the state, and takes embeddings alone as goals', async () => {
  const both = join(dir, 'hierarchy.safetensors');
  writeHierarchy(both, { config: WORLD, values: tinyValues(), origin: ORIGIN, decoder: DECODER }, HIGH);
  expect(readHierarchy(both).low.decoder).toEqual(DECODER);
  const agent = await loadAgent(both, { runtime });
  expect(Object.keys(await agent.decode(new Uint8Array(16 * 16 * 3)))).toEqual(['agent.x', 'agent.angle']);
  expect(() => agent.setGoal({ state: { 'agent.x': 1 } })).toThrow(/plans toward embeddings: .*model\.safetensors/);
  await agent.dispose();
});

test('a goal policy takes nothing but observations', async () => {
  const agent = await loadAgent(files.gcbc, { runtime });
  expect(() => agent.setGoal({ region: { 'agent.x': [0, 1] } })).toThrow(/is a goal policy.*model\.safetensors/);
  expect(() => agent.setGoal({ seen: new Uint8Array(8 * 8 * 3), within: 1 })).toThrow(/is a goal policy/);
  expect(agent.reads).toEqual([]);
});

test.each<[string, (name: string) => boolean, string?]>([
  ['without its weights', (name) => name !== 'state-decoder.weights'],
  ['without its bias', (name) => name !== 'state-decoder.bias'],
  ['whose header lists no numbers', () => true, '{"numbers":[{}],"leftOut":[]}'],
  ['of other numbers', () => true, JSON.stringify({ numbers: DECODER.numbers.slice(0, 1), leftOut: [] })],
])('a decoder %s is refused', (_, keep, header) => {
  const { tensors, metadata } = readSafetensors(files.decoder);
  const broken = join(dir, 'broken.safetensors');
  writeSafetensors(
    broken,
    [...tensors].filter(([name]) => keep(name)),
    { ...metadata, ...(header !== undefined && { 'jepa.decoder': header }) },
  );
  expect(() => readModel(broken)).toThrow(/its decoder of the state is broken: .*; export the model again/);
});
