// How time and memory are measured: interleaved samples, medians, peak resident memory of a process.
// Contenders take turns within each round (A B C, A B C, ...), so that a slow minute of the machine slows all of them, and
// are compared by the ratio of their medians.

import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** One side of a comparison: runs once and returns the seconds that it took. */
export interface Contender {
  readonly name: string;
  sample(): Promise<number>;
}

/** How contenders are sampled. */
export interface InterleaveOptions {
  /** Samples of each contender that are kept. */
  readonly rounds: number;
  /** Rounds before them that are not; default 2. */
  readonly warmups?: number;
  /**
   * Pause before each sample; default 30. Thread pools spin for some milliseconds after their last work, and must have
   * gone to sleep before the next contender starts.
   */
  readonly settleMs?: number;
  readonly signal?: AbortSignal;
  readonly onRound?: (done: number, total: number) => void;
}

/** Samples all contenders in turn; returns seconds by name, in order of time. */
export async function interleave(
  contenders: readonly Contender[],
  { rounds, warmups = 2, settleMs = 30, signal, onRound }: InterleaveOptions,
): Promise<Record<string, number[]>> {
  const samples: Record<string, number[]> = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let round = -warmups; round < rounds; round++) {
    for (const contender of contenders) {
      await wait(settleMs);
      signal?.throwIfAborted();
      const seconds = await contender.sample();
      if (round >= 0) samples[contender.name]!.push(seconds);
    }
    if (round >= 0) onRound?.(round + 1, rounds);
  }
  return samples;
}

/** Seconds that `action` takes. */
export async function timed(action: () => unknown): Promise<number> {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}

/** The middle value; the mean of the two middle values of an even number. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The smallest value; infinity of none. */
export function least(values: readonly number[]): number {
  return Math.min(...values);
}

/**
 * Peak resident memory of this process in bytes. On Linux from /proc, since `resourceUsage().maxRSS` of a child starts at
 * the memory of the process that started it.
 */
export function peakBytes(): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (found !== null) return Number(found[1]) * 1024;
  } catch {
    // Not Linux: the process's own count is all there is.
  }
  return process.resourceUsage().maxRSS * 1024;
}
