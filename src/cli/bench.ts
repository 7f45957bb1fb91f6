// What `jepa bench` asks of a benchmark.

import type { ProgressLine } from '../experiment/index.ts';

/** What a benchmark gets. */
export interface BenchContext {
  readonly seed: number;
  readonly signal: AbortSignal;
  log(line: string): void;
  progress(line: ProgressLine): void;
}

/** What a benchmark measured: numbers by dotted name, and a table for people. */
export interface BenchResult {
  readonly metrics: Readonly<Record<string, number>>;
  readonly text: string;
  /** Everything behind the numbers, for `--out`: settings, raw samples, versions of peers. Plain data. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** One benchmark. */
export interface Bench {
  readonly name: string;
  readonly summary: string;
  run(context: BenchContext): Promise<BenchResult>;
}
