import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { JepaError } from '../core/index.ts';
import { adamW, larsVicreg, type Optimiser, sgd, warmupCosine } from '../optim/index.ts';
import { checkpointPath, createRun, listCheckpoints, openRun, type RunFolder, readCheckpoint } from '../run/node.ts';
import type { LossProgram } from './index.ts';
import { type Progress, type TrainOptions, train } from './node.ts';
import { TOY_BATCH, type ToyBatch, toyBatches, toyProgram } from './toy-program.law.ts';

const folder = mkdtempSync(join(tmpdir(), 'jepa-train-'));
afterAll(() => rmSync(folder, { recursive: true }));

let runs = 0;
const newRun = (): RunFolder =>
  createRun(join(folder, `run-${runs++}`), { config: { recipe: 'toy' }, seed: 3, versions: { jepa: 'test' } });

type Options = TrainOptions<ToyBatch>;

/** A short run of the toy program; what a test cares about is overridden. */
function options(run: RunFolder, changes: Partial<Options> = {}): Options {
  const program = changes.program ?? toyProgram();
  return {
    run,
    program,
    batches: toyBatches,
    optimiser: adamW(program.layout),
    learningRate: warmupCosine({ warmupSteps: 5, totalSteps: 30, peak: 0.02 }),
    steps: 30,
    seed: 3,
    imagesPerStep: TOY_BATCH,
    checkpointEvery: 10,
    logEvery: 4,
    onMessage: () => {},
    ...changes,
  };
}

/** Aborts after `steps` updates. */
function abortAfter(steps: number): { signal: AbortSignal; onProgress: (progress: Progress) => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onProgress: ({ step }) => {
      if (step === steps) controller.abort();
    },
  };
}

const untimed = (run: RunFolder): unknown => run.metrics().map((record) => ({ ...record, timing: null }));

async function rejection(action: Promise<unknown>): Promise<JepaError> {
  const error: unknown = await action.then(
    () => new Error('nothing was thrown'),
    (e: unknown) => e,
  );
  if (error instanceof JepaError) return error;
  throw error;
}

test('training lowers the loss, logs the chosen steps and keeps the last two checkpoints beside the final one', async () => {
  const run = newRun();
  const outcome = await train(options(run, { steps: 35, learningRate: () => 0.02 }));
  expect(outcome).toMatchObject({ kind: 'done', step: 35, checkpoint: checkpointPath(run.dir, 35) });
  const metrics = run.metrics();
  expect(metrics.map(({ step }) => step)).toEqual([1, 4, 8, 12, 16, 20, 24, 28, 32, 35]);
  expect(metrics.at(-1)?.loss).toBeLessThan(0.5 * (metrics[0]?.loss ?? 0));
  expect(metrics[0]).toMatchObject({ lr: 0.02, terms: { fit: metrics[0]?.loss } });
  expect(listCheckpoints(run.dir).map(({ step }) => step)).toEqual([20, 30, 35]);
  expect(JSON.parse(readFileSync(join(run.dir, 'outcome.json'), 'utf8'))).toMatchObject({ kind: 'done', step: 35 });
});

test('a run that no recipe made says how it ended: done with its rates, interrupted, failed with the reason', async () => {
  const done = newRun();
  const outcome = await train(options(done));
  if (outcome.kind !== 'done') throw new Error(outcome.kind);
  const { imagesPerSecond } = outcome.timing;
  expect(openRun(done.dir).file).toMatchObject({
    status: 'done',
    metrics: { 'train.imagesPerSecond': imagesPerSecond },
  });
  const stopped = newRun();
  await train(options(stopped, abortAfter(7)));
  expect(openRun(stopped.dir).file).toMatchObject({ status: 'interrupted' });
  const broken = newRun();
  const toy = toyProgram();
  const program = { ...toy, step: () => ({ loss: Number.NaN, terms: {} }) };
  await train(options(broken, { program }));
  const failure = { code: 'numeric', message: 'training stopped at step 1: loss is NaN' };
  expect(openRun(broken.dir).file).toMatchObject({ status: 'failed', failure });
  const thrown = newRun();
  const fail = (): never => {
    throw new JepaError('io', 'the disk is full');
  };
  await expect(train(options(thrown, { program: { ...toyProgram(), afterUpdate: fail } }))).rejects.toThrow(
    'the disk is full',
  );
  expect(openRun(thrown.dir).file.failure).toEqual({ code: 'io', message: 'the disk is full' });
});

test('a resumed run counts the minutes of its earlier sittings, and is failed no more when it is done', async () => {
  const run = newRun();
  await train(options(run, abortAfter(12)));
  const path = checkpointPath(run.dir, 12);
  const { step, totals } = readCheckpoint(path);
  expect(step).toBe(12);
  run.update({ status: 'failed', failure: { code: 'io', message: 'x' } });
  await train(options(openRun(run.dir), { resume: true }));
  const { status, failure, minutes } = openRun(run.dir).file;
  expect([status, failure]).toEqual(['done', undefined]);
  expect(minutes).toBeGreaterThanOrEqual(Math.round((totals.wall / 60) * 1000) / 1000);
});

