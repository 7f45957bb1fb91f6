// How commands begin, end and share a run folder, through the built command. Needs `npm run build` first, which `npm test` does.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { flatLayout } from '../core/index.ts';
import { adamW } from '../optim/index.ts';
import { parseRun, type RunFile } from '../run/index.ts';
import { checkpointPath, writeCheckpoint } from '../run/node.ts';
import { BIN, type Ended, type Started, startCommand, startJepa } from './started.law.ts';

const JEPA = (room: string): string => JSON.stringify(new URL(`../../dist/src/${room}.js`, import.meta.url).href);

// Writes what the modes ask for; says 'working' and waits until it is told to stop. Its first line betrays that it was imported.
const RECIPE = `
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { JepaError } from ${JEPA('core/index')};
import { writeJson } from ${JEPA('experiment/index')};
appendFileSync(new URL('imported.txt', import.meta.url), 'x');
export default {
  name: 'made',
  summary: 'writes files',
  config: () => ({ mode: 'good', score: 1, slow: 0 }),
  async run(config, context) {
    if (config.mode === 'contradiction') throw new JepaError('usage', 'mode must be another');
    if (config.mode === 'nothing') throw new JepaError('numeric', 'it came to nothing');
    writeFileSync(context.out + '/metrics.jsonl', '{"step":1,"loss":1}\\n');
    if (config.mode === 'torn' && !context.resume) writeFileSync(context.out + '/evals.json.tmp-' + process.pid + '-0-0', 'half');
    context.log('working');
    if (config.mode === 'wait' || config.mode === 'torn' || config.slow === config.score) {
      for (let n = 0; !context.resume && n < 1000; n++) {
        await wait(20);
        context.log('working');
        context.signal.throwIfAborted();
      }
    }
    writeFileSync(context.out + '/metrics.jsonl', '{"step":1,"loss":1}\\n');
    return { metrics: { score: config.score } };
  },
  stages: {
    async eval(config, context) {
      writeJson(context, 'evals/probe.json', { probes: [], score: config.score, seed: context.seed });
      return { metrics: { evaluated: config.score } };
    },
  },
};
`;

let dir = '';
let recipe = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-run-folder-'));
  recipe = join(dir, 'made.mjs');
  writeFileSync(recipe, RECIPE);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const start = (...args: string[]): Started => startJepa(dir, ...args);
const jepa = (...args: string[]): Promise<Ended> => start(...args).ended;
const runFile = (name: string): RunFile => parseRun(readFileSync(join(dir, name, 'run.json'), 'utf8'));

async function until(holds: () => boolean): Promise<void> {
  for (let n = 0; n < 1500 && !holds(); n++) await new Promise((done) => setTimeout(done, 20));
  expect(holds()).toBe(true);
}

/** A run that works until it is told to stop. */
async function working(mode = 'wait'): Promise<Started> {
  const run = start('run', recipe, '--set', `mode=${mode}`, '--out', 'a');
  await until(() => existsSync(join(dir, 'a', 'metrics.jsonl')));
  return run;
}

test.each(['SIGTERM', 'SIGHUP'] as const)('%s saves, marks the run and exits 130', async (signal) => {
  const { child, ended } = await working();
  child.kill(signal);
  expect(await ended).toMatchObject({
    code: 130,
    err: expect.stringContaining('interrupted; continue with: jepa run'),
  });
  expect(runFile('a').status).toBe('interrupted');
  expect(existsSync(join(dir, 'a', 'lock'))).toBe(false);
});

test('a reader that goes away ends the run with 130, marked and without a word', async () => {
  const script = `"$0" "$@" 2>&1 | head -1; echo "code \${PIPESTATUS[0]}"`;
  const args = [process.execPath, BIN, 'run', recipe, '--set', 'mode=wait', '--out', 'a'];
  const { out, err } = await startCommand(['bash', '-c', script, ...args], { cwd: dir }).ended;
  expect(out).toMatch(/^working\ncode 130\n$/);
  expect(err).toBe('');
  expect(runFile('a').status).toBe('interrupted');
});

test('a run that fails says why in run.json, and no longer once it is done', async () => {
  expect((await jepa('run', recipe, '--set', 'mode=nothing', '--out', 'a')).code).toBe(1);
  expect(runFile('a')).toMatchObject({
    status: 'failed',
    failure: { code: 'numeric', message: 'it came to nothing' },
  });
  // Nothing was made: the same folder serves for a better attempt.
  const again = await jepa('run', recipe, '--set', 'score=3', '--out', 'a');
  expect(again).toMatchObject({ code: 0, err: expect.stringContaining('collected and trained nothing') });
  expect(runFile('a')).toMatchObject({ status: 'done', metrics: { score: 3 } });
  expect(runFile('a').failure).toBeUndefined();
});

test('run.json names the settings that are not as the recipe has them', async () => {
  await jepa('run', recipe, '--set', 'score=3', '--out', 'a');
  expect(runFile('a').changed).toEqual(['score']);
  await jepa('run', recipe, '--out', 'b');
  expect(runFile('b').changed).toEqual([]);
});

test('a refused command leaves no folder', async () => {
  const { code, err } = await jepa('run', recipe, '--set', 'mode=contradiction', '--out', 'a');
  expect(code).toBe(2);
  expect(err).toContain('mode must be another');
  expect(existsSync(join(dir, 'a'))).toBe(false);
});

test('two processes never write one folder', async () => {
  const { child, ended } = await working();
  for (const command of [
    ['run', recipe, '--out', 'a', '--resume'],
    ['report', 'a'],
  ]) {
    const second = await jepa(...command);
    expect(second).toMatchObject({ code: 2, err: expect.stringContaining(`written by process ${child.pid}`) });
  }
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  expect((await jepa('report', 'a')).code).toBe(0);
});

