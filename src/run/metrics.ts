// metrics.jsonl on disk: one JSON object per logged step, appended, and read line by line in time and memory that grow with
// the file. Everything in a line except `timing` is a function of the seed and the configuration, so an interrupted and
// resumed run writes the same lines as an uninterrupted one.

import { closeSync, constants, existsSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { JepaError } from '../core/index.ts';
import { requireFile, writeFileAtomic } from '../data/node.ts';
import { isTorn, parseMetricsLine } from './parse.ts';
import type { InstrumentValues, MetricsLine } from './schema.ts';

/** What is appended: a `MetricsLine` whose instruments may have any name. */
export type MetricRecord = Omit<MetricsLine, 'instruments'> & { readonly instruments?: InstrumentValues };

/** An append-only metrics file. Each record reaches the operating system before `append` returns. */
export interface MetricsFile {
  append(record: MetricRecord): void;
  /** Forces what was appended to the disk. */
  flush(): void;
  close(): void;
}

/** With O_NONBLOCK a pipe that nobody reads is an error; without, opening it would wait for ever. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);

/** Opens `path` for appending, on first use. Errors of `append`: `io`, when the disk is full. */
export function metricsFile(path: string): MetricsFile {
  let fd: number | undefined;
  const guarded = (action: (fd: number) => void): void => {
    try {
      fd ??= openSync(path, APPEND);
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

/**
 * The lines of a metrics file in order, none when there is no file; empty ones, and a torn last one, which a killed process leaves, are passed over.
 *
 * @param name how errors call the file
 * @throws JepaError 'corrupt' or 'data' for any other line that is no metrics line; what the file system reports
 */
export function readMetrics(path: string, name: string = path): MetricsLine[] {
  if (!existsSync(path)) return [];
  const lines: MetricsLine[] = [];
  for (const row of rowsOf(path)) {
    if (row.text.trim() === '' || (row.last && isTorn(row.text))) continue;
    lines.push(parseMetricsLine(row.text, row.number, name));
  }
  return lines;
}

/** Whether a metrics file holds a line. */
export function hasMetrics(path: string): boolean {
  if (!existsSync(path)) return false;
  for (const { text, last } of rowsOf(path)) if (text.trim() !== '' && !(last && isTorn(text))) return true;
  return false;
}

/** Keeps the lines up to `step` as they stand and drops the later ones, whole or not at all. Errors as `readMetrics`. */
export function truncateMetrics(path: string, step: number): void {
  if (!existsSync(path)) return;
  const encoder = new TextEncoder();
  function* kept(): Generator<Uint8Array> {
    let block: string[] = [];
    for (const { text, number, last } of rowsOf(path)) {
      if (text.trim() === '' || (last && isTorn(text))) continue;
      if (parseMetricsLine(text, number, path).step <= step) block.push(`${text}\n`);
      if (block.length < 4096) continue;
      yield encoder.encode(block.join(''));
      block = [];
    }
    yield encoder.encode(block.join(''));
  }
  writeFileAtomic(path, kept());
}

const BLOCK_BYTES = 1 << 20;

/** The text between line ends; `last` for what stands behind the last of them. */
function* rowsOf(path: string): Generator<{ readonly text: string; readonly number: number; readonly last: boolean }> {
  requireFile(path);
  const fd = openSync(path, 'r');
  try {
    const block = new Uint8Array(BLOCK_BYTES);
    // Characters may be cut by the end of a block: the decoder keeps their first bytes for the next.
    const decoder = new TextDecoder();
    let [rest, number] = ['', 0];
    for (;;) {
      const count = readSync(fd, block, 0, BLOCK_BYTES, null);
      const rows = decoder.decode(block.subarray(0, count), { stream: count > 0 }).split('\n');
      rows[0] = rest + rows[0]!;
      rest = rows.pop()!;
      for (const text of rows) yield { text, number: ++number, last: false };
      if (count === 0) break;
    }
    yield { text: rest, number: number + 1, last: true };
  } finally {
    closeSync(fd);
  }
}
