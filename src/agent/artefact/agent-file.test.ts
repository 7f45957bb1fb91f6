// What a file is refused for.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { f32Tensor } from '../../data/index.ts';
import { readSafetensors, writeSafetensors } from '../../data/node.ts';
import { agentFiles, ORIGIN } from './agent-files.law.ts';
import { readHierarchy, readModel, readPolicy } from './files.ts';
import { loadAgent } from './load-agent.ts';

const files = agentFiles();
const dir = mkdtempSync(join(tmpdir(), 'jepa-refused-'));
afterAll(() => {
  for (const folder of [files.dir, dir]) rmSync(folder, { recursive: true, force: true });
});

/** A copy of a file with its header changed. */
function changed(path: string, change: (header: string) => string): string {
  const { tensors, metadata } = readSafetensors(path);
  const copy = join(dir, 'changed.safetensors');
  const entries = Object.entries(metadata).filter(([name]) => name !== 'jepa.sha256');
  writeSafetensors(copy, tensors, Object.fromEntries(entries.map(([name, text]) => [name, change(text)])));
  return copy;
}

test.each(['world', 'hierarchy', 'gcbc'] as const)('a %s file of a later version is refused', async (name) => {
  for (const later of ['0.2.0', '1.0.0']) {
    const path = changed(files[name], (text) => text.replace('"version":"0.1.0"', `"version":"${later}"`));
    await expect(loadAgent(path)).rejects.toMatchObject({ code: 'unsupported' });
    await expect(loadAgent(path)).rejects.toThrow(`was written by jepa ${later}, this is jepa 0.1.0`);
  }
});

test('a file of an earlier version, or a later fix of this one, is read', async () => {
  for (const version of ['0.0.3', '0.1.9']) {
    const path = changed(files.world, (text) => text.replace('"version":"0.1.0"', `"version":"${version}"`));
    expect((await loadAgent(path)).describe).toMatch(`written by jepa ${version}`);
  }
});

test('a file in which nothing acts is refused with what it holds and the way to make one', async () => {
  const path = join(dir, 'weights.safetensors');
  writeSafetensors(path, [['w', f32Tensor([1], Float32Array.of(1))]], { 'jepa.checkpoint': '{}' });
  await expect(loadAgent(path)).rejects.toMatchObject({ code: 'checkpoint' });
  await expect(loadAgent(path)).rejects.toThrow(
    /weights.safetensors holds nothing that acts.*jepa.checkpoint.*jepa export/,
  );
});

test('damaged bytes, a folder and a missing file are refused', async () => {
  const cut = join(dir, 'cut.safetensors');
  writeFileSync(cut, new Uint8Array(5));
  await expect(loadAgent(cut)).rejects.toMatchObject({ code: 'corrupt' });
  await expect(loadAgent(dir)).rejects.toThrow(/it is a folder, give the file model.safetensors in it/);
  await expect(loadAgent(join(dir, 'none'))).rejects.toMatchObject({ code: 'io' });
});

test('a policy comes back as it was written, and is no file of the others', () => {
  const { config, origin, version } = readPolicy(files.gcbc);
  const { planner: _, ...told } = ORIGIN;
  expect([config.kind, origin, version]).toEqual(['gcbc', told, '0.1.0']);
  expect(() => readModel(files.gcbc)).toThrow(/is no model file/);
  expect(() => readHierarchy(files.gcbc)).toThrow(/is no file of a hierarchical model/);
  expect(() => readPolicy(files.world)).toThrow(/is no policy file: its header must have 'jepa.policy'/);
});
