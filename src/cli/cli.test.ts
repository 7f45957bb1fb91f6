// The built command as a user calls it. Needs `npm run build` first, which `npm test` does.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEpisodes, createStore, writeSafetensors } from '../data/node.ts';
import { type Ended, type Started, startJepa } from '../experiment/started.law.ts';
import { writeSyntheticRun } from '../report/synthetic-run.law.ts';

const RECIPE = `
import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
export default {
  name: 'counting',
  summary: 'counts steps',
  config: () => ({ steps: 3, mode: 'good', train: { lr: 0.1 } }),
  async run(config, context) {
    console.log('noise from a library');
    if (config.mode === 'fault') throw new TypeError('a fault');
    for (let step = 1; step <= config.steps; step++) {
      if (context.signal.aborted) {
        await wait(config.mode === 'stubborn' ? 20_000 : 0);
        context.signal.throwIfAborted();
      }
      if (config.mode !== 'good') context.log('waiting');
      await wait(config.mode === 'good' ? 1 : 20);
      context.progress({ stage: 'count', step, total: config.steps, terms: { loss: 1 / step } });
    }
    writeFileSync(context.out + '/metrics.jsonl', JSON.stringify({ step: config.steps, loss: 1 }) + '\\n');
    return { metrics: { 'count.steps': config.steps, seed: context.seed, resumed: Number(context.resume) } };
  },
  stages: {
    eval: async (config, context) => ({ metrics: { evaluated: config.train.lr } }),
  },
};
`;

let dir = '';
let recipe = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-cli-'));
  recipe = join(dir, 'counting.mjs');
  writeFileSync(recipe, RECIPE);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const start = (...args: string[]): Started => startJepa(dir, ...args);
const jepa = (...args: string[]): Promise<Ended> => start(...args).ended;

test('run prints exactly one JSON line on standard output and leaves a complete run folder', async () => {
  const { code, out, err } = await jepa('run', recipe, '--json', '--seed', '5', '--set', 'steps=4');
  expect(code).toBe(0);
  expect(out.split('\n')).toHaveLength(2);
  const { minutes, ...answer } = JSON.parse(out);
  expect(answer).toEqual({
    recipe: 'counting',
    seed: 5,
    run: join('runs', 'counting-seed5'),
    metrics: { 'count.steps': 4, seed: 5, resumed: 0 },
  });
  expect(minutes).toBeGreaterThanOrEqual(0);
  expect(err).toContain('noise from a library');
  expect(err).toContain('count  4/4  100%');
  const run = JSON.parse(readFileSync(join(dir, answer.run, 'run.json'), 'utf8'));
  expect(run).toMatchObject({ recipe: 'counting', seed: 5, status: 'done', config: { steps: 4, train: { lr: 0.1 } } });
  expect(existsSync(join(dir, answer.run, 'report.html'))).toBe(true);
});

test('a folder that holds a run is never overwritten, and --resume keeps seed and configuration', async () => {
  const first = await jepa('run', recipe, '--out', 'a', '--seed', '2', '--set', 'steps=2');
  expect(first.code).toBe(0);
  const again = await jepa('run', recipe, '--out', 'a');
  expect(again.code).toBe(2);
  expect(again.err).toMatch(/never overwritten; continue it with --resume or choose another --out/);
  const resumed = await jepa('run', recipe, '--out', 'a', '--resume', '--json');
  expect(JSON.parse(resumed.out).metrics).toEqual({ 'count.steps': 2, seed: 2, resumed: 1 });
  const changed = await jepa('run', recipe, '--out', 'a', '--resume', '--set', 'steps=9');
  expect(changed).toMatchObject({ code: 2, err: expect.stringContaining('--set changes steps') });
  const reseeded = await jepa('run', recipe, '--out', 'a', '--resume', '--seed', '3');
  expect(reseeded).toMatchObject({ code: 2, err: expect.stringContaining('keeps its seed 2') });
});

