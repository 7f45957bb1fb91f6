// Decodes every image of a source once, in worker threads, into shared memory.

import { availableParallelism, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, type ErrorDetails, JepaError } from '../../core/index.ts';
import type { ReadLimits } from '../../data/index.ts';
import { workerUrl } from '../../data/node.ts';
import type { ImageSet } from '../image-set.ts';
import { decodeImage } from './decode.ts';
import {
  CONTROL_BYTES,
  type DecodeReport,
  type DecodeWork,
  decodedSoFar,
  decodeJobs,
  readJob,
  stopDecoding,
} from './job.ts';
import type { ImageSource } from './source.ts';

/** How to decode. */
export interface DecodeOptions {
  /** Side to which every image is brought; null: the images must all have one size. */
  readonly size: number | null;
  readonly skipCorrupt: boolean;
  readonly limits: ReadLimits;
  /** Threads (default: the machine's cores, at most 4); 0 decodes in the calling thread. */
  readonly workers?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const MOST_WORKERS = 4;
const PROGRESS_MS = 250;

/** A report as it comes from a thread. */
interface PostedReport {
  readonly skipped: DecodeReport['skipped'];
  readonly failure:
    | { readonly position: number; readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails }
    | undefined;
}

/** Height and width of the first image that can be decoded. */
async function firstSize(
  source: ImageSource,
  { skipCorrupt, limits }: DecodeOptions,
): Promise<readonly [number, number]> {
  for (const job of source.jobs) {
    for (const { bytes, where } of await readJob(job, limits)) {
      try {
        const { height, width } = await decodeImage(bytes, where, limits);
        return [height, width];
      } catch (error) {
        if (skipCorrupt || !(error instanceof JepaError)) continue;
        throw new JepaError(error.code, `${error.message}; --skip-corrupt leaves such images out`, error.details);
      }
    }
  }
  throw new JepaError('data', 'none of the images could be decoded', { images: source.count });
}

function runThread(work: DecodeWork, signal: AbortSignal | undefined): Promise<DecodeReport> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(workerUrl('images/read/worker.js'), { workerData: work, execArgv: [] });
    const stop = (): void => {
      reject(signal?.reason);
      void thread.terminate();
    };
    signal?.addEventListener('abort', stop, { once: true });
    thread.once('message', ({ skipped, failure }: PostedReport) => {
      const error = failure && new JepaError(failure.code, failure.message, failure.details);
      resolve({ skipped, failure: failure && error && { position: failure.position, error } });
    });
    thread.once('error', (error) =>
      reject(new JepaError('runtime', `decoding thread failed: ${error.message}`, {}, { cause: error })),
    );
    thread.once('exit', (code) => {
      signal?.removeEventListener('abort', stop);
      reject(new JepaError('runtime', `decoding thread stopped with exit code ${code}`));
    });
  });
}

async function runThreads(work: DecodeWork, total: number, options: DecodeOptions): Promise<readonly DecodeReport[]> {
  const { workers = Math.min(MOST_WORKERS, availableParallelism()), onProgress, signal } = options;
  signal?.throwIfAborted();
  if (workers === 0) return [await decodeJobs(work)];
  const timer = setInterval(() => onProgress?.(decodedSoFar(work), total), PROGRESS_MS);
  try {
    const threads = Math.min(workers, work.jobs.length);
    return await Promise.all(Array.from({ length: threads }, () => runThread(work, signal)));
  } finally {
    clearInterval(timer);
    stopDecoding(work);
  }
}

/** Memory for the pixels of a set. */
function shared(count: number, height: number, width: number): SharedArrayBuffer {
  const bytes = count * height * width * 3;
  try {
    if (bytes > totalmem()) throw new RangeError(`the machine has ${totalmem()} bytes of memory`);
    return new SharedArrayBuffer(bytes);
  } catch (error) {
    throw new JepaError(
      'data',
      `${count} images of ${height} x ${width} pixels take ${bytes} bytes of memory (${(error as Error).message}); ` +
        'give a smaller size, or fewer images',
      { count, height, width, bytes },
      { cause: error },
    );
  }
}

/** What decoding gives: a set without its name. */
export type Decoded = Omit<ImageSet, 'name' | 'classes' | 'channels'>;

/** Moves the images that were not skipped together. */
function compact(work: DecodeWork, count: number): { readonly pixels: Uint8Array; readonly labels: Int32Array } {
  const size = work.height * work.width * 3;
  const pixels = new Uint8Array(work.pixels);
  const labels = new Int32Array(work.labels);
  const skipped = new Uint8Array(work.skippedAt);
  let kept = 0;
  for (let i = 0; i < count; i++) {
    if (skipped[i] !== 0) continue;
    if (kept !== i) {
      pixels.copyWithin(kept * size, i * size, (i + 1) * size);
      labels[kept] = labels[i]!;
    }
    kept++;
  }
  return { pixels: pixels.subarray(0, kept * size), labels: labels.subarray(0, kept) };
}

/**
 * Decodes all images of a source.
 *
 * Errors: `corrupt` for the first image that cannot be decoded, unless corrupt images are skipped; `data` when the images
 * differ in size and none was asked for, or none is left; what reading the source reports.
 */
export async function decodeAll(source: ImageSource, options: DecodeOptions): Promise<Decoded> {
  const { size, skipCorrupt, limits, onProgress } = options;
  const { count } = source;
  const [height, width] = size === null ? await firstSize(source, options) : [size, size];
  const work: DecodeWork = {
    jobs: source.jobs,
    resizeTo: size,
    height,
    width,
    skipCorrupt,
    limits,
    pixels: shared(count, height, width),
    labels: new SharedArrayBuffer(4 * count),
    skippedAt: new SharedArrayBuffer(count),
    control: new SharedArrayBuffer(CONTROL_BYTES),
  };
  const reports = await runThreads(work, count, options);
  const failures = reports.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  const [failure] = failures.sort((a, b) => a.position - b.position);
  if (failure !== undefined) throw failure.error;
  onProgress?.(count, count);
  const skipped = reports.flatMap((report) => report.skipped).sort((a, b) => a.position - b.position);
  if (skipped.length === count) throw new JepaError('data', 'none of the images could be decoded', { images: count });
  return {
    ...compact(work, count),
    count: count - skipped.length,
    height,
    width,
    skipped: skipped.map(({ where, why }) => ({ where, why })),
  };
}
