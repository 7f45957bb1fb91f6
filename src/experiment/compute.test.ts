import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { computingOn } from './compute.ts';
import { executeRun } from './execute.ts';
import type { AnyRecipe, RunContext } from './recipe.ts';
import type { ExperimentSession } from './session.ts';

const quiet = { log: () => {}, progress: () => {} };

test('without a choice nothing is chosen and nothing recorded', async () => {
  expect(await computingOn({}, quiet.log)).toEqual({ context: {} });
  expect(await computingOn({ loaders: 0 }, quiet.log)).toEqual({ context: { loaders: 0 } });
});

test('threads and loaders reach the recipe, and run.json says where it computed', async () => {
  const seen: RunContext[] = [];
  const recipe: AnyRecipe = {
    name: 'looks',
    summary: 'looks at its context',
    config: () => ({}),
    run: async (_config, context) => {
      seen.push(context);
      return { metrics: {} };
    },
  };
  const session: ExperimentSession = {
    recipes: [recipe],
    output: quiet,
    signal: new AbortController().signal,
    commandLine: 'test',
  };
  const out = join(mkdtempSync(join(tmpdir(), 'jepa-compute-')), 'run');
  await executeRun(session, 'run', 'looks', { out, set: [], device: 'cpu', threads: 2, loaders: 3 });
  expect(seen[0]?.runtime?.describe).toMatchObject({ device: 'cpu', threads: 2 });
  expect(seen[0]?.loaders).toBe(3);
  expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')).runtime).toMatchObject({
    name: 'onnxruntime-node',
    device: 'cpu',
    threads: 2,
  });
});

test.each([
  [{ device: 'gpu' }, /device must be one of cpu, cuda, .* got 'gpu'/],
  [{ threads: 0 }, /threads must be a whole number of at least 1, got 0/],
  [{ loaders: 1.5 }, /loaders must be a whole number, got 1.5/],
])('%j is refused', async (options, message) => {
  await expect(computingOn(options, quiet.log)).rejects.toThrow(message);
});
