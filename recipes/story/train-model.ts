// Trains one model of the story in a folder of its own, which is a run: run.json, metrics.jsonl, checkpoints. A folder whose
// training was interrupted continues; one that is done is left alone.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../src/core/index.ts';
import { libraryVersion } from '../../src/data/node.ts';
import { trainIn } from '../../src/experiment/index.ts';
import { adamW, constant } from '../../src/optim/index.ts';
import { nodeRuntime, type Runtime } from '../../src/runtime/index.ts';
import { jepaProgram, type StepInputs } from '../../src/train/index.ts';
import type { StoryConfig } from './config.ts';
import { eyesTraining } from './eyes.ts';
import { jobKey, modelDir, type Training, trainingTransitions } from './job.ts';
import { jointMethod, pixelMethod } from './methods.ts';
import { jobName, type StoryJob, sizesFor, stepsOf, variants } from './variants.ts';
import { viewsTraining } from './views.ts';
import { type BallBatch, type BallNoise, ballBatches } from './world/transitions.ts';

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

/** The training of a model that predicts pictures or embeddings from batches of the ball. */
async function ballTraining(config: StoryConfig, job: StoryJob, runtime: Runtime): Promise<Training<BallBatch>> {
  const variant = variants[job.variant];
  const { batchSize: batch } = config.train;
  const transitions = trainingTransitions(config, job);
  const batches = (frames: 1 | 2, noise: BallNoise) => (startStep: number) =>
    ballBatches(transitions, { frames, noise, batchSize: batch, key: jobKey(job, 'batches'), startStep });
  const common = { key: jobKey(job, 'init'), runtime };
  if (variant.kind === 'pixel') {
    const spec = pixelMethod({ sizes: sizesFor(config, 1), batch }, variant.outputBias);
    const inputs = ({ now, next }: BallBatch): StepInputs => ({ now, next });
    return { program: await jepaProgram({ ...common, spec, inputs }), batches: batches(1, variant.noise) };
  }
  if (variant.kind !== 'joint') throw new JepaError('usage', `story: ${job.variant} is not trained on transitions`);
  const { frames, action, objective, noise } = variant;
  const spec = jointMethod({ sizes: sizesFor(config, frames), batch, action, objective });
  const inputs = ({ now, next, action: given }: BallBatch): StepInputs => ({
    now,
    next,
    ...(action ? { action: given } : {}),
  });
  return { program: await jepaProgram({ ...common, spec, inputs }), batches: batches(frames, noise) };
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
  { out, signal, log, onProgress }: JobContext,
  training: Training<B>,
): Promise<void> {
  const { seed } = job;
  const name = jobName(job);
  const steps = stepsOf(config, job.variant);
  const { program, batches, instruments } = training;
  await trainIn<B>(
    {
      seed,
      out,
      signal,
      resume: false,
      log: (line) => log(`${name}: ${line}`),
      progress: ({ step, terms: { loss } }) => onProgress({ job: name, step, steps, loss }),
    },
    {
      program,
      batches,
      optimiser: adamW(program.layout),
      learningRate: constant(config.train.learningRate),
      steps,
      imagesPerStep: 2 * config.train.batchSize,
      checkpointEvery: 500,
      logEvery: 20,
      instruments,
    },
    {
      stage: name,
      part: {
        folder: join('models', name),
        described: { config: { ...config, job }, seed, versions: { jepa: libraryVersion() } },
      },
    },
  );
}
