// Where things are, read off embeddings by a linear probe that is fitted on recorded rows: what a model imagines in the world's
// own coordinates.
// Legend: n rows, D width, k components of the state.

import { JepaError } from '../../core/index.ts';
import { matrix, ridgeProbe } from '../../measure/index.ts';
import type { EmbeddedRows } from '../world-model/embeddings.ts';

/** Reads components of the state off embeddings. */
export interface PositionReader {
  readonly components: readonly number[];
  /** [n, D] -> [n, k]. */
  read(z: Float32Array): Float64Array;
  /** Mean distance from the truth on rows that it was not fitted on. */
  readonly error: number;
}

/** The components of all rows, [n, k]. */
function componentsOf({ state }: EmbeddedRows, components: readonly number[]): Float64Array {
  const out = new Float64Array(state.rows * components.length);
  for (let row = 0; row < state.rows; row++) {
    for (const [i, at] of components.entries()) out[row * components.length + i] = state.data[row * state.cols + at]!;
  }
  return out;
}

/**
 * Fits the probe on the first rows and scores it on others.
 *
 * @throws JepaError `data` for components that are the same in all rows: there is nothing to read
 */
export function positionReader(fit: EmbeddedRows, held: EmbeddedRows, components: readonly number[]): PositionReader {
  const k = components.length;
  const y = componentsOf(fit, components);
  for (const [i, at] of components.entries()) {
    if (!y.every((v, n) => n % k !== i || v === y[i])) continue;
    throw new JepaError('data', `positionReader: component ${at} must change in the recorded rows, got ${y[i]} in all`);
  }
  const probe = ridgeProbe(fit.z, matrix(y, k));
  const dim = fit.z.cols;
  const read = (z: Float32Array): Float64Array => Float64Array.from(probe.predict(matrix(z, dim)).data);
  const truth = componentsOf(held, components);
  const told = read(held.z.data);
  let sum = 0;
  for (let n = 0; n < held.z.rows; n++) {
    let square = 0;
    for (let i = 0; i < k; i++) square += (told[n * k + i]! - truth[n * k + i]!) ** 2;
    sum += Math.sqrt(square);
  }
  return { components, read, error: sum / held.z.rows };
}