test('a killed run leaves a lock and half a file that the next command removes', async () => {
  const { child, ended } = await working('torn');
  child.kill('SIGKILL');
  await ended;
  expect(readdirSync(join(dir, 'a')).sort()).toEqual([
    `evals.json.tmp-${child.pid}-0-0`,
    'lock',
    'metrics.jsonl',
    'run.json',
  ]);
  writeFileSync(join(dir, 'a', 'run.json'), JSON.stringify({ ...runFile('a'), minutes: 7 }));
  expect((await jepa('run', recipe, '--out', 'a', '--resume')).code).toBe(0);
  expect(readdirSync(join(dir, 'a')).sort()).toEqual(['metrics.jsonl', 'report.html', 'run.json']);
  // The earlier sittings count, too.
  expect(runFile('a').minutes).toBeGreaterThanOrEqual(7);
});

test('a killed sweep leaves no run that goes on', async () => {
  const { child, ended } = start('sweep', recipe, '--grid', 'score=1,2', '--set', 'slow=1', '--out', 's');
  const run = join('s', 'made_score=1_seed=0');
  await until(() => existsSync(join(dir, run, 'metrics.jsonl')));
  child.kill('SIGKILL');
  await ended;
  await until(() => runFile(run).status === 'interrupted' && !existsSync(join(dir, run, 'lock')));
});

test('results with other settings stand beside those of the run, and equal settings replace them', async () => {
  await jepa('run', recipe, '--out', 'a');
  const probe = (name = 'probe'): object => JSON.parse(readFileSync(join(dir, 'a', 'evals', `${name}.json`), 'utf8'));
  await jepa('eval', 'a', '--trust-recipe');
  const first = probe();
  const other = await jepa('eval', 'a', '--trust-recipe', '--set', 'score=5', '--seed', '3', '--json');
  const { other: digest } = JSON.parse(other.out);
  expect(probe()).toEqual(first);
  const name = `probe@${digest}`;
  const command = expect.stringContaining('--set score=5');
  expect(probe(name)).toMatchObject({ score: 5, origin: { settings: { score: 5 }, seed: 3, command } });
  await jepa('eval', 'a', '--trust-recipe', '--seed', '3', '--set', 'score=5');
  expect(readdirSync(join(dir, 'a', 'evals')).sort()).toEqual(['probe.json', `${name}.json`]);
  expect(runFile('a')).toMatchObject({
    metrics: { score: 1, evaluated: 1 },
    others: { [digest]: { settings: { score: 5 }, seed: 3, metrics: { evaluated: 5 } } },
  });
  expect((await jepa('inspect', 'a')).out).toContain(`@${digest}, with score=5, seed 3:`);
  const page = readFileSync(join(dir, 'a', 'report.html'), 'utf8');
  expect(page).toContain('With other settings<small>score=5, seed 3</small>');
});

test('a recorded run runs no code of its own unless it is trusted, or the file is given', async () => {
  await jepa('run', recipe, '--out', 'a');
  const imports = (): number => readFileSync(join(dir, 'imported.txt'), 'utf8').length;
  const before = imports();
  const refused = await jepa('eval', 'a');
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining(`'${recipe}', whose code would run`) });
  expect(refused.err).toContain('--trust-recipe');
  // A path in the place of a name is a path, too.
  const path = join(dir, 'a', 'run.json');
  const { recipeFile: _, ...rest } = runFile('a');
  writeFileSync(path, JSON.stringify({ ...rest, recipe }));
  expect((await jepa('eval', 'a')).code).toBe(2);
  expect(imports()).toBe(before);
  writeFileSync(path, JSON.stringify(rest));
  renameSync(recipe, join(dir, 'mine.mjs'));
  expect((await jepa('eval', 'a', '--recipe', './mine.mjs')).code).toBe(0);
  expect(imports()).toBe(before + 1);
});

test('a damaged newest checkpoint is refused, unless an older one is allowed: its results stand beside', async () => {
  await jepa('run', recipe, '--out', 'a');
  const layout = flatLayout([{ name: 'w', shape: [4] }]);
  const none = flatLayout([]);
  const model = { layout, params: new Float32Array(4), bufferLayout: none, buffers: new Float32Array(0) };
  const optimiser = adamW(layout);
  const totals = { steps: 0, wall: 0, wait: 0, program: 0, pause: 0 };
  const state = { name: optimiser.name, stepCount: 0, weightDecay: 0 };
  mkdirSync(join(dir, 'a', 'checkpoints'));
  for (const step of [1, 2]) {
    const header = { step, seed: 0, optimiser: state, config: {}, metadata: {}, totals };
    writeCheckpoint(checkpointPath(join(dir, 'a'), step), model, optimiser, header);
  }
  const newest = checkpointPath(join(dir, 'a'), 2);
  truncateSync(newest, 100);
  const refused = await jepa('eval', 'a', '--trust-recipe');
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('--allow-older-checkpoint') });
  expect(refused.err).toContain(newest.slice(dir.length + 1));
  expect(existsSync(join(dir, 'a', 'evals'))).toBe(false);
  const allowed = await jepa('eval', 'a', '--trust-recipe', '--allow-older-checkpoint', '--json');
  const { other, checkpoint } = JSON.parse(allowed.out);
  expect(checkpoint).toBe(1);
  expect(runFile('a').others?.[other]).toMatchObject({ checkpoint: 1, metrics: { evaluated: 1 } });
});
