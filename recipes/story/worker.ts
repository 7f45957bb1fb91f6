// The module of a training thread. Started by `pool.ts`, never imported.

import { parentPort, workerData } from 'node:worker_threads';
import { JepaError } from '../../src/core/index.ts';
import type { WorkerJob, WorkerMessage } from './pool.ts';
import { trainModel } from './train-model.ts';

const { config, job, out } = workerData as WorkerJob;
const controller = new AbortController();
const tell = (message: WorkerMessage): void => parentPort!.postMessage(message);
parentPort!.on('message', () => controller.abort(new Error('interrupted')));

try {
  let told = 0;
  await trainModel(config, job, {
    out,
    signal: controller.signal,
    log: (line) => tell({ kind: 'log', line }),
    onProgress(progress) {
      // A message per update would keep the story's own thread busy.
      if (performance.now() - told < 200 && progress.step !== progress.steps) return;
      told = performance.now();
      tell({ kind: 'progress', progress });
    },
  });
} catch (error) {
  if (!controller.signal.aborted) {
    const code = error instanceof JepaError ? error.code : 'runtime';
    tell({ kind: 'failed', code, message: error instanceof Error ? error.message : String(error) });
  }
} finally {
  parentPort!.close();
}
