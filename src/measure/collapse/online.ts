// The health of an embedding while it trains: one window after another, with alarms. It reads host arrays that the training
// step has computed anyway (`observe` of a loss program), never the model, so it cannot change a run.

import { JepaError, type Key } from '../../core/index.ts';
import { pooled } from './deviation.ts';
import { type BrokenRules, type Health, type HealthLimits, healthMonitor } from './health.ts';
import { type HealthInput, readHealth } from './reading.ts';
import { covarianceEigenvalues, effectiveRank } from './spectrum.ts';

/** Options of `onlineHealth`. */
export interface OnlineHealthOptions {
  /** Names the directions of the SIGReg statistic. */
  readonly key: Key;
  readonly limits?: HealthLimits;
  /**
   * The effective rank is measured over the last so many pooled embeddings, default 512, since it cannot exceed the
   * number of samples minus one. A batch of that size or more is measured alone; a smaller one joins those of earlier
   * windows, which are as old as the windows are apart.
   */
  readonly rankSamples?: number;
  /** Directions of the SIGReg statistic, default 128. */
  readonly slices?: number;
}

/** Turns the latents of a window into numbers and alarms. */
export interface OnlineHealth {
  /** Windows must come in the order of their steps. */
  observe(step: number, latents: Omit<HealthInput, 'key' | 'slices'>): Health;
  /** What the next windows need of those before. */
  memory(): HealthMemory;
  /** Goes on from there, as if the windows before had been observed here. */
  recall(memory: HealthMemory): void;
}

/** What an `OnlineHealth` remembers: the rules that are broken, and the latest embeddings, row by row. */
export interface HealthMemory {
  readonly record: Readonly<Record<string, unknown>>;
  readonly numbers: Float32Array;
}

/**
 * Health instruments for a training loop.
 *
 * @example
 * const health = onlineHealth({ key: key(0) });
 * const { effectiveRank, alarms } = health.observe(step, { embeddings: matrix(latents, embedDim) });
 */
export function onlineHealth(options: OnlineHealthOptions): OnlineHealth {
  const { key, limits = {}, rankSamples = 512, slices = 128 } = options;
  if (!Number.isInteger(rankSamples) || rankSamples < 2) {
    throw new JepaError('usage', `onlineHealth: rankSamples must be a whole number of at least 2, got ${rankSamples}`);
  }
  const monitor = healthMonitor(limits);
  // As they are kept in checkpoints, so that a resumed training reads the same numbers.
  let recent = new Float32Array(0);
  return {
    memory: () => ({ record: { ...monitor.broken() }, numbers: recent.slice() }),
    recall({ record, numbers }) {
      monitor.goOn(record as BrokenRules);
      recent = numbers.slice();
    },
    observe(step, latents) {
      const reading = readHealth({ ...latents, key, slices });
      const z = 'tokens' in latents.embeddings ? pooled(latents.embeddings) : latents.embeddings;
      const room = Math.max(0, rankSamples - z.rows) * z.cols;
      const kept = recent.subarray(Math.max(0, recent.length - room));
      const fresh = z.data.subarray(Math.max(0, z.rows - rankSamples) * z.cols);
      const rows = new Float32Array(kept.length + fresh.length);
      rows.set(kept);
      rows.set(fresh, kept.length);
      recent = rows;
      const count = rows.length / z.cols;
      const rank = effectiveRank(covarianceEigenvalues({ rows: count, cols: z.cols, data: rows }));
      return monitor.observe(step, { ...reading, effectiveRank: rank, rankSamples: count });
    },
  };
}
