// The decoder of the state in model files. The world is the point of the tests of goals.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../data/node.ts';
import { runtime } from '../../nn/run-module.law.ts';
import type { StateDecoder } from '../../plan/index.ts';
import { TINY, tinyValues } from '../../world/le-wm/tiny.law.ts';
import { agentFiles, HIGH, ORIGIN, WORLD } from './agent-files.law.ts';
import { readHierarchy, readModel, writeHierarchy, writeModel } from './files.ts';
import { loadAgent } from './load-agent.ts';

const dir = mkdtempSync(join(tmpdir(), 'jepa-decoder-'));
const files = agentFiles();
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
  rmSync(files.dir, { recursive: true, force: true });
});

const D = TINY.embedDim;
const ramp = (length: number, from: number): Float32Array => Float32Array.from({ length }, (_, i) => from + i / 8);
const decoder: StateDecoder = {
  dim: D,
  numbers: [
    { name: 'agent.x', circular: false, r: 0.9, low: 0, high: 9, deviation: 2 },
    { name: 'agent.angle', circular: true, r: 0.7, low: -3, high: 3, deviation: 0.9 },
  ],
  leftOut: [{ name: 'wall.x', why: 'it is the same in all frames' }],
  weights: ramp(3 * D, 1),
  bias: ramp(3, 2),
  recorded: { embeddings: ramp(2 * D, 3), usual: 0.5 },
};
const path = join(dir, 'model.safetensors');
writeModel(path, WORLD, tinyValues(), ORIGIN, decoder);

test('a decoder comes back as it was written, and the model with it', () => {
  const read = readModel(path);
  expect(read.decoder).toEqual(decoder);
  expect(read.values.parameters.data).toEqual(tinyValues().parameters.data);
});

test('a file without one reads as before', () => {
  expect(readModel(files.world).decoder).toBeUndefined();
});

test('a file with a high level keeps it, reads the state, and takes embeddings alone as goals', async () => {
  const both = join(dir, 'hierarchy.safetensors');
  writeHierarchy(both, { config: WORLD, values: tinyValues(), origin: ORIGIN, decoder }, HIGH);
  expect(readHierarchy(both).low.decoder).toEqual(decoder);
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
  ['of other numbers', () => true, JSON.stringify({ numbers: decoder.numbers.slice(0, 1), leftOut: [] })],
])('a decoder %s is refused', (_, keep, header) => {
  const { tensors, metadata } = readSafetensors(path);
  const broken = join(dir, 'broken.safetensors');
  writeSafetensors(
    broken,
    [...tensors].filter(([name]) => keep(name)),
    { ...metadata, ...(header !== undefined && { 'jepa.decoder': header }) },
  );
  expect(() => readModel(broken)).toThrow(/its decoder of the state is broken: .*; export the model again/);
});
