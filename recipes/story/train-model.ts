// Trains one model of the story in a folder of its own, which is a run: run.json, metrics.jsonl, checkpoints. A folder whose
// training was interrupted continues; one that is done is left alone.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../src/core/index.ts';
import { libraryVersion } from '../../src/data/node.ts';
import { type BallBatch, ballBatches } from '../../src/envs/index.ts';
import { adamW, constant } from '../../src/optim/index.ts';
import { createRun, openRun } from '../../src/run/node.ts';
import { nodeRuntime, type Runtime } from '../../src/runtime/index.ts';
import { concat, input, split, type Tensor } from '../../src/tensor/index.ts';
import { moduleProgram, train } from '../../src/train/index.ts';
import type { StoryConfig } from './config.ts';
import { eyesTraining } from './eyes.ts';
import { jobKey, modelDir, type Training, trainingTransitions } from './job.ts';
import { jointModel, pixelPredictor } from './networks.ts';
import { jointLoss, meanSquares } from './objectives.ts';
import { jobName, type StoryJob, sizesFor, stepsOf, variants } from './variants.ts';
import { viewsTraining } from './views.ts';

/** Progress of one job. */
export interface JobProgress {
  readonly job: string;
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

/** What a job is given beside its configuration. */
export interface JobContext {
  /** The folder of the story; the model's is `models/<job>` in it. */
  readonly out: string;
  readonly signal: AbortSignal;
  onProgress(progress: JobProgress): void;
  log(line: string): void;
  readonly runtime?: Runtime;
}

/** Whether a model has been trained to the end. */
export function isTrained(out: string, job: StoryJob): boolean {
  const path = join(modelDir(out, job), 'outcome.json');
  return existsSync(path) && (JSON.parse(readFileSync(path, 'utf8')) as { readonly kind: string }).kind === 'done';
}

/** One thread per model: two models at a time use two cores better than one model on both. */
function storyRuntime(): Runtime {
  return nodeRuntime({ threads: 1 });
}

function pictures(config: StoryConfig, frames: number): readonly [Tensor, Tensor] {
  const { batchSize } = config.train;
  const { imageSize } = config.networks;
  const shape = [batchSize, frames, imageSize, imageSize];
  return [input('now', shape), input('next', shape)];
}

/** The training of a model that predicts pictures or embeddings from batches of the ball. */
async function ballTraining(config: StoryConfig, job: StoryJob, runtime: Runtime): Promise<Training<BallBatch>> {
  const variant = variants[job.variant];
  const { batchSize } = config.train;
  const init = jobKey(job, 'init');
  const transitions = trainingTransitions(config, job);
  const batches = (frames: 1 | 2, noise: 'none' | 'fixed' | 'online') => (startStep: number) =>
    ballBatches(transitions, { frames, noise, batchSize, key: jobKey(job, 'batches'), startStep });
  if (variant.kind === 'pixel') {
    const program = await moduleProgram<(x: Tensor) => Tensor, BallBatch>({
      module: pixelPredictor(sizesFor(config, 1), variant.outputBias),
      key: init,
      runtime,
      trace(predict) {
        const [now, next] = pictures(config, 1);
        return { loss: meanSquares(predict(now), next), terms: {} };
      },
      inputs: ({ now, next }) => ({ now, next }),
    });
    return { program, batches: batches(1, variant.noise) };
  }
  if (variant.kind !== 'joint') throw new JepaError('usage', `story: ${job.variant} is not trained on transitions`);
  const { frames, action, objective, noise } = variant;
  const program = await moduleProgram({
    module: jointModel(sizesFor(config, frames), action ? 1 : 0),
    key: init,
    runtime,
    trace(model) {
      const [now, next] = pictures(config, frames);
      const [z, zNext] = split(model.encode(concat([now, next], 0)), [batchSize, batchSize], 0) as [Tensor, Tensor];
      const predicted = action ? model.predict(z, input('action', [batchSize, 1])) : model.predict(z);
      return jointLoss(objective, z, zNext, predicted);
    },
    inputs: (batch: BallBatch) => ({
      now: batch.now,
      next: batch.next,
      ...(action ? { action: batch.action } : {}),
    }),
  });
  return { program, batches: batches(frames, noise) };
}

/**
 * Trains a model to the end of its steps, or continues to; does nothing when it is trained already.
 *
 * Errors: the signal's reason when interrupted, after a checkpoint was written; `numeric` when the loss is not finite.
 */
export async function trainModel(config: StoryConfig, job: StoryJob, context: JobContext): Promise<void> {
  if (isTrained(context.out, job)) return;
  const { kind } = variants[job.variant];
  const runtime = context.runtime ?? storyRuntime();
  if (kind === 'views') await trainRun(config, job, context, await viewsTraining(config, job, runtime));
  else if (kind === 'eyes') await trainRun(config, job, context, await eyesTraining(config, job, context.out, runtime));
  else await trainRun(config, job, context, await ballTraining(config, job, runtime));
}

async function trainRun<B>(
  config: StoryConfig,
  job: StoryJob,
  context: JobContext,
  training: Training<B>,
): Promise<void> {
  const dir = modelDir(context.out, job);
  const resume = existsSync(join(dir, 'run.json'));
  const run = resume
    ? openRun(dir)
    : createRun(dir, { config: { ...config, job }, seed: job.seed, versions: { jepa: libraryVersion() } });
  const steps = stepsOf(config, job.variant);
  const { program, batches, instruments } = training;
  try {
    const outcome = await train<B>({
      run,
      program,
      batches,
      optimiser: adamW(program.layout),
      learningRate: constant(config.train.learningRate),
      steps,
      seed: job.seed,
      imagesPerStep: 2 * config.train.batchSize,
      checkpointEvery: 500,
      logEvery: 20,
      instruments,
      resume,
      onMessage: (line) => {
        if (resume) context.log(`${jobName(job)}: ${line}`);
      },
      signal: context.signal,
      onProgress: ({ step, loss }) => context.onProgress({ job: jobName(job), step, steps, loss }),
    });
    if (outcome.kind === 'interrupted') context.signal.throwIfAborted();
    if (outcome.kind === 'non-finite') {
      throw new JepaError(
        'numeric',
        `story: ${jobName(job)} stopped at step ${outcome.step}: ${outcome.term} is ${outcome.value}; lower train.learningRate`,
        outcome,
      );
    }
  } finally {
    run.close();
  }
}
