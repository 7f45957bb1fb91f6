import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adamW } from '../optim/index.ts';
import { createRun, readMetrics } from '../run/node.ts';
import { type ToyBatch, toyBatches, toyProgram } from '../train/toy-program.law.ts';
import {
  type PartFolder,
  type Training,
  type TrainingContext,
  type TrainingProgress,
  trainIn,
  warmedUp,
} from './training.ts';

let out = '';
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'jepa-training-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const DESCRIBED = { config: {}, seed: 4, versions: {} };
const PART: PartFolder = { folder: 'parts/high', described: DESCRIBED };

function contextWith(more: Partial<TrainingContext> = {}): TrainingContext {
  const signal = new AbortController().signal;
  return { seed: 4, out, signal, resume: false, log: () => {}, progress: () => {}, ...more };
}

function training(steps: number, more: Partial<Training<ToyBatch>> = {}): Training<ToyBatch> {
  const program = toyProgram();
  return {
    program,
    batches: toyBatches,
    optimiser: adamW(program.layout),
    learningRate: () => 0.01,
    steps,
    imagesPerStep: 8,
    checkpointEvery: 100,
    logEvery: 1,
    ...more,
  };
}

const losses = (dir: string): (number | undefined)[] => readMetrics(join(dir, 'metrics.jsonl')).map(({ loss }) => loss);

test('trains into the folder of the run and tells stage, step and loss', async () => {
  createRun(out, DESCRIBED).close();
  const lines: TrainingProgress[] = [];
  const context = contextWith({ progress: (line) => lines.push(line) });
  const { metrics } = await trainIn(context, training(3), { stage: 'high' });
  expect(Object.keys(metrics)).toEqual(['train.imagesPerSecond', 'train.waitShare']);
  expect(lines.map(({ stage, step, total }) => [stage, step, total])).toEqual([1, 2, 3].map((n) => ['high', n, 3]));
  expect(lines.map(({ terms }) => terms.loss)).toEqual(losses(out));
});

test('a part is made in its folder, interrupted, and goes on to the numbers of one that was not', async () => {
  const controller = new AbortController();
  const progress = ({ step }: TrainingProgress): void => {
    if (step === 3) controller.abort(new Error('stop'));
  };
  const stopping = contextWith({ signal: controller.signal, progress });
  await expect(trainIn(stopping, training(6), { part: PART })).rejects.toThrow('stop');
  const said: string[] = [];
  await trainIn(contextWith({ log: (line) => said.push(line) }), training(6), { part: PART });
  expect(said).toEqual(['resuming after step 3 of 6']);
  const whole = { ...PART, folder: 'whole' };
  await trainIn(contextWith(), training(6), { part: whole });
  expect(losses(join(out, PART.folder))).toEqual(losses(join(out, 'whole')));
  expect(existsSync(join(out, PART.folder, 'run.json'))).toBe(true);
});

test('a loss that is not finite is an error that names the training and the last good checkpoint', async () => {
  const { program, ...rest } = training(5);
  const broken: Training<ToyBatch> = {
    ...rest,
    program: {
      ...program,
      step: async (batch, key, step) => {
        const result = await program.step(batch, key, step);
        return step === 2 ? { ...result, loss: Number.NaN } : result;
      },
    },
  };
  await expect(trainIn(contextWith(), broken, { stage: 'high', part: PART })).rejects.toThrow(
    /high: training stopped at step 3: loss is NaN; the last good checkpoint is none; lower its learningRate/,
  );
});

test('a run that is not there is refused', async () => {
  await expect(trainIn(contextWith(), training(1))).rejects.toThrow(/must be a run folder, but it has no run.json/);
});

test('the rate warms up over its share of the steps, one at least, and falls to 0', () => {
  const rate = warmedUp({ learningRate: 2, warmup: 0.1, steps: 20 });
  expect([rate(0), rate(1), rate(2)]).toEqual([0, 1, 2]);
  expect(rate(20)).toBeCloseTo(0, 12);
  expect(warmedUp({ learningRate: 2, warmup: 0, steps: 20 })(1)).toBe(2);
});
