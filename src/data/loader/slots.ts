// Filled buffers in step order, whoever fills them: worker threads or the calling thread; and how long they were waited for.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { JepaError } from '../../core/index.ts';
import { type Ring, type SlotPlan, startRing } from './ring.ts';

/**
 * How long the trainer waited for data: `waitMs` of the `totalMs` since the first call of `next`, and the share of the
 * two. `firstWaitMs` is the part of it that the first batch took (starting the workers).
 */
export interface LoaderStats {
  readonly batches: number;
  readonly firstWaitMs: number;
  readonly waitMs: number;
  readonly totalMs: number;
  readonly waitShare: number;
}

/** The filling code of one thread; `close` it to close its files. */
export interface Filler {
  /** Writes batch `step` into `slot`, which has the length that the plan says. */
  fill(step: number, slot: Uint8Array): void;
  close(): void;
}

/** Threads and buffers of a loader. */
export interface LoaderThreads {
  /** The step of the first batch (default 0); to resume, the step after the last one trained. */
  readonly startStep?: number;
  /** Worker threads (default 1); 0 fills each batch inside `next`. The batches do not depend on it. */
  readonly workers?: number;
  /** Batches prepared ahead (default 4). */
  readonly depth?: number;
  /** Time without a sign of life from a worker after which `next` gives up (default 60,000). */
  readonly stallTimeoutMs?: number;
}

/** What fills the slots of a plan. */
export interface SlotSourceOptions<P extends SlotPlan> extends LoaderThreads {
  /** The module that each worker runs, under the sources' or the build's root, with the ending of built files. */
  readonly module: string;
  readonly plan: P;
  /** Makes the filling code of the calling thread, used when there are no workers. */
  readonly filler: (plan: P) => Filler;
}

/** Buffers one after another. */
export interface SlotSource {
  /** Blocks until the next buffer is filled; it is valid until the next call. */
  take(): ArrayBuffer;
  stats(): LoaderStats;
  close(): void;
}

/**
 * The compiled module of a worker thread, given by its path under `src` with the ending `.js`. Workers cannot load
 * TypeScript on Node 20, so from the sources the build's is used.
 */
export function workerUrl(module: string): URL {
  const root = import.meta.url.endsWith('.ts') ? '../../../dist/src/' : '../../';
  const url = new URL(root + module, import.meta.url);
  if (!existsSync(fileURLToPath(url))) {
    throw new JepaError('runtime', `the worker module ${fileURLToPath(url)} is missing; run npm run build`);
  }
  return url;
}

/** Fills buffers in the calling thread. */
function inThread<P extends SlotPlan>(plan: P, makeFiller: (plan: P) => Filler, startStep: number): Ring {
  const { fill, close } = makeFiller(plan);
  const buffer = new ArrayBuffer(plan.slotBytes);
  let step = startStep;
  let closed = false;
  return {
    take() {
      if (closed) throw new JepaError('usage', 'the loader is closed; make a new one');
      fill(step++, new Uint8Array(buffer));
      return buffer;
    },
    close() {
      closed = true;
      close();
    },
  };
}

/** Starts filling. */
export function slotSource<P extends SlotPlan>(options: SlotSourceOptions<P>): SlotSource {
  const { module, plan, filler, workers = 1, depth = 4, startStep = 0, stallTimeoutMs = 60_000 } = options;
  const ring =
    workers === 0
      ? inThread(plan, filler, startStep)
      : startRing(workerUrl(module), plan, { workers, depth, startStep, stallTimeoutMs });
  let batches = 0;
  let waitMs = 0;
  let startMs = 0;
  let firstWaitMs = 0;
  let lastMs = 0;
  return {
    take() {
      const before = performance.now();
      if (batches === 0) startMs = before;
      const buffer = ring.take();
      lastMs = performance.now();
      waitMs += lastMs - before;
      if (batches === 0) firstWaitMs = waitMs;
      batches++;
      return buffer;
    },
    stats() {
      const totalMs = batches === 0 ? 0 : lastMs - startMs;
      return { batches, firstWaitMs, waitMs, totalMs, waitShare: totalMs === 0 ? 0 : waitMs / totalMs };
    },
    close: () => ring.close(),
  };
}
