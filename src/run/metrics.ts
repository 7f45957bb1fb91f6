// metrics.jsonl: one JSON object per logged step. Everything in a record except `timing` is a function of the seed and
// the configuration, so an interrupted and resumed run writes the same records as an uninterrupted one.

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { JepaError } from '../core/index.ts';
import { writeFileAtomic } from '../data/node.ts';
import { isRecord } from './json.ts';

/** Where the wall-clock time of an interval went. The shares add up to 1. */
export interface Timing {
  /** Length of the interval in seconds. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Waiting for the next batch. */
  readonly waitShare: number;
  /** Inside the loss program. */
  readonly programShare: number;
  /** TypeScript around the program: gradient norm, clipping, optimiser, averages, logging. */
  readonly overheadShare: number;
  /** Instruments and checkpoints, which happen every so many steps. */
  readonly pauseShare: number;
}

/** Instruments by name: numbers, or one number per embedding dimension. Null stands for a value that is not finite. */
export type InstrumentValues = Readonly<Record<string, number | readonly number[] | null>>;

/** One line of metrics.jsonl. */
export interface MetricRecord {
  /** Updates done, this one included: the first update writes 1. */
  readonly step: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly lr: number;
  /** Global gradient norm before clipping. */
  readonly gradNorm: number;
  /** What the instruments measured after this update; absent when they did not run. */
  readonly instruments?: InstrumentValues;
  /** Over the steps since the record before. */
  readonly timing: Timing;
}

/** An append-only metrics file. Each record reaches the operating system before `append` returns. */
export interface MetricsFile {
  append(record: MetricRecord): void;
  /** Forces what was appended to the disk. */
  flush(): void;
  close(): void;
}

/** Opens `path` for appending, on first use. Errors of `append`: `io`, when the disk is full. */
export function metricsFile(path: string): MetricsFile {
  let fd: number | undefined;
  const guarded = (action: (fd: number) => void): void => {
    try {
      fd ??= openSync(path, 'a');
      action(fd);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new JepaError(
        'io',
        `writing ${path} failed: ${reason}; the checkpoints are untouched: free space or mend the disk, then resume the run`,
        { path },
        { cause: error },
      );
    }
  };
  return {
    append(record) {
      const bytes = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
      guarded((file) => {
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      });
    },
    flush() {
      if (fd !== undefined) guarded(fsyncSync);
    },
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
}

/** The records of a metrics file in order; a torn last line, which a killed process leaves, is passed over. */
export function readMetrics(path: string): readonly MetricRecord[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  const torn = lines.pop() ?? '';
  const records = lines.map((line, i) => parseRecord(path, i + 1, line));
  if (torn === '') return records;
  try {
    return [...records, parseRecord(path, lines.length + 1, torn)];
  } catch {
    return records;
  }
}

function parseRecord(path: string, line: number, text: string): MetricRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!isRecord(value) || typeof value.step !== 'number') {
    throw new JepaError(
      'corrupt',
      `${path}, line ${line}: each line must be a JSON object with a step, got ${text.slice(0, 60)}; remove the line to go on`,
      { path, line },
    );
  }
  return value as unknown as MetricRecord;
}

/** Keeps the records up to `step` and drops the later ones, whole or not at all. */
export function truncateMetrics(path: string, step: number): void {
  if (!existsSync(path)) return;
  const kept = readMetrics(path).filter((record) => record.step <= step);
  writeFileAtomic(path, [new TextEncoder().encode(kept.map((record) => `${JSON.stringify(record)}\n`).join(''))]);
}
