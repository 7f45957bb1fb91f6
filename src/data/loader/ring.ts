// A ring of shared slots between the worker threads that fill batches and the one thread that takes them, in step order.
//
// Control words (Int32, shared): workers claim the next batch by adding to CLAIM, wait until `depth` batches ahead of
// TAKEN, fill slot `batch % depth` and store `batch + 1` in its state word. Each publication adds to SIGNAL, on which the
// consumer sleeps. The consumer blocks its thread (Atomics.wait) on purpose: ONNX Runtime blocks it as well, so an event
// would not be delivered earlier. While it sleeps it cannot learn of a worker's death from an event either, therefore
// each worker counts in its BEAT word, and a count that stands still is an error.

import { Worker } from 'node:worker_threads';
import { type ErrorCode, JepaError } from '../../core/index.ts';
import type { LoaderPlan } from './plan.ts';

const CLAIM = 0;
const TAKEN = 1;
const SIGNAL = 2;
const STOP = 3;
const FAILED = 4;
const WORDS = 5;
const ERROR_BYTES = 8192;
const POLL_MS = 250;

/** What a worker is started with. */
export interface RingWork {
  readonly plan: LoaderPlan;
  readonly startStep: number;
  readonly depth: number;
  readonly worker: number;
  readonly workers: number;
  readonly control: SharedArrayBuffer;
  readonly slots: SharedArrayBuffer;
  readonly error: SharedArrayBuffer;
}

interface Words {
  readonly control: Int32Array;
  /** Index of a worker's beat word and of a slot's state word. */
  beat(worker: number): number;
  state(batch: number): number;
}

function words(control: SharedArrayBuffer, workers: number, depth: number): Words {
  return {
    control: new Int32Array(control),
    beat: (worker) => WORDS + worker,
    state: (batch) => WORDS + workers + (batch % depth),
  };
}

function signal(control: Int32Array): void {
  Atomics.add(control, SIGNAL, 1);
  Atomics.notify(control, SIGNAL);
}

/** The slot of a batch, as bytes. */
function slotOf({ slots, plan, depth }: RingWork, batch: number): Uint8Array {
  return new Uint8Array(slots, (batch % depth) * plan.slotBytes, plan.slotBytes);
}

/**
 * A worker's whole life: claims batches and fills them with `fill` until the ring is stopped. An error is left in shared
 * memory for the consumer.
 */
export function serveRing(
  work: RingWork,
  makeFill: (alive: () => void) => (step: number, slot: Uint8Array) => void,
): void {
  const { control, beat, state } = words(work.control, work.workers, work.depth);
  const alive = (): void => {
    Atomics.add(control, beat(work.worker), 1);
  };
  try {
    const fill = makeFill(alive);
    for (;;) {
      const batch = Atomics.add(control, CLAIM, 1);
      for (;;) {
        alive();
        if (Atomics.load(control, STOP) !== 0 || Atomics.load(control, FAILED) !== 0) return;
        const taken = Atomics.load(control, TAKEN);
        if (batch - taken < work.depth) break;
        Atomics.wait(control, TAKEN, taken, POLL_MS);
      }
      fill(work.startStep + batch, slotOf(work, batch));
      Atomics.store(control, state(batch), batch + 1);
      signal(control);
    }
  } catch (error) {
    const known = error instanceof JepaError;
    const message = error instanceof Error ? error.message : String(error);
    const text = JSON.stringify({ code: known ? error.code : 'runtime', message, details: known ? error.details : {} });
    if (Atomics.compareExchange(control, FAILED, 0, 1) === 0) {
      const bytes = new Uint8Array(work.error);
      // Long details are dropped rather than cut, so that the text stays JSON.
      const short = JSON.stringify({
        code: known ? error.code : 'runtime',
        message: message.slice(0, 2000),
        details: {},
      });
      const encoded = new TextEncoder().encode(text.length * 3 < ERROR_BYTES ? text : short);
      bytes.set(encoded.subarray(0, ERROR_BYTES));
      Atomics.store(control, FAILED, 1 + encoded.length);
      signal(control);
    }
  }
}

