// Windows: the clips that a world model trains on. A window has T frames, F rows apart, and T action blocks: block k is
// the F raw actions that lead from frame k to frame k+1, one after the other. Frames are strided, actions are not.
//
//   row      s      s+1 ... s+F    ...     s+(T-1)F ... s+TF-1
//   frame    0              1              T-1
//   block    [-- block 0 --][-- block 1 --][-- block T-1 ------]
//
// A window spans T F rows of one episode, so an episode of L rows holds L - T F + 1 of them.
// Source: stable-worldmodel data/dataset.py (clips), le-wm train.py. Reference counts: Two-Room, 10,000 episodes with
// 920,809 rows, T = 4, F = 5: 730,809 windows.

import { JepaError } from '../core/index.ts';
import type { EpisodeSpan } from './episode.ts';

/** The shape of a window: `frames` frames (T), `frameSkip` rows apart (F). */
export interface WindowShape {
  readonly frames: number;
  readonly frameSkip: number;
}

/** Rows that a window spans: T F. Errors: `usage` unless both are positive integers. */
export function windowSpan({ frames, frameSkip }: WindowShape): number {
  for (const [name, value] of [['frames', frames] as const, ['frameSkip', frameSkip] as const]) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new JepaError('usage', `windows: ${name} must be a positive integer, got ${value}`, { [name]: value });
    }
  }
  return frames * frameSkip;
}

/** Number of windows in an episode of `length` rows: max(0, length - T F + 1). */
export function windowCount(length: number, shape: WindowShape): number {
  return Math.max(0, length - windowSpan(shape) + 1);
}

/** Row of frame `k` of the window that starts at row `start`: start + k F. */
export function frameRow(start: number, k: number, { frameSkip }: WindowShape): number {
  return start + k * frameSkip;
}

/** Rows [from, to) of action block `k` of the window that starts at row `start`: the actions taken from frame k until k+1. */
export function actionRows(start: number, k: number, { frameSkip }: WindowShape): readonly [number, number] {
  return [start + k * frameSkip, start + (k + 1) * frameSkip];
}

/**
 * The first row of every window of the chosen episodes, in the order of `chosen` and of time.
 *
 * Errors: `usage` for an episode that is not there; `data` when no episode is chosen or no window fits in any that is.
 */
export function windowStarts(
  episodes: readonly EpisodeSpan[],
  chosen: readonly number[],
  shape: WindowShape,
): Int32Array {
  const spans = chosen.map((index) => {
    const span = episodes[index];
    if (span !== undefined) return span;
    throw new JepaError('usage', `windows: episodes are 0 to ${episodes.length - 1}, got ${index}`, { index });
  });
  windowSpan(shape);
  if (chosen.length === 0) {
    throw new JepaError(
      'data',
      'windows: no episodes were chosen; if they are a part of a split, give that part a share that is not 0, or leave out what needs it',
      { shape },
    );
  }
  const total = spans.reduce((sum, { length }) => sum + windowCount(length, shape), 0);
  if (total === 0) {
    const longest = spans.reduce((most, { length }) => Math.max(most, length), 0);
    throw new JepaError(
      'data',
      `windows of ${shape.frames} frames with frameSkip ${shape.frameSkip} need episodes of at least ${windowSpan(shape)} ` +
        `rows, the longest of ${chosen.length} has ${longest}; collect longer episodes, or use fewer frames or a smaller frameSkip`,
      { shape, longest },
    );
  }
  const starts = new Int32Array(total);
  let at = 0;
  for (const { row, length } of spans) {
    for (let i = 0; i < windowCount(length, shape); i++) starts[at++] = row + i;
  }
  return starts;
}