test('a mistake exits 2 with a message, without a stack, and as JSON where asked', async () => {
  const plain = await jepa('run', recipe, '--set', 'stpes=4');
  expect(plain.code).toBe(2);
  expect(plain.err).toContain("unknown setting 'stpes'; did you mean 'steps'?");
  expect(plain.err).not.toMatch(/\n\s+at /);
  expect(plain.out).toBe('');
  expect(existsSync(join(dir, 'runs'))).toBe(false);
  const json = await jepa('run', recipe, '--set', 'steps=many', '--json');
  expect(json.code).toBe(2);
  expect(JSON.parse(json.out)).toMatchObject({
    error: { code: 'usage', message: expect.stringContaining('must be a number') },
  });
});

test('unknown commands, options and recipes suggest the nearest or list the known', async () => {
  expect(await jepa('trian')).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean train') });
  expect(await jepa('run', recipe, '--sede', '1')).toMatchObject({ code: 2, err: expect.stringContaining('--seed') });
  expect(await jepa('run', 'no-such-recipe')).toMatchObject({ code: 2, err: expect.stringContaining('known:') });
  expect(await jepa('run', recipe, '--seed', '-1')).toMatchObject({
    code: 2,
    err: expect.stringContaining('non-negative integer'),
  });
  const json = await jepa('run', '--json');
  expect(JSON.parse(json.out).error.message).toContain("missing required argument 'recipe'");
});

test('a fault of the program exits 1 with its stack and marks the run as failed', async () => {
  const { code, err, out } = await jepa('run', recipe, '--set', 'mode=fault', '--json', '--out', 'b');
  expect(code).toBe(1);
  expect(err).toMatch(/TypeError: a fault\n\s+at /);
  expect(JSON.parse(out).error).toMatchObject({ code: 'internal', message: 'a fault' });
  expect(JSON.parse(readFileSync(join(dir, 'b/run.json'), 'utf8')).status).toBe('failed');
});

test('Ctrl-C exits 130, marks the run, and says how to continue', async () => {
  const { child, ended, until } = start(
    'run',
    recipe,
    '--set',
    'mode=slow',
    '--set',
    'steps=1000',
    '--out',
    'c',
    '--json',
  );
  await until('waiting');
  child.kill('SIGINT');
  const { code, err, out } = await ended;
  expect(code).toBe(130);
  expect(err).toMatch(/interrupted; continue with: jepa run .* --resume/);
  expect(JSON.parse(out).error.code).toBe('interrupted');
  expect(JSON.parse(readFileSync(join(dir, 'c/run.json'), 'utf8')).status).toBe('interrupted');
});

test('a second Ctrl-C stops a recipe that does not stop by itself', async () => {
  const { child, ended, until } = start('run', recipe, '--set', 'mode=stubborn', '--set', 'steps=1000', '--out', 'd');
  await until('waiting');
  child.kill('SIGINT');
  await until('press Ctrl-C again');
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
});

test('eval runs the recipe of a run with its configuration and adds its metrics to the run', async () => {
  await jepa('run', recipe, '--out', 'e', '--set', 'train.lr=0.25');
  const { code, out } = await jepa('eval', 'e', '--json', '--trust-recipe');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ run: 'e', metrics: { evaluated: 0.25 } });
  const { metrics } = JSON.parse(readFileSync(join(dir, 'e/run.json'), 'utf8'));
  expect(metrics).toMatchObject({ evaluated: 0.25, 'count.steps': 3 });
  expect(await jepa('collect', recipe)).toMatchObject({
    code: 2,
    err: expect.stringContaining("no separate 'collect'"),
  });
  expect(await jepa('eval', 'nowhere')).toMatchObject({ code: 2, err: expect.stringContaining('does not exist') });
});