test('how the run of a recipe ends is not for its training to say', async () => {
  const run = newRun();
  run.update({ recipe: 'r', status: 'unfinished' });
  await train(options(run));
  expect(openRun(run.dir).file.status).toBe('unfinished');
});

test('the folder is locked while it is trained, and free afterwards', async () => {
  const run = newRun();
  const seen: boolean[] = [];
  const lock = join(run.dir, 'lock');
  await train(options(run, { program: { ...toyProgram(), afterUpdate: () => void seen.push(existsSync(lock)) } }));
  expect(new Set(seen)).toEqual(new Set([true]));
  expect(existsSync(lock)).toBe(false);
});

test('the shares of an interval add up to 1', async () => {
  const run = newRun();
  const outcome = await train(options(run));
  if (outcome.kind !== 'done') throw new Error(outcome.kind);
  for (const t of [outcome.timing, ...run.metrics().map(({ timing }) => timing)]) {
    expect(t!.waitShare! + t!.programShare! + t!.overheadShare! + t!.pauseShare!).toBeCloseTo(1, 6);
    expect(t!.imagesPerSecond).toBeGreaterThan(0);
  }
});

test.each([
  ['AdamW', (p: LossProgram<ToyBatch>): Optimiser => adamW(p.layout)],
  ['SGD with momentum', (p: LossProgram<ToyBatch>): Optimiser => sgd(p.layout, { momentum: 0.9 })],
  ['LARS', (p: LossProgram<ToyBatch>): Optimiser => larsVicreg(p.layout)],
])('an interrupted and resumed run with %s ends bit for bit as an uninterrupted one', async (_name, make) => {
  const schedules = { clip: 0.5, weightDecay: (step: number) => 0.01 * (1 + step) };
  const straight = toyProgram();
  const whole = newRun();
  const used = make(straight);
  await train(options(whole, { ...schedules, program: straight, optimiser: used }));

  const run = newRun();
  const first = toyProgram();
  const stop = options(run, { ...schedules, program: first, optimiser: make(first), ...abortAfter(13) });
  expect(await train(stop)).toEqual({ kind: 'interrupted', step: 13, checkpoint: checkpointPath(run.dir, 13) });
  run.close();
  const second = toyProgram();
  const optimiser = make(second);
  const again = openRun(run.dir);
  const outcome = await train(options(again, { ...schedules, program: second, optimiser, resume: true }));
  expect(outcome.kind).toBe('done');
  expect(second.params).toEqual(straight.params);
  expect(second.buffers).toEqual(straight.buffers);
  expect(optimiser.state).toEqual(used.state);
  expect([optimiser.stepCount, optimiser.weightDecay]).toEqual([used.stepCount, used.weightDecay]);
  expect(untimed(again)).toEqual(untimed(whole));
});

test('a finished run that is resumed is done at once', async () => {
  const run = newRun();
  await train(options(run));
  const forbidden = (): never => {
    throw new Error('no batch is needed');
  };
  const outcome = await train(options(run, { resume: true, batches: forbidden }));
  expect(outcome).toMatchObject({ kind: 'done', step: 30, checkpoint: checkpointPath(run.dir, 30) });
});

test('a damaged newest checkpoint is set aside with a message, and the run ends as an undisturbed one', async () => {
  const straight = toyProgram();
  await train(options(newRun(), { program: straight }));
  const run = newRun();
  await train(options(run, abortAfter(25)));
  truncateSync(checkpointPath(run.dir, 25), 400);
  const messages: string[] = [];
  const program = toyProgram();
  await train(options(run, { program, resume: true, onMessage: (message) => messages.push(message) }));
  expect(messages[0]).toMatch(/damaged: .*step-000025.*truncated.*goes on from .*step 20/);
  expect(messages[1]).toBe('resuming after step 20 of 30');
  expect(program.params).toEqual(straight.params);
  expect(readFileSync(`${checkpointPath(run.dir, 25)}.corrupt`).length).toBe(400);
});

test('a run whose checkpoints are all damaged is an error and nothing is set aside', async () => {
  const run = newRun();
  await train(options(run));
  for (const { path } of listCheckpoints(run.dir)) writeFileSync(path, 'not a checkpoint');
  const error = await rejection(train(options(run, { resume: true })));
  expect(error.code).toBe('corrupt');
  expect(error.message).toMatch(/all 3 checkpoints of .* are damaged/);
  expect(listCheckpoints(run.dir)).toHaveLength(3);
});

/** The toy program with one number spoiled at a zero-based step. */
function spoiled(
  at: number,
  spoil: (program: LossProgram<ToyBatch>) => { fit?: number; loss?: number },
): LossProgram<ToyBatch> {
  const program = toyProgram();
  return {
    ...program,
    async step(batch, key, step) {
      const result = await program.step(batch, key, step);
      if (step !== at) return result;
      const { fit = result.terms.fit ?? 0, loss = result.loss } = spoil(program);
      return { loss, terms: { fit } };
    },
  };
}

