// What a thread does with its jobs: reads, decodes, brings to size, and writes the pixels to their place in shared memory.

import { JepaError } from '../../core/index.ts';
import type { ReadLimits } from '../../data/index.ts';
import { resizer, toBytes } from '../../raster/index.ts';
import type { SkippedImage } from '../image-set.ts';
import { decodeImage } from './decode.ts';
import { readFilesJob } from './folder.ts';
import { readParquetJob } from './parquet.ts';
import type { EncodedImage, Job } from './source.ts';

/** The encoded images of a job. */
export function readJob(job: Job, limits: ReadLimits): Promise<EncodedImage[]> {
  return job.kind === 'parquet' ? readParquetJob(job, limits) : readFilesJob(job, limits);
}

/** What all threads share while decoding; plain data that can be posted. */
export interface DecodeWork {
  readonly jobs: readonly Job[];
  /** Side to which every image is brought, or null: all images must have the size below. */
  readonly resizeTo: number | null;
  readonly height: number;
  readonly width: number;
  readonly skipCorrupt: boolean;
  readonly limits: ReadLimits;
  /** [count, height, width, 3] bytes, [count] Int32, and [count] bytes of which a skipped image's is 1. */
  readonly pixels: SharedArrayBuffer;
  readonly labels: SharedArrayBuffer;
  readonly skippedAt: SharedArrayBuffer;
  /** Int32: the next job to claim, whether to stop, and images done. */
  readonly control: SharedArrayBuffer;
}

const NEXT = 0;
const STOP = 1;
const DONE = 2;

/** Length of the control words in bytes. */
export const CONTROL_BYTES = 12;

/** Images that have been decoded so far. */
export const decodedSoFar = (work: DecodeWork): number => Atomics.load(new Int32Array(work.control), DONE);

/** Asks the threads to claim no more jobs. */
export const stopDecoding = (work: DecodeWork): void => {
  Atomics.store(new Int32Array(work.control), STOP, 1);
};

/** A failure with the position of its image (or job) in the set, so that the first of several can be told. */
export interface DecodeFailure {
  readonly position: number;
  readonly error: JepaError;
}

/** What one thread reports in the end. */
export interface DecodeReport {
  readonly skipped: readonly (SkippedImage & { readonly position: number })[];
  readonly failure: DecodeFailure | undefined;
}

function asError(error: unknown): JepaError {
  if (error instanceof JepaError) return error;
  return new JepaError('runtime', `decoding: ${error instanceof Error ? error.message : String(error)}`);
}

/**
 * Claims and does jobs until none is left or a failure occurred. Jobs are claimed in order and a claimed job is finished
 * or fails, so the failure with the lowest position is the same whatever the number of threads.
 */
export async function decodeJobs(work: DecodeWork): Promise<DecodeReport> {
  const control = new Int32Array(work.control);
  const pixels = new Uint8Array(work.pixels);
  const labels = new Int32Array(work.labels);
  const skippedAt = new Uint8Array(work.skippedAt);
  const { height, width, resizeTo, limits } = work;
  const size = height * width * 3;
  const resize = resizer();
  const values = new Float32Array(resizeTo === null ? 0 : size);
  const skipped: (SkippedImage & { position: number })[] = [];

  const place = async (image: EncodedImage, position: number): Promise<void> => {
    const decoded = await decodeImage(image.bytes, image.where, limits);
    if (resizeTo !== null) {
      resize.centre(decoded.rgb, decoded.height, decoded.width, resizeTo, values);
      toBytes(values, size, pixels, position * size);
      return;
    }
    if (decoded.height !== height || decoded.width !== width) {
      throw new JepaError(
        'data',
        `${image.where}: is ${decoded.height} x ${decoded.width} pixels, the first image ${height} x ${width}; ` +
          'give a size to bring all images to',
        { where: image.where },
      );
    }
    pixels.set(decoded.rgb, position * size);
  };

  for (;;) {
    if (Atomics.load(control, STOP) !== 0) return { skipped, failure: undefined };
    const job = work.jobs[Atomics.add(control, NEXT, 1)];
    if (job === undefined) return { skipped, failure: undefined };
    let position = job.first;
    try {
      for (const image of await readJob(job, limits)) {
        labels[position] = image.label;
        try {
          await place(image, position);
        } catch (error) {
          const known = asError(error);
          if (known.code !== 'corrupt' && known.code !== 'unsupported') throw known;
          if (!work.skipCorrupt) {
            throw new JepaError(known.code, `${known.message}; --skip-corrupt leaves such images out`, known.details);
          }
          skippedAt[position] = 1;
          skipped.push({ position, where: image.where, why: String(known.details.why) });
        }
        position++;
        Atomics.add(control, DONE, 1);
      }
    } catch (error) {
      stopDecoding(work);
      return { skipped, failure: { position, error: asError(error) } };
    }
  }
}