test('plan --recorded --gif writes an animation of the episodes in the folder', async () => {
  mkdirSync(join(dir, 'f'));
  writeSyntheticRun(join(dir, 'f'), { steps: 20, episodes: 2, frames: 4, size: 16 });
  const { code, out } = await jepa('plan', 'f', '--recorded', '--gif', 'pictures/a.gif', '--json');
  expect(code).toBe(0);
  const { gif } = JSON.parse(out);
  const bytes = readFileSync(join(dir, 'pictures/a.gif'));
  expect([bytes.toString('latin1', 0, 6), bytes.readUInt16LE(6), bytes.length]).toEqual([
    'GIF89a',
    gif.width,
    gif.bytes,
  ]);
});

test('inspect describes a model, a run and a dataset, and refuses anything else', async () => {
  const data = new Uint8Array(new Float32Array(6).buffer);
  writeSafetensors(join(dir, 'm.safetensors'), new Map([['w', { dtype: 'F32' as const, shape: [2, 3], data }]]), {
    note: 'x',
  });
  const model = JSON.parse((await jepa('inspect', 'm.safetensors', '--json')).out);
  expect(model).toMatchObject({ kind: 'model', elements: 6, tensors: [{ name: 'w', dtype: 'F32', shape: [2, 3] }] });
  mkdirSync(join(dir, 'r'));
  writeSyntheticRun(join(dir, 'r'), { steps: 20, episodes: 1, frames: 3, size: 8 });
  const run = JSON.parse((await jepa('inspect', 'r', '--json')).out);
  expect(run).toMatchObject({ kind: 'run', recipe: 'made-up', rollouts: 1, lastMetrics: { step: 20 } });
  const store = createStore(join(dir, 'data'), {
    env: 'line',
    columns: [{ name: 'action', dtype: 'f32', shape: [2] }],
  });
  store.append({ action: new Float32Array(6) });
  store.close();
  const dataset = JSON.parse((await jepa('inspect', 'data', '--json')).out);
  expect(dataset).toMatchObject({ kind: 'dataset', episodes: 1, rows: 3, spec: { env: 'line' } });
  const npz = createEpisodes({ format: 'npz', path: join(dir, 'data.npz') }, store.spec);
  npz.append({ action: new Float32Array(6) });
  npz.close();
  const inNpz = JSON.parse((await jepa('inspect', 'data.npz', '--json')).out);
  expect(inNpz).toMatchObject({ kind: 'dataset', format: 'npz', episodes: 1, rows: 3, spec: { env: 'line' } });
  expect((await jepa('inspect', recipe)).code).toBe(2);
  expect((await jepa('inspect', dir)).code).toBe(2);
  writeFileSync(join(dir, 'bad.safetensors'), 'not a model');
  expect((await jepa('inspect', 'bad.safetensors')).code).toBe(2);
});

test('a model of very many tensors is listed in part, and its names cannot steer the terminal', async () => {
  const data = new Uint8Array(new Float32Array(1).buffer);
  const tensor = { dtype: 'F32' as const, shape: [1], data };
  const many = Array.from({ length: 200_000 }, (_, i) => [`t${i}\u001b[31m`, tensor] as const);
  writeSafetensors(join(dir, 'many.safetensors'), many);
  const { code, out } = await jepa('inspect', 'many.safetensors');
  expect(code).toBe(0);
  expect(out.split('\n').length).toBeLessThan(120);
  expect(out).toMatch(/and 199,900 more; --json names them all/);
  expect(out).toContain('t0\\u001b[31m');
  expect(out).not.toContain('\u001b');
});