test.each([
  ['a NaN term', 'fit', Number.NaN, () => ({ fit: Number.NaN, loss: Number.NaN })],
  ['an infinite loss', 'loss', Number.POSITIVE_INFINITY, () => ({ loss: Number.POSITIVE_INFINITY })],
  [
    'a NaN gradient',
    'gradient of out.weight',
    Number.NaN,
    (program: LossProgram<ToyBatch>) => {
      program.grads[program.layout.index.get('out.weight')?.offset ?? 0] = Number.NaN;
      return {};
    },
  ],
])(
  '%s stops the run with step, term and last good checkpoint, and the update is not made',
  async (_n, term, value, spoil) => {
    const healthy = toyProgram();
    await train(options(newRun(), { program: healthy, steps: 12 }));
    const run = newRun();
    const program = spoiled(12, spoil);
    const outcome = await train(options(run, { program, clip: 1000 }));
    expect(outcome).toEqual({ kind: 'non-finite', step: 13, term, value, lastGood: checkpointPath(run.dir, 10) });
    expect(program.params).toEqual(healthy.params);
    expect(program.buffers).toEqual(healthy.buffers);
    expect(JSON.parse(readFileSync(join(run.dir, 'outcome.json'), 'utf8')).value).toBe(String(value));
  },
);

test('a loss that is not finite before the first checkpoint has no last good one', async () => {
  const outcome = await train(options(newRun(), { program: spoiled(0, () => ({ loss: Number.NaN })) }));
  expect(outcome).toMatchObject({ kind: 'non-finite', step: 1, lastGood: null });
});

test('parameters that overflow are never saved as a checkpoint', async () => {
  const run = newRun();
  const toy = toyProgram();
  const afterUpdate = (step: number): void => {
    if (step === 9) toy.params[0] = Number.POSITIVE_INFINITY;
  };
  const outcome = await train(options(run, { program: { ...toy, afterUpdate } }));
  expect(outcome).toMatchObject({ kind: 'non-finite', step: 10, term: 'parameter hidden.weight', lastGood: null });
  expect(listCheckpoints(run.dir)).toEqual([]);
});

test('instruments are logged when they are due and at the end, and a value that is not finite is null', async () => {
  const run = newRun();
  const measure = (step: number): Record<string, number> => ({
    rank: step,
    undefinedAtStart: step < 10 ? Number.NaN : 1,
  });
  await train(options(run, { steps: 15, instruments: { every: 7, measure } }));
  const measured = run.metrics().filter(({ instruments }) => instruments !== undefined);
  expect(measured.map(({ step, instruments }) => [step, instruments])).toEqual([
    [7, { rank: 7, undefinedAtStart: null }],
    [14, { rank: 14, undefinedAtStart: 1 }],
    [15, { rank: 15, undefinedAtStart: 1 }],
  ]);
});

test('progress is told after every step, down to no time left', async () => {
  const seen: Progress[] = [];
  await train(options(newRun(), { onProgress: (progress) => seen.push(progress) }));
  expect(seen.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  expect(seen.at(-1)?.secondsLeft).toBe(0);
});

test('the batch source is closed whatever happens', async () => {
  const opened = { count: 0 };
  const batches = (firstStep: number) => toyBatches(firstStep, opened);
  await train(options(newRun(), { batches }));
  await train(options(newRun(), { batches, ...abortAfter(3) }));
  const program = {
    ...toyProgram(),
    step: (): never => {
      throw new Error('the device is lost');
    },
  };
  await expect(train(options(newRun(), { batches, program }))).rejects.toThrow('the device is lost');
  expect(opened.count).toBe(0);
});

test('a checkpoint carries the configuration, the metadata of the caller, the seed and the step', async () => {
  const run = newRun();
  const metadata = { env: 'two-room', frameSkip: 5, normaliser: { mean: Float32Array.of(0.5, 0.25), std: [1, 2] } };
  await train(options(run, { metadata }));
  expect(readCheckpoint(checkpointPath(run.dir, 30))).toMatchObject({
    step: 30,
    seed: 3,
    config: { recipe: 'toy' },
    metadata: { env: 'two-room', frameSkip: 5, normaliser: { mean: [0.5, 0.25], std: [1, 2] } },
    optimiser: { name: 'adamw', stepCount: 30, weightDecay: 0.01 },
  });
});

test('what cannot be resumed or started is refused in words', async () => {
  const run = newRun();
  await train(options(run));
  expect((await rejection(train(options(run)))).message).toMatch(/trained already; resume it/);
  expect((await rejection(train(options(run, { resume: true, seed: 4 })))).message).toMatch(
    /has seed 3 .* asks for seed 4/,
  );
  expect((await rejection(train(options(run, { resume: true, steps: 20 })))).message).toMatch(/30 steps.*20 steps/);
  const program = toyProgram();
  const other = { program, optimiser: sgd(program.layout), resume: true };
  expect((await rejection(train(options(run, other)))).message).toMatch(/optimiser 'adamw', this run uses 'sgd'/);
  expect((await rejection(train(options(newRun(), { steps: 0 })))).message).toMatch(/steps must be .* got 0/);
  expect((await rejection(train(options(newRun(), { logEvery: 0.5 })))).message).toMatch(/logEvery must be .* got 0.5/);
});
