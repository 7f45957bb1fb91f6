// Training pairs of a goal policy from embedded recordings: a row, a later row of the same episode as its goal, and the block
// that was taken at the first. Host arrays only.
// Legend: n rows, D width of an embedding, A numbers per block, B pairs, k the largest distance.

import { JepaError, type Key, stream } from '../../core/index.ts';

/** Recordings as a frozen encoder sees them, one row per block boundary; the rows of an episode stand together, in order. */
export interface EmbeddedEpisodes {
  /** [n, D] */
  readonly embeddings: Float32Array;
  /** [n, A], normalised; block i leads from row i to row i + 1. That of an episode's last row is never read. */
  readonly blocks: Float32Array;
  /** [n], which episode a row is of. */
  readonly episodes: ArrayLike<number>;
}

/** Pairs as `inverseHeadMethod` is fed with them. */
export interface GoalPairs {
  /** [B, 2, D], present and goal. */
  readonly embeddings: Float32Array;
  /** [B, A] */
  readonly blocks: Float32Array;
}

/** How pairs are drawn. */
export interface GoalPairOptions {
  /** B */
  readonly batch: number;
  /** k, in blocks. */
  readonly maxDistance: number;
}

/**
 * A source of training pairs: the start uniform over all rows that have a later one, the distance uniform over 1 to k as far as
 * the episode reaches. What is drawn depends on the key alone.
 *
 * @throws JepaError `usage` for a size that cannot be, or when no episode has two rows; `shape` when the arrays do not have
 * equally many rows
 */
export function goalPairs(
  recorded: EmbeddedEpisodes,
  { batch, maxDistance }: GoalPairOptions,
): (key: Key) => GoalPairs {
  for (const [name, value] of Object.entries({ batch, maxDistance })) {
    if (!Number.isInteger(value) || value < 1)
      throw new JepaError('usage', `goalPairs: ${name} must be a whole number of at least 1, got ${value}`, { name });
  }
  const { embeddings, blocks, episodes } = recorded;
  const n = episodes.length;
  const [D, A] = [embeddings.length / n, blocks.length / n];
  if (n > 0 && !(Number.isInteger(D) && Number.isInteger(A)))
    throw new JepaError(
      'shape',
      `goalPairs: embeddings and blocks must have a row for each of the ${n} entries of episodes, got ${embeddings.length} and ${blocks.length} numbers`,
      { rows: n },
    );
  const left = rowsLeft(episodes);
  const starts = Int32Array.from(left.keys()).filter((i) => left[i]! > 0);
  if (starts.length === 0)
    throw new JepaError('usage', `goalPairs: an episode of at least 2 rows is needed, got ${n} rows without one`);
  return (key) => {
    const random = stream(key);
    const pairs = { embeddings: new Float32Array(batch * 2 * D), blocks: new Float32Array(batch * A) };
    for (let b = 0; b < batch; b++) {
      const start = starts[Math.floor(random.uniform() * starts.length)]!;
      const goal = start + 1 + Math.floor(random.uniform() * Math.min(maxDistance, left[start]!));
      pairs.embeddings.set(embeddings.subarray(start * D, (start + 1) * D), 2 * b * D);
      pairs.embeddings.set(embeddings.subarray(goal * D, (goal + 1) * D), (2 * b + 1) * D);
      pairs.blocks.set(blocks.subarray(start * A, (start + 1) * A), b * A);
    }
    return pairs;
  };
}

/** For each row, how many of its episode follow it. */
function rowsLeft(episodes: ArrayLike<number>): Int32Array {
  const left = new Int32Array(episodes.length);
  for (let i = episodes.length - 2; i >= 0; i--) if (episodes[i] === episodes[i + 1]) left[i] = left[i + 1]! + 1;
  return left;
}