test('an option that a command does not read is refused with the names of those that do', async () => {
  for (const args of [
    ['list', '--resume'],
    ['doctor', '--set', 'a=1'],
    ['inspect', 'x', '--seed', '1'],
    ['report', 'x', '--out', 'y'],
    ['compare', 'x', '--set', 'a=1'],
    ['bench', '--resume'],
    ['eval', 'x', '--resume'],
  ]) {
    const { code, err } = await jepa(...args);
    expect([args.join(' '), code]).toEqual([args.join(' '), 2]);
    expect(err).toMatch(/^jepa: \w+ does not read --\w+; it is an option of: run, story, /);
  }
  expect(await jepa('list', '--set', 'a=1')).toMatchObject({ code: 2, err: expect.stringContaining('with a recipe') });
  for (const option of [['--trust-recipe'], ['--recipe', 'f.mjs'], ['--allow-older-checkpoint']]) {
    const { code, err } = await jepa('report', 'x', ...option);
    expect(code).toBe(2);
    expect(err).toContain(`report does not read ${option[0]}; it is an option of: eval, plan, export`);
  }
  expect(await jepa('plan', 'x', '--recorded', '--trust-recipe')).toMatchObject({
    code: 2,
    err: expect.stringContaining('got --trust-recipe beside it'),
  });
  expect((await jepa('inspect', '--help')).out).not.toContain('--resume');
});

test('links to nothing and folders that hold no such thing are mistakes without a stack', async () => {
  symlinkSync('nowhere', join(dir, 'dangling'));
  mkdirSync(join(dir, 'odd'));
  const run = { recipe: 'x', seed: 0, status: 'done', config: {} };
  writeFileSync(join(dir, 'odd/run.json'), JSON.stringify(run));
  for (const name of ['evals', 'checkpoints', 'rollouts']) writeFileSync(join(dir, 'odd', name), 'a file');
  for (const command of ['report', 'compare', 'inspect']) {
    const { code, err } = await jepa(command, 'dangling');
    expect([command, code]).toEqual([command, 2]);
    expect(err).toContain("is a link to 'nowhere', which does not exist");
    expect((await jepa(command, 'odd')).err).not.toMatch(/internal fault|\n\s+at /);
  }
  expect(await jepa('list', './dangling')).toMatchObject({ code: 2, err: expect.stringContaining('is a link') });
});

test('a recipe file that cannot be loaded is a mistake of its author', async () => {
  writeFileSync(join(dir, 'broken.mjs'), 'export default {');
  expect(await jepa('list', 'broken.mjs')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^jepa: broken.mjs does not compile: /),
  });
});

test('a damaged record of a sweep is named', async () => {
  mkdirSync(join(dir, 'sweep'));
  writeFileSync(join(dir, 'sweep/sweep.json'), '{"runs": [3]}');
  const { code, err } = await jepa('bench', 'control', '--tables-only', '--out', 'sweep');
  expect(code).toBe(2);
  expect(err).toMatch(/sweep.json must be the record of a sweep: .*must be .*; remove it to begin its runs anew/);
});

test('list shows every setting of a recipe by its path', async () => {
  const { code, out } = await jepa('list', recipe);
  expect(code).toBe(0);
  expect(out).toMatch(/train\.lr\s+0\.1\s+a number/);
  const { config, groups } = JSON.parse((await jepa('list', recipe, '--json', '--set', 'train.lr=0.5')).out);
  expect(config.train.lr).toBe(0.5);
  expect(groups.flatMap((g: { settings: object[] }) => g.settings)).toContainEqual({
    path: 'train.lr',
    value: 0.5,
    mustBe: 'a number',
  });
});

test('doctor finds a working machine and says so in JSON', async () => {
  const { code, out } = await jepa('doctor', '--json');
  expect(code).toBe(0);
  const { ok, findings } = JSON.parse(out);
  expect(ok).toBe(true);
  expect(findings.map((f: { name: string }) => f.name)).toEqual(
    expect.arrayContaining(['node', 'onnxruntime', 'disk', 'workers']),
  );
});

test('help and version exit 0, no command exits 2', async () => {
  expect(await jepa('--version')).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  expect((await jepa('run', '--help')).code).toBe(0);
  expect((await jepa()).code).toBe(2);
});
