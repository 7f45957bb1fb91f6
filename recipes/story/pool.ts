// Trains many models, a few at a time, each in a thread of its own: ONNX Runtime blocks the thread it runs in, and small
// networks gain more from a second model than from a second core.

import { Worker } from 'node:worker_threads';
import { JepaError } from '../../src/core/index.ts';
import type { StoryConfig } from './config.ts';
import { isTrained, type JobProgress, trainModel } from './train-model.ts';
import { jobBefore, jobName, type StoryJob, stepsOf } from './variants.ts';

/** What a worker thread is started with. */
export interface WorkerJob {
  readonly config: StoryConfig;
  readonly job: StoryJob;
  readonly out: string;
}

/** What a worker thread tells. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: JobProgress }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** What the pool is given. */
export interface PoolContext {
  readonly out: string;
  readonly signal: AbortSignal;
  log(line: string): void;
  /** Updates done and to do, over all jobs that were not trained before. */
  progress(done: number, total: number, terms: Readonly<Record<string, number>>): void;
}

/** Trains all jobs that are not trained yet; those that others need come first. */
export async function trainAll(config: StoryConfig, jobs: readonly StoryJob[], context: PoolContext): Promise<void> {
  const waiting = jobs.filter((job) => !isTrained(context.out, job));
  const total = waiting.reduce((sum, job) => sum + stepsOf(config, job.variant), 0);
  const done = new Map<string, number>();
  const losses = new Map<string, number>();
  const onProgress = ({ job, step, steps, loss }: JobProgress): void => {
    done.set(job, step);
    if (step === steps) losses.delete(job);
    else losses.set(job, loss);
    context.progress(
      [...done.values()].reduce((a, b) => a + b, 0),
      total,
      Object.fromEntries(losses),
    );
  };
  const waves = [
    waiting.filter((job) => jobBefore(job) === undefined),
    waiting.filter((job) => jobBefore(job) !== undefined),
  ];
  for (const wave of waves) {
    const queue = [...wave];
    const lane = async (): Promise<void> => {
      for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
        context.signal.throwIfAborted();
        if (config.train.workers === 0) await trainModel(config, job, { ...context, onProgress });
        else await inThread({ config, job, out: context.out }, context, onProgress);
      }
    };
    await settled(Array.from({ length: Math.max(1, config.train.workers) }, lane), () => {
      queue.length = 0;
    });
  }
}

/** Waits for all lanes; after the first failure the others finish what they are at, and the failure is thrown. */
async function settled(lanes: readonly Promise<void>[], onFailure: () => void): Promise<void> {
  const outcomes = await Promise.allSettled(
    lanes.map((lane) =>
      lane.catch((error: unknown) => {
        onFailure();
        throw error;
      }),
    ),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

function inThread(work: WorkerJob, { signal, log }: PoolContext, onProgress: (p: JobProgress) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./worker.js', import.meta.url), { workerData: work, execArgv: [] });
    let failure: Error | undefined;
    const stop = (): void => thread.postMessage('stop');
    signal.addEventListener('abort', stop);
    thread.on('message', (message: WorkerMessage) => {
      if (message.kind === 'progress') onProgress(message.progress);
      else if (message.kind === 'log') log(message.line);
      else failure = new JepaError(message.code as 'runtime', message.message);
    });
    thread.on('error', (error) => {
      failure = error;
    });
    thread.on('exit', (code) => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else if (failure !== undefined) reject(failure);
      else if (code !== 0)
        reject(
          new JepaError(
            'runtime',
            `story: the thread of ${jobName(work.job)} ended with code ${code}; run again with --resume`,
          ),
        );
      else resolve();
    });
  });
}
