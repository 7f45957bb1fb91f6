// Buffers that go round between the worker threads that fill batches and the one thread that takes them, in step order.
//
// A worker with a free buffer claims the next batch (adds to CLAIM), fills it and posts the buffer, without a copy; the
// consumer posts it back when it takes the following one. Buffers are ordinary memory and move by transfer because ONNX
// Runtime refuses SharedArrayBuffers. Both sides sleep on shared words (Atomics.wait on SIGNAL and WAKE) and fetch
// messages synchronously: the consumer blocks its thread on purpose, since ONNX Runtime blocks it as well. While it sleeps
// it cannot learn of a worker's death from an event, therefore each worker counts in its BEAT word, and a count that
// stands still is an error.

import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { type ErrorCode, JepaError } from '../../core/index.ts';

// Control words (Int32, shared); the workers' beats follow.
const CLAIM = 0;
const WAKE = 1;
const SIGNAL = 2;
const STOP = 3;
const FAILED = 4;
const BEAT = 5;

const ERROR_BYTES = 8192;
const POLL_MS = 250;

/** What the ring must know of a plan; the rest, plain data, is for the filling code. */
export interface SlotPlan {
  /** Length of one buffer. */
  readonly slotBytes: number;
}

/** What a worker is started with. */
export interface RingWork<P extends SlotPlan> {
  readonly plan: P;
  readonly startStep: number;
  readonly worker: number;
  /** Number of buffers of this worker. */
  readonly buffers: number;
  readonly port: MessagePort;
  readonly control: SharedArrayBuffer;
  readonly error: SharedArrayBuffer;
}

/** A filled buffer on its way to the consumer. */
interface Filled {
  readonly batch: number;
  readonly buffer: ArrayBuffer;
}

function ring(control: Int32Array, word: number): void {
  Atomics.add(control, word, 1);
  Atomics.notify(control, word);
}

function receive<T>(port: MessagePort): T | undefined {
  const received: { readonly message: T } | undefined = receiveMessageOnPort(port);
  return received?.message;
}

/** Leaves the first error of any worker in shared memory, as JSON. */
function leaveError(work: RingWork<SlotPlan>, control: Int32Array, error: unknown): void {
  if (Atomics.compareExchange(control, FAILED, 0, 1) !== 0) return;
  const code = error instanceof JepaError ? error.code : 'runtime';
  const details = error instanceof JepaError ? error.details : {};
  const message = error instanceof Error ? error.message : String(error);
  const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  let bytes = encode({ code, message, details });
  // What is too long loses its details rather than its end, so that it stays JSON.
  if (bytes.length > ERROR_BYTES) bytes = encode({ code, message: message.slice(0, 1000), details: {} });
  new Uint8Array(work.error).set(bytes);
  Atomics.store(control, FAILED, 1 + bytes.length);
  ring(control, SIGNAL);
}

/**
 * A worker's whole life: fills free buffers with `fill` until the ring is stopped. An error is left in shared memory for
 * the consumer.
 */
export function serveRing<P extends SlotPlan>(
  work: RingWork<P>,
  makeFill: (alive: () => void) => (step: number, slot: Uint8Array) => void,
): void {
  const { plan, port, startStep } = work;
  const control = new Int32Array(work.control);
  const alive = (): void => {
    Atomics.add(control, BEAT + work.worker, 1);
  };
  try {
    const fill = makeFill(alive);
    let made = 0;
    for (;;) {
      alive();
      if (Atomics.load(control, STOP) !== 0 || Atomics.load(control, FAILED) !== 0) return;
      const seen = Atomics.load(control, WAKE);
      const buffer = made < work.buffers ? new ArrayBuffer(plan.slotBytes) : receive<ArrayBuffer>(port);
      if (buffer === undefined) {
        Atomics.wait(control, WAKE, seen, POLL_MS);
        continue;
      }
      made++;
      // Claimed only with a buffer in hand, so that the lowest unfilled batch always has a worker on it.
      const batch = Atomics.add(control, CLAIM, 1);
      fill(startStep + batch, new Uint8Array(buffer));
      port.postMessage({ batch, buffer } satisfies Filled, [buffer]);
      ring(control, SIGNAL);
    }
  } catch (error) {
    leaveError(work, control, error);
  }
}

