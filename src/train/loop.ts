// The training loop: batch, loss program, finite check, clipping, optimiser, metrics, checkpoint. It knows no objective.
// Interrupts and numbers that are not finite are outcomes, not exceptions. A resumed run continues bit for bit: batches
// start at the checkpoint's step, the key of a step depends on the seed and the step alone, and metrics of steps after the
// checkpoint are written again.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { fold, JepaError, key } from '../core/index.ts';
import { clipByGlobalNorm, globalNorm } from '../optim/index.ts';
import type { InstrumentValues } from '../run/index.ts';
import {
  type Checkpoint,
  checkpointPath,
  claimLatestCheckpoint,
  instrumentMemory,
  KEPT,
  listCheckpoints,
  lockRun,
  pruneCheckpoints,
  restore,
  writeCheckpoint,
} from '../run/node.ts';
import { type Clock, startClock, timingOf } from './clock.ts';
import { recordEnd, recordStart } from './ending.ts';
import { type NonFinite, nonFiniteTensor, nonFiniteTerm } from './finite.ts';
import type { TrainOptions, TrainOutcome } from './options.ts';
import type { BatchSource, LossStep } from './program.ts';

/**
 * Trains `program` for `steps` updates into the run folder, or for the rest of them when `resume` is set.
 *
 * Writes metrics.jsonl (the first, every `logEvery`-th and the last update, and those with instruments), a checkpoint every
 * `checkpointEvery` updates and at the end, and outcome.json; in a run that no recipe made also the status, minutes and
 * failure in run.json. The folder is locked meanwhile. An update whose loss or gradient is not finite is not made: parameters
 * and buffers are left as before it.
 *
 * Errors: `usage` for options out of range, a seed that differs from the checkpoint's, a folder that has checkpoints when
 * `resume` is not set, or one that another process writes; `io` when the disk is full, the run can then be resumed;
 * `checkpoint` and `corrupt` from reading.
 */
export async function train<B>(options: TrainOptions<B>): Promise<TrainOutcome> {
  checkOptions(options);
  const { run, imagesPerStep, signal } = options;
  const lock = lockRun(run.dir);
  try {
    const checkpoint = start(options);
    recordStart(run);
    const clock = startClock(imagesPerStep, checkpoint?.totals ?? null);
    try {
      const outcome = await updates(options, checkpoint, clock);
      run.flush();
      const words = outcome.kind === 'non-finite' ? { ...outcome, value: `${outcome.value}` } : outcome;
      run.writeJson('outcome.json', words);
      recordEnd(run, outcome, clock);
      return outcome;
    } catch (error) {
      recordEnd(run, { kind: signal?.aborted === true ? 'interrupted' : 'error', error }, clock);
      throw error;
    }
  } finally {
    lock.release();
  }
}

function checkOptions<B>({ steps, checkpointEvery, logEvery, imagesPerStep, instruments }: TrainOptions<B>): void {
  const counts = { steps, checkpointEvery, logEvery, imagesPerStep, 'instruments.every': instruments?.every ?? 1 };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new JepaError('usage', `train: ${name} must be a whole number of at least 1, got ${value}`, {
        name,
        value,
      });
    }
  }
}

/** Restores the newest checkpoint when resuming, and brings the metrics to its step. */
function start<B>({
  run,
  program,
  optimiser,
  seed,
  steps,
  instruments,
  resume,
  onMessage,
}: TrainOptions<B>): Checkpoint | null {
  if (resume !== true) {
    if (listCheckpoints(run.dir).length > 0 || run.hasMetrics()) {
      throw new JepaError('usage', `${run.dir} has been trained already; resume it, or choose another folder`);
    }
    return null;
  }
  const checkpoint = claimLatestCheckpoint(run.dir, onMessage);
  if (checkpoint === null) {
    onMessage(`${run.dir} has no checkpoint yet: training starts at step 0`);
  } else {
    if (checkpoint.seed !== seed || checkpoint.step > steps) {
      throw new JepaError(
        'usage',
        `cannot resume ${checkpoint.path}: it has seed ${checkpoint.seed} and ${checkpoint.step} steps, the run asks for seed ${seed} and ${steps} steps in all`,
        { seed, steps, saved: { seed: checkpoint.seed, step: checkpoint.step } },
      );
    }
    restore(checkpoint, program, optimiser);
    const memory = instrumentMemory(checkpoint);
    if (memory !== undefined) instruments?.recall?.(memory);
    onMessage(`resuming after step ${checkpoint.step} of ${steps}`);
  }
  run.truncateMetrics(checkpoint?.step ?? 0);
  return checkpoint;
}

