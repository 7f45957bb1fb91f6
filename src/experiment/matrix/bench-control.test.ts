// `jepa bench control` through the built command, on a world that only counts. Needs `npm run build` first, which `npm test` does.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ended, type Started, startJepa } from '../started.law.ts';

// Each collection leaves a line. Model `poor` fails, model `slow` waits until it is stopped or the file `go` is there.
const RECIPE = `
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
export default {
  name: 'counting',
  summary: 'counts',
  config: () => ({
    env: { id: 'counting' }, model: 'good', models: { good: {}, poor: {}, slow: {} },
    plan: { tasks: 10, also: [], planners: { icem: {} } },
  }),
  async run(config, context) {
    if (config.model === 'poor') throw new Error('out of luck');
    writeFileSync(context.out + '/begun', '');
    while (config.model === 'slow' && !existsSync('go')) { await wait(20); context.signal.throwIfAborted(); }
    mkdirSync(context.out + '/evals', { recursive: true });
    const results = ['planner', ...config.plan.also, 'random', 'oracle'].map((policy, i) => (
      { policy, tasks: config.plan.tasks, successAny: 5 - i + context.seed }));
    writeFileSync(context.out + '/evals/planning.json', JSON.stringify({ protocols: [{ name: 'strict', description: 'd', results }] }));
    return { metrics: { data: existsSync(context.data + '/rows.txt') ? 1 : 0 } };
  },
  stages: {
    async collect(config, context) {
      if (config.env.id === 'none') throw new Error('no such world');
      appendFileSync(context.out + '/rows.txt', 'collected\\n');
      return { metrics: {} };
    },
  },
  control: {
    models: (c) => Object.keys(c.models),
    planners: (c) => Object.keys(c.plan.planners),
    dataset: (c) => ({ env: c.env }),
  },
};
`;

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-bench-control-'));
  writeFileSync(join(dir, 'counting.mjs'), RECIPE);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const start = (...args: string[]): Started => startJepa(dir, 'bench', 'control', ...args);
const bench = (...args: string[]): Promise<Ended> => start(...args).ended;
const text = (path: string): string => readFileSync(join(dir, path), 'utf8');
const collections = (seed: number): number => text(`c/data/counting-seed${seed}/rows.txt`).trim().split('\n').length;
const args = ['--worlds', './counting.mjs', '--out', 'c'];

test('runs share a dataset for each seed and leave tables, page and records', async () => {
  const asked = [...args, '--models', 'good', '--seed', '0,1', '--results', 'r', '--json'];
  const { code, out } = await bench(...asked);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ out: 'c', done: 2, failed: 0, markdown: 'c/control.md', results: 'r' });
  expect(JSON.parse(out).runs.map((r: { metrics: { data: number } }) => r.metrics.data)).toEqual([1, 1]);
  // 5 of 10 and 6 of 10.
  expect(text('c/control.md')).toContain('| counting | good | main | 55.0 ');
  expect(text('c/control.html')).toContain('<section id="planners">');
  expect(JSON.parse(text('r/control.json')).groups[0].seeds).toEqual([0, 1]);
  // Again, with everything done: no --resume is needed, nothing runs, and the tables are written anew.
  rmSync(join(dir, 'c/control.md'));
  const again = await bench(...asked);
  expect(again).toMatchObject({ code: 0, err: expect.stringContaining('2 of 2 runs are done already') });
  expect(existsSync(join(dir, 'c/control.md'))).toBe(true);
  expect([collections(0), collections(1)]).toEqual([1, 1]);
});

test('a run that fails is recorded, the next begins, and the exit code says so', async () => {
  const { code, out, err } = await bench(...args, '--models', 'poor,good');
  expect(code).toBe(1);
  expect(err).toMatch(/1 of 2 runs failed.*--resume/);
  expect(out).toContain('counting_model=poor_seed=0: failed, out of luck');
  expect(text('c/control.md')).toContain('| counting | good |');
  expect(collections(0)).toBe(1);
});

test('without a dataset its runs fail, and say why', async () => {
  const { code, out } = await bench(...args, '--models', 'good', '--set', 'env.id=none');
  expect(code).toBe(1);
  expect(out).toContain('failed, no dataset: no such world');
});

test('Ctrl-C leaves the tables of what is done, and --resume finishes the rest without collecting again', async () => {
  const { child, ended } = start(...args, '--models', 'good,slow');
  while (!existsSync(join(dir, 'c/counting_model=slow_seed=0/begun')))
    await new Promise((done) => setTimeout(done, 20));
  child.kill('SIGINT');
  const stopped = await ended;
  expect(stopped.code).toBe(130);
  expect(stopped.err).toMatch(/tables of what is done are in c; continue with: jepa bench control .* --resume/);
  expect(text('c/control.md')).toContain('counting_model=slow_seed=0: interrupted');
  writeFileSync(join(dir, 'go'), '');
  const resumed = await bench(...args, '--models', 'good,slow', '--resume');
  expect(resumed).toMatchObject({ code: 0, err: expect.stringContaining('1 of 2 runs are done already') });
  expect(text('c/control.md')).toContain('| counting | slow |');
  expect(collections(0)).toBe(1);
});

test('other settings in the same folder are refused, and --tables-only shows what is there', async () => {
  await bench(...args, '--models', 'good');
  const tasks = await bench(...args, '--models', 'good', '--tasks', '3', '--resume');
  expect(tasks).toMatchObject({ code: 2, err: expect.stringContaining('holds a run with another plan.tasks') });
  const data = await bench(...args, '--models', 'slow', '--set', 'env.id=other', '--resume');
  expect(data).toMatchObject({ code: 2, err: expect.stringContaining('holds a dataset with another env.id') });
  const tables = await bench('--tables-only', '--out', 'c', '--json');
  expect(JSON.parse(tables.out)).toMatchObject({ done: 1, failed: 0 });
  expect((await bench('--tables-only', '--out', 'c', '--models', 'good')).code).toBe(2);
  expect((await bench('--tables-only', '--out', 'nowhere')).code).toBe(2);
});

test('mistakes are reported before any folder is made', async () => {
  expect(await bench(...args, '--models', 'god')).toMatchObject({
    code: 2,
    err: expect.stringContaining("did you mean 'good'"),
  });
  expect(await bench(...args, '--planners', 'iccem')).toMatchObject({ code: 2 });
  expect(await bench('--worlds', 'two-rom', '--out', 'c')).toMatchObject({
    code: 2,
    err: expect.stringContaining("did you mean 'two-room'"),
  });
  expect(await bench(...args, '--tasks', '0')).toMatchObject({ code: 2 });
  expect(existsSync(join(dir, 'c'))).toBe(false);
});
