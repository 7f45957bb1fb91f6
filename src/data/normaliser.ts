// Per-column z-scores: (x - mean) / std for each element of a column's rows, fitted on the training episodes only.
// Source: le-wm train.py: unbiased standard deviation (ddof 1) over the raw rows, rows with a NaN dropped.
// (The reference's evaluation refits with a population deviation; here the fitted values travel with the model.)

import { JepaError } from '../core/index.ts';
import { columnOf, type EpisodeSource, readF32, rowSize } from './episode.ts';

/** The fitted values for one column of D elements; plain JSON. */
export interface Normaliser {
  readonly column: string;
  /** D means. */
  readonly mean: readonly number[];
  /** D standard deviations, all positive. */
  readonly std: readonly number[];
  /** Rows that entered the fit. */
  readonly rows: number;
  /** Elements that never changed; their std is 1, so that they become 0. A caller should warn about them. */
  readonly constant: readonly number[];
}

/**
 * Fits mean and unbiased standard deviation of an f32 column over the given episodes; rows with a NaN are dropped.
 *
 * Errors: `usage` for a column that is unknown or not f32; `data` when there is no episode or no row without NaN.
 *
 * @example
 * const action = fitNormaliser(store, 'action', split.train);
 */
export function fitNormaliser(source: EpisodeSource, column: string, episodes: readonly number[]): Normaliser {
  const dim = rowSize(columnOf(source.spec, column));
  // Welford's update in float64: exact enough for any number of rows, and one pass.
  const mean = new Float64Array(dim);
  const squares = new Float64Array(dim);
  const low = new Float64Array(dim).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(dim).fill(Number.NEGATIVE_INFINITY);
  let rows = 0;
  for (const index of episodes) {
    const span = source.episodes[index];
    if (span === undefined) {
      throw new JepaError('usage', `fitNormaliser: episodes are 0 to ${source.episodes.length - 1}, got ${index}`, {
        index,
      });
    }
    const values = readF32(source, column, span.row, span.length);
    for (let r = 0; r < span.length; r++) {
      const row = values.subarray(r * dim, (r + 1) * dim);
      if (row.some(Number.isNaN)) continue;
      rows++;
      for (let d = 0; d < dim; d++) {
        const x = row[d]!;
        const delta = x - mean[d]!;
        mean[d]! += delta / rows;
        squares[d]! += delta * (x - mean[d]!);
        low[d] = Math.min(low[d]!, x);
        high[d] = Math.max(high[d]!, x);
      }
    }
  }
  if (episodes.length === 0) {
    const message = `fitNormaliser: column '${column}' needs at least one episode to be fitted on, got none; give the training part of the split a share`;
    throw new JepaError('data', message, { column });
  }
  if (rows === 0) {
    throw new JepaError(
      'data',
      `fitNormaliser: column '${column}' needs at least one row without NaN, the ${episodes.length} episodes have none`,
      { column },
    );
  }
  const constant = [...low.keys()].filter((d) => low[d] === high[d]);
  return {
    column,
    mean: Array.from(mean, (m, d) => (low[d] === high[d] ? low[d]! : m)),
    std: Array.from(squares, (s, d) => (low[d] === high[d] ? 1 : Math.sqrt(s / (rows - 1)))),
    rows,
    constant,
  };
}

function checkSize({ column, mean }: Normaliser, values: Float32Array, out: Float32Array): void {
  if (values.length % mean.length === 0 && out.length === values.length) return;
  throw new JepaError(
    'shape',
    `normaliser of '${column}': values must be rows of ${mean.length} numbers and out as long, got ${values.length} and ${out.length}`,
    { column },
  );
}

/** (x - mean) / std of rows of D numbers, into `out` (may be `values` itself). NaN stays NaN. */
export function normalise(
  normaliser: Normaliser,
  values: Float32Array,
  out: Float32Array = new Float32Array(values.length),
): Float32Array {
  checkSize(normaliser, values, out);
  const { mean, std } = normaliser;
  for (let i = 0, d = 0; i < values.length; i++, d = d + 1 === mean.length ? 0 : d + 1) {
    out[i] = (values[i]! - mean[d]!) / std[d]!;
  }
  return out;
}

/** x std + mean of rows of D numbers: the inverse of `normalise`, into `out` (may be `values` itself). */
export function denormalise(
  normaliser: Normaliser,
  values: Float32Array,
  out: Float32Array = new Float32Array(values.length),
): Float32Array {
  checkSize(normaliser, values, out);
  const { mean, std } = normaliser;
  for (let i = 0, d = 0; i < values.length; i++, d = d + 1 === mean.length ? 0 : d + 1) {
    out[i] = values[i]! * std[d]! + mean[d]!;
  }
  return out;
}
