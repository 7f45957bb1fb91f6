// The mean and deviation by which heads standardise what they read.
// Legend: N rows, D width of an embedding.

import { flatView, JepaError } from '../../core/index.ts';
import type { ModelValues } from '../../nn/index.ts';

/** Deviations below this share of the largest count as that: a number that never changes says nothing. */
const LEAST_SHARE = 1e-3;

/**
 * Writes the mean and deviation of rows [N, D], of the training split, into the buffers `*input.mean` and `*input.std` of the numbers
 * of a head or of a cost.
 *
 * @throws JepaError `usage` when there are no rows, or no such buffers of width D; `data` for rows that are not finite
 */
export function putStatistics(values: ModelValues, rows: Float32Array, dim: number): void {
  const N = rows.length / dim;
  const { layout, data } = values.buffers;
  const places = layout.entries.filter(({ name, size }) => /(^|\.)input\.(mean|std)$/.test(name) && size === dim);
  if (places.length === 0 || !(Number.isInteger(N) && N >= 1)) {
    throw new JepaError(
      'usage',
      `putStatistics: needs rows of ${dim} numbers and a head of that width that standardises, got ${rows.length} numbers and the buffers ${layout.entries.map(({ name }) => name).join(', ') || 'none'}`,
      { dim, numbers: rows.length },
    );
  }
  const [mean, std] = [new Float64Array(dim), new Float64Array(dim)];
  for (let i = 0; i < rows.length; i++) mean[i % dim]! += rows[i]! / N;
  for (let i = 0; i < rows.length; i++) std[i % dim]! += (rows[i]! - mean[i % dim]!) ** 2 / N;
  const largest = Math.sqrt(Math.max(...std));
  if (!Number.isFinite(largest))
    throw new JepaError('data', `putStatistics: the rows hold numbers that are not finite; leave such episodes out`);
  const least = largest > 0 ? LEAST_SHARE * largest : 1;
  for (const { name } of places)
    flatView(layout, data, name).set(name.endsWith('mean') ? mean : std.map((v) => Math.max(Math.sqrt(v), least)));
}