/** All updates from the checkpoint (or step 0) on. */
async function updates<B>(
  options: TrainOptions<B>,
  checkpoint: Checkpoint | null,
  clock: Clock,
): Promise<TrainOutcome> {
  const { run, program, steps, checkpointEvery, imagesPerStep, signal } = options;
  let saved = checkpoint?.path ?? null;
  const first = checkpoint?.step ?? 0;
  if (first < steps) {
    const source = options.batches(first);
    try {
      const update = updater(options, source, clock);
      for (let done = first + 1; done <= steps; done++) {
        const bad = await update(done - 1);
        if (bad !== null) return { kind: 'non-finite', step: done, ...bad, lastGood: saved };
        // The program may block the event loop; a turn of it lets an interrupt and the loader's messages arrive.
        await nextTurn();
        const stop = signal?.aborted === true && done < steps;
        if (!stop && done < steps && done % checkpointEvery !== 0) continue;
        const broken = nonFiniteTensor('parameter', program.layout, program.params);
        if (broken !== null) return { kind: 'non-finite', step: done, ...broken, lastGood: saved };
        saved = await clock.during('pause', () => save(options, clock, done));
        if (stop) return { kind: 'interrupted', step: done, checkpoint: saved };
      }
    } finally {
      await source.close();
    }
  }
  const timing = timingOf(clock.totals(), imagesPerStep);
  return { kind: 'done', step: steps, checkpoint: saved ?? checkpointPath(run.dir, steps), timing };
}

/** A function that makes the update of a zero-based step, or says which number was not finite and makes none. */
function updater<B>(
  options: TrainOptions<B>,
  source: BatchSource<B>,
  clock: Clock,
): (step: number) => Promise<NonFinite | null> {
  const { program, optimiser, learningRate, weightDecay, clip, seed, steps, imagesPerStep } = options;
  const { params, grads, buffers } = program;
  const seedKey = key(seed);
  const buffersBefore = buffers.slice();
  let secondsPerStep = 0;
  return async (step) => {
    const done = step + 1;
    const batch = await clock.during('wait', () => source.next());
    buffersBefore.set(buffers);
    const result = await clock.during('program', () => program.step(batch, fold(seedKey, 'step', step), step));
    const gradNorm = clip === undefined ? globalNorm(grads) : clipByGlobalNorm(grads, clip);
    const bad = nonFiniteTerm(result) ?? (Number.isFinite(gradNorm) ? null : badGradient(options, gradNorm));
    if (bad !== null) {
      buffers.set(buffersBefore);
      return bad;
    }
    const lr = learningRate(step);
    if (weightDecay !== undefined) optimiser.weightDecay = weightDecay(step);
    optimiser.step(params, grads, lr);
    program.afterUpdate?.(step);
    const measured = await measure(options, clock, done);
    const seconds = clock.endStep();
    log(options, clock, done, result, { lr, gradNorm, measured });
    secondsPerStep = secondsPerStep === 0 ? seconds : 0.9 * secondsPerStep + 0.1 * seconds;
    options.onProgress?.({
      step: done,
      steps,
      ...result,
      imagesPerSecond: imagesPerStep / secondsPerStep,
      secondsLeft: (steps - done) * secondsPerStep,
    });
    return null;
  };
}

function badGradient<B>({ program: { layout, grads } }: TrainOptions<B>, norm: number): NonFinite {
  return nonFiniteTensor('gradient of', layout, grads) ?? { term: 'gradient norm', value: norm };
}

/** The instruments, when they are due; a value that is not finite becomes null, which is what JSON has for it. */
async function measure<B>(
  { instruments, steps }: TrainOptions<B>,
  clock: Clock,
  done: number,
): Promise<InstrumentValues | null> {
  if (instruments === undefined || (done % instruments.every !== 0 && done !== steps)) return null;
  const values = await clock.during('pause', () => instruments.measure(done));
  return Object.fromEntries(
    Object.entries(values).map(([name, v]) => [name, typeof v !== 'number' || Number.isFinite(v) ? v : null]),
  );
}

function log<B>(
  { run, logEvery, steps }: TrainOptions<B>,
  clock: Clock,
  done: number,
  { loss, terms }: LossStep,
  { lr, gradNorm, measured }: { lr: number; gradNorm: number; measured: InstrumentValues | null },
): void {
  if (measured === null && done !== 1 && done !== steps && done % logEvery !== 0) return;
  const instruments = measured === null ? {} : { instruments: measured };
  run.appendMetric({ step: done, loss, terms, lr, gradNorm, ...instruments, timing: clock.interval() });
}

/** Writes the checkpoint after `done` updates, drops old ones, and returns its path. */
function save<B>(options: TrainOptions<B>, clock: Clock, done: number): string {
  const { run, program, optimiser, seed, steps, metadata = {}, instruments } = options;
  const path = checkpointPath(run.dir, done);
  run.flush(); // the metrics of these steps must not be younger on disk than the checkpoint
  const header = {
    step: done,
    seed,
    optimiser: { name: optimiser.name, stepCount: optimiser.stepCount, weightDecay: optimiser.weightDecay },
    config: isRecord(run.file.config) ? run.file.config : {},
    metadata,
    totals: clock.totals(),
  };
  writeCheckpoint(path, program, optimiser, header, instruments?.memory?.());
  pruneCheckpoints(run.dir, done === steps ? KEPT + 1 : KEPT);
  return path;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
