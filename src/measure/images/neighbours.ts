// The nearest training images of a few query images: what an encoder finds alike, for a panel of pictures.

import { JepaError } from '../../core/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { nearestByCosine } from '../features/nearest.ts';
import { type FeatureSplit, takeRows } from '../features/split.ts';

/** A query image and its nearest training images, best first. */
export interface NeighbourRow {
  /** Row of the query in its split, and its class. */
  readonly query: number;
  readonly label: number;
  readonly neighbours: readonly { readonly row: number; readonly label: number; readonly similarity: number }[];
}

/** The `k` nearest training images by cosine of each query, as plain JSON. */
export async function neighbourPanel(
  train: FeatureSplit,
  queries: FeatureSplit,
  rows: readonly number[],
  k: number,
  { runtime }: { readonly runtime?: Runtime } = {},
): Promise<readonly NeighbourRow[]> {
  const wrong = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= queries.x.rows);
  if (rows.length === 0 || wrong !== undefined) {
    throw new JepaError(
      'usage',
      `neighbourPanel: needs rows from 0 to ${queries.x.rows - 1}, got ${rows.length === 0 ? 'none' : wrong}`,
    );
  }
  const found = await nearestByCosine(train.x, takeRows(queries.x, rows), k, runtime === undefined ? {} : { runtime });
  return rows.map((query, i) => ({
    query,
    label: queries.y[query]!,
    neighbours: Array.from({ length: k }, (_, n) => {
      const row = found.rows[i * k + n]!;
      return { row, label: train.y[row]!, similarity: found.similarity[i * k + n]! };
    }),
  }));
}
