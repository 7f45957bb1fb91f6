// Splits a dataset into training, validation and test parts by whole episodes, before windows are cut, so that no frame
// of a held-out episode is ever seen in training. (The reference splits windows, and neighbouring windows leak.)

import { JepaError, type Key, permutation } from '../core/index.ts';

/** Shares of the episodes, each in [0, 1]; they sum to 1. */
export interface SplitFractions {
  readonly train: number;
  readonly val: number;
  readonly test: number;
}

/** Episode indices of each part, ascending; together they hold every episode once. */
export interface Split {
  readonly train: readonly number[];
  readonly val: readonly number[];
  readonly test: readonly number[];
}

/**
 * Draws a split of `episodeCount` episodes under `key`: the same key gives the same split.
 *
 * Validation and test get their share rounded to whole episodes, and at least one when their share is not 0; training
 * gets the rest.
 *
 * Errors: `usage` when the fractions are not in [0, 1] or do not sum to 1; `data` when there are fewer episodes than parts.
 *
 * @example
 * splitEpisodes(100, { train: 0.8, val: 0.1, test: 0.1 }, key(0)); // 80, 10 and 10 episodes
 */
export function splitEpisodes(episodeCount: number, fractions: SplitFractions, key: Key): Split {
  const { train, val, test } = fractions;
  const shares = [train, val, test];
  if (!shares.every((f) => f >= 0 && f <= 1) || Math.abs(train + val + test - 1) > 1e-9) {
    throw new JepaError(
      'usage',
      `splitEpisodes: fractions must lie in [0, 1] and sum to 1, got train ${train}, val ${val}, test ${test}`,
      { fractions },
    );
  }
  const parts = shares.filter((f) => f > 0).length;
  if (!Number.isInteger(episodeCount) || episodeCount < parts) {
    throw new JepaError(
      'data',
      `splitEpisodes: ${parts} parts need at least ${parts} episodes, got ${episodeCount}; collect more, or set the share ` +
        'of a part to 0',
      { episodeCount },
    );
  }
  const share = (fraction: number): number => (fraction === 0 ? 0 : Math.max(1, Math.round(fraction * episodeCount)));
  let valCount = share(val);
  let testCount = share(test);
  // Rounding up two small parts may leave training with nothing; take from the larger one.
  while (train > 0 && valCount + testCount >= episodeCount) {
    if (valCount >= testCount) valCount--;
    else testCount--;
  }
  if (train === 0) {
    if (val === 0) testCount = episodeCount;
    // The test part may have been rounded up to all there is: validation keeps one.
    else if (test > 0) testCount = Math.min(testCount, episodeCount - 1);
    valCount = episodeCount - testCount;
  }
  const order = [...permutation(key, episodeCount)];
  const take = (from: number, to: number): number[] => order.slice(from, to).sort((a, b) => a - b);
  return {
    val: take(0, valCount),
    test: take(valCount, valCount + testCount),
    train: take(valCount + testCount, episodeCount),
  };
}
