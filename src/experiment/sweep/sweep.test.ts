// Comparisons and sweeps through the built command. Needs `npm run build` first, which `npm test` does.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeSyntheticImageRun } from '../../report/synthetic-image-run.law.ts';
import { type Ended, type Started, startJepa } from '../started.law.ts';

// Counts steps; crashes as a process at lr 3; continues from the step that it wrote when it was stopped.
const RECIPE = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
export default {
  name: 'counting',
  summary: 'counts steps',
  config: () => ({ steps: 3, slow: 0, train: { lr: 1 } }),
  async run(config, context) {
    if (config.train.lr === 3) process.kill(process.pid, 'SIGKILL');
    const file = context.out + '/at.txt';
    const first = context.resume && existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    for (let step = first + 1; step <= config.steps; step++) {
      writeFileSync(file, String(step));
      await wait(config.train.lr === config.slow ? 50 : 1);
      context.signal.throwIfAborted();
    }
    writeFileSync(context.out + '/metrics.jsonl', JSON.stringify({ step: config.steps, loss: config.train.lr / 2 }) + '\\n');
    return { metrics: { score: 10 * config.train.lr + context.seed, first } };
  },
};
`;

let dir = '';
let recipe = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-sweep-'));
  recipe = join(dir, 'counting.mjs');
  writeFileSync(recipe, RECIPE);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const start = (...args: string[]): Started => startJepa(dir, ...args);
const jepa = (...args: string[]): Promise<Ended> => start(...args).ended;
const sweepFile = (name: string) => JSON.parse(readFileSync(join(dir, name, 'sweep.json'), 'utf8'));

test('a sweep runs the grid in child processes and leaves runs, table and page', async () => {
  const { code, out, err } = await jepa(
    ...['sweep', recipe, '--grid', 'train.lr=1,2', '--seed', '0,1', '--out', 's', '--sort', 'score', '--json'],
  );
  expect(err).toContain('run 4/4 done');
  expect(code).toBe(0);
  const answer = JSON.parse(out);
  expect(answer).toMatchObject({ sweep: 's', done: 4, failed: 0 });
  expect(answer.runs.map((r: { metrics: { score: number } }) => r.metrics.score)).toEqual([10, 11, 20, 21]);
  expect(answer.runs[2].metrics['train.loss']).toBe(1);
  for (const file of ['sweep.json', 'table.md', 'compare.html', 'counting_lr=2_seed=1/run.json']) {
    expect(existsSync(join(dir, 's', file))).toBe(true);
  }
  // Sorted: the largest score first.
  expect(readFileSync(join(dir, 's/table.md'), 'utf8').split('\n')[2]).toMatch(/^\| counting \| 2 \| 1 \| done \|.*21/);
});

test('a run whose process dies is recorded, the sweep goes on, and the exit code says so', async () => {
  const first = await jepa('sweep', recipe, '--grid', 'train.lr=3,1', '--out', 's');
  expect(first.code).toBe(1);
  expect(first.err).toMatch(/1 of 2 runs failed.*--resume/);
  expect(first.out).toContain('ended by SIGKILL');
  expect(sweepFile('s').runs).toMatchObject([
    { status: 'failed', why: expect.stringContaining('SIGKILL') },
    { status: 'done', metrics: { score: 10 } },
  ]);
  const again = await jepa('sweep', recipe, '--grid', 'train.lr=3,1', '--out', 's', '--resume', '--json');
  expect(again.code).toBe(1);
  expect(again.err).toContain('1 of 2 runs are done already');
  expect(JSON.parse(again.out).error.details).toMatchObject({ done: 1, failed: 1 });
});

test('Ctrl-C stops run and sweep, and --resume continues the run where it stopped', async () => {
  const args = ['sweep', recipe, '--grid', 'train.lr=1,2', '--set', 'slow=2', '--set', 'steps=40', '--out', 's'];
  const { child, ended } = start(...args);
  const at = join(dir, 's/counting_lr=2_seed=0/at.txt');
  while (!existsSync(at)) await new Promise((done) => setTimeout(done, 20));
  child.kill('SIGINT');
  const stopped = await ended;
  expect(stopped.code).toBe(130);
  expect(stopped.err).toMatch(/interrupted; continue with: jepa sweep .* --resume/);
  expect(sweepFile('s').runs.map((r: { status: string }) => r.status)).toEqual(['done', 'interrupted']);
  const resumed = await jepa(...args, '--resume', '--json');
  expect(resumed.code).toBe(0);
  const [one, two] = JSON.parse(resumed.out).runs;
  expect(one.metrics.first).toBe(0);
  expect(two.metrics.first).toBeGreaterThan(0);
});

test('a larger grid continues a smaller one, and other settings in the same folder are refused', async () => {
  await jepa('sweep', recipe, '--grid', 'train.lr=1', '--out', 's');
  expect(await jepa('sweep', recipe, '--grid', 'train.lr=1,2', '--out', 's')).toMatchObject({
    code: 2,
    err: expect.stringContaining('never overwritten'),
  });
  const more = await jepa('sweep', recipe, '--grid', 'train.lr=1,2', '--out', 's', '--resume');
  expect(more).toMatchObject({ code: 0, err: expect.stringContaining('1 of 2 runs are done already') });
  const other = await jepa('sweep', recipe, '--grid', 'train.lr=1', '--set', 'steps=5', '--out', 's', '--resume');
  expect(other).toMatchObject({ code: 2, err: expect.stringContaining('holds a run with another steps') });
});

test('mistakes are reported before any folder is made', async () => {
  expect(await jepa('sweep', recipe, '--grid', 'train.lrr=1')).toMatchObject({
    code: 2,
    err: expect.stringContaining("did you mean 'train.lr'"),
  });
  expect(await jepa('sweep', recipe, '--seed', '0,0')).toMatchObject({ code: 2 });
  expect(await jepa('sweep', 'no-such-*')).toMatchObject({ code: 2, err: expect.stringContaining('no recipe fits') });
  expect(existsSync(join(dir, 'runs'))).toBe(false);
});

test('compare prints the table and writes page and markdown', async () => {
  const training = { imagesPerStep: 10, imagesPerSecond: 10, knn: [[10, 0.2]] as const };
  writeSyntheticImageRun(join(dir, 'a'), { recipe: 'one', training, probes: { 'knn-20': 0.5 } });
  writeSyntheticImageRun(join(dir, 'b'), { recipe: 'two', status: 'interrupted', probes: { 'knn-20': 0.25 } });
  const { code, out, err } = await jepa('compare', 'a', 'b', '--markdown', 't.md', '--json');
  expect(code).toBe(0);
  expect(err).toContain('b is not finished (interrupted)');
  expect(JSON.parse(out)).toMatchObject({
    page: 'compare.html',
    equal: { images: 100, seconds: 10 },
    runs: [
      { recipe: 'one', 'knn-20': 0.5 },
      { recipe: 'two', 'knn-20': 0.25 },
    ],
  });
  expect(readFileSync(join(dir, 't.md'), 'utf8')).toContain('| one | 0 | 50.0 (46.9 to 53.1) |');
  expect(readFileSync(join(dir, 'compare.html'), 'utf8')).toContain('<section id="table">');
});

test('compare without runs, with a missing folder or with no run folder is a mistake', async () => {
  expect((await jepa('compare')).code).toBe(2);
  expect(await jepa('compare', 'nowhere', '.')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/'nowhere' does not exist, '\.' has no run.json/),
  });
});