/** The consumer's end of a ring. */
export interface Ring {
  /** Blocks until the next batch is ready; its buffer is valid until the next call. */
  take(): ArrayBuffer;
  close(): void;
}

/** How many threads and buffers, and where to start. */
export interface RingOptions {
  readonly workers: number;
  readonly depth: number;
  readonly startStep: number;
  readonly stallTimeoutMs: number;
}

/** Starts the threads on the module at `url`, which must call `serveRing` with its `workerData`. */
export function startRing<P extends SlotPlan>(
  url: URL,
  plan: P,
  { workers, depth, startStep, stallTimeoutMs }: RingOptions,
): Ring {
  const shared = {
    control: new SharedArrayBuffer(4 * (BEAT + workers)),
    error: new SharedArrayBuffer(ERROR_BYTES),
  };
  const control = new Int32Array(shared.control);
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
  };
  const threads = Array.from({ length: workers }, (_, worker) => {
    const { port1: port, port2 } = new MessageChannel();
    // One buffer more than prepared ahead: the consumer holds one.
    const buffers = Math.max(1, Math.ceil((depth + 1) / workers));
    const workerData: RingWork<P> = { plan, startStep, worker, buffers, port: port2, ...shared };
    const thread = new Worker(url, {
      workerData,
      transferList: [port2],
      execArgv: [],
      name: `jepa-loader-${worker}`,
    });
    thread.on('error', (error) => died(worker, `failed: ${error.message}`, error));
    thread.on('exit', (code) => died(worker, `stopped with exit code ${code}`));
    thread.unref();
    port.unref();
    return { thread, port };
  });

  const stop = (): void => {
    closed = true;
    Atomics.store(control, STOP, 1);
    ring(control, WAKE);
  };

  /** Throws what a worker left in shared memory, or what its events reported. */
  const checkFailed = (): void => {
    const length = Atomics.load(control, FAILED) - 1;
    if (length > 0 && failure === undefined) {
      const text = new TextDecoder().decode(new Uint8Array(shared.error).slice(0, length));
      const left: { code: ErrorCode; message: string; details: Record<string, unknown> } = JSON.parse(text);
      failure = new JepaError(left.code, `loader worker: ${left.message}`, left.details);
    }
    if (failure !== undefined) {
      stop();
      throw failure;
    }
  };

  /** Notices workers whose beat stands still. */
  const watch = (): (() => void) => {
    const beats = threads.map((_, w) => ({ count: Atomics.load(control, BEAT + w), sinceMs: performance.now() }));
    return () => {
      const nowMs = performance.now();
      for (const [w, beat] of beats.entries()) {
        const count = Atomics.load(control, BEAT + w);
        if (count !== beat.count) beats[w] = { count, sinceMs: nowMs };
        else if (nowMs - beat.sinceMs > stallTimeoutMs) died(w, `gave no sign of life for ${stallTimeoutMs} ms`);
      }
    };
  };

  const ready = new Map<number, { readonly buffer: ArrayBuffer; readonly port: MessagePort }>();
  let batch = 0;
  return {
    take() {
      if (failure !== undefined && closed) throw failure;
      if (closed) throw new JepaError('usage', 'the loader is closed; make a new one');
      const held = ready.get(batch - 1);
      if (held !== undefined) {
        ready.delete(batch - 1);
        held.port.postMessage(held.buffer, [held.buffer]);
        ring(control, WAKE);
      }
      const checkBeats = watch();
      for (;;) {
        const seen = Atomics.load(control, SIGNAL);
        for (const { port } of threads) {
          for (let got = receive<Filled>(port); got !== undefined; got = receive<Filled>(port)) {
            ready.set(got.batch, { buffer: got.buffer, port });
          }
        }
        const next = ready.get(batch);
        if (next !== undefined) {
          batch++;
          return next.buffer;
        }
        checkFailed();
        Atomics.wait(control, SIGNAL, seen, Math.min(POLL_MS, stallTimeoutMs));
        checkBeats();
      }
    },
    close() {
      stop();
      ready.clear();
      for (const { thread, port } of threads) {
        port.close();
        void thread.terminate();
      }
    },
  };
}