/** The consumer's end of a ring. */
export interface Ring {
  /** Blocks until the next batch is ready and hands its slot to `use`; the slot is refilled afterwards. */
  take(use: (slot: Uint8Array) => void): void;
  close(): void;
}

/** Starts `workers` threads on the module at `url`, which must call `serveRing` with its `workerData`. */
export function startRing(
  url: URL,
  plan: LoaderPlan,
  options: {
    readonly workers: number;
    readonly depth: number;
    readonly startStep: number;
    readonly stallTimeoutMs: number;
  },
): Ring {
  const { workers, depth, startStep, stallTimeoutMs } = options;
  const shared = {
    control: new SharedArrayBuffer(4 * (WORDS + workers + depth)),
    slots: new SharedArrayBuffer(plan.slotBytes * depth),
    error: new SharedArrayBuffer(ERROR_BYTES),
  };
  const work = (worker: number): RingWork => ({ plan, startStep, depth, worker, workers, ...shared });
  const consumer = work(0);
  const { control, beat, state } = words(shared.control, workers, depth);
  let failure: JepaError | undefined;
  let closed = false;
  const died = (worker: number, why: string, cause?: unknown): void => {
    if (closed) return;
    failure ??= new JepaError(
      'runtime',
      `loader worker ${worker} ${why}; start the run again with --resume`,
      { worker },
      { cause },
    );
    signal(control);
  };
  const threads = Array.from({ length: workers }, (_, worker) => {
    const thread = new Worker(url, { workerData: work(worker), execArgv: [], name: `jepa-loader-${worker}` });
    thread.on('error', (error) => died(worker, `failed: ${error.message}`, error));
    thread.on('exit', (code) => died(worker, `stopped with exit code ${code}`));
    thread.unref();
    return thread;
  });

  const stop = (): void => {
    closed = true;
    Atomics.store(control, STOP, 1);
    Atomics.notify(control, TAKEN);
  };

  /** Throws what a worker left in shared memory, or what its events reported. */
  const checkFailed = (): void => {
    const length = Atomics.load(control, FAILED) - 1;
    if (length > 0) {
      const text = new TextDecoder().decode(new Uint8Array(shared.error).slice(0, length));
      const { code, message, details }: { code: ErrorCode; message: string; details: Record<string, unknown> } =
        JSON.parse(text);
      failure = new JepaError(code, `loader worker: ${message}`, details);
    }
    if (failure !== undefined) {
      stop();
      throw failure;
    }
  };

  let batch = 0;
  return {
    take(use) {
      if (failure !== undefined) throw failure;
      if (closed) throw new JepaError('usage', 'the loader is closed; make a new one', {});
      const lastBeat = Array.from({ length: workers }, (_, w) => Atomics.load(control, beat(w)));
      const lastSeenMs = lastBeat.map(() => performance.now());
      for (;;) {
        const seen = Atomics.load(control, SIGNAL);
        if (Atomics.load(control, state(batch)) === batch + 1) break;
        checkFailed();
        Atomics.wait(control, SIGNAL, seen, Math.min(POLL_MS, stallTimeoutMs));
        const now = performance.now();
        for (let w = 0; w < workers; w++) {
          const count = Atomics.load(control, beat(w));
          if (count !== lastBeat[w]) {
            lastBeat[w] = count;
            lastSeenMs[w] = now;
          } else if (now - lastSeenMs[w]! > stallTimeoutMs) {
            died(w, `gave no sign of life for ${stallTimeoutMs} ms`);
          }
        }
      }
      use(slotOf(consumer, batch));
      batch++;
      Atomics.store(control, TAKEN, batch);
      Atomics.notify(control, TAKEN);
    },
    close() {
      stop();
      for (const thread of threads) void thread.terminate();
    },
  };
}
