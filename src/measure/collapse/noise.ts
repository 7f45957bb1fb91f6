// What an embedding does with what it should ignore, and whether it repeats itself: the share of its variance that noise in
// the input explains, and its autocorrelation along a path. Both are cheap and decisive for worlds whose factors are known.

import { JepaError } from '../../core/index.ts';
import { centred, type Matrix, requireFinite } from '../matrix/matrix.ts';

/**
 * E_x[var(z | x)] / (E_x[var(z | x)] + var_x E[z | x]): the share of the variance of Z that is not explained by the clean
 * input x. 0 when the encoder drops the noise, 1 when it encodes nothing else. Variances are unbiased and summed over
 * dimensions; the noise that is left in a mean of few draws is subtracted. NaN when nothing varies.
 *
 * @param z [inputs * draws, d], rows ordered input by input: embeddings of independent draws of the noise on each input
 * @param draws draws per input, >= 2
 */
export function noiseShare(z: Matrix, draws: number): number {
  requireFinite(z, 'noiseShare: embeddings', 4);
  const inputs = z.rows / draws;
  if (!Number.isInteger(draws) || draws < 2 || !Number.isInteger(inputs) || inputs < 2) {
    throw new JepaError(
      'shape',
      `noiseShare: needs at least 2 inputs with the same number (>= 2) of draws, got ${z.rows} rows and ${draws} draws`,
    );
  }
  const d = z.cols;
  let within = 0;
  const means = new Float64Array(inputs * d);
  for (let x = 0; x < inputs; x++) {
    for (let j = 0; j < d; j++) {
      let sum = 0;
      for (let r = 0; r < draws; r++) sum += z.data[(x * draws + r) * d + j]!;
      means[x * d + j] = sum / draws;
      for (let r = 0; r < draws; r++) within += (z.data[(x * draws + r) * d + j]! - sum / draws) ** 2;
    }
  }
  within /= inputs * (draws - 1);
  const spread = centred({ rows: inputs, cols: d, data: means }).data.reduce((s, v) => s + v * v, 0) / (inputs - 1);
  const between = Math.max(0, spread - within / draws);
  return within + between === 0 ? Number.NaN : within / (within + between);
}

/**
 * Autocorrelation of Z along a path, at each lag: mean_t (z_t - m)·(z_{t+lag} - m) / mean_t |z_t - m|^2. Embed a world that
 * moves along one factor step by step; a peak at a lag above 0 says that the encoder cannot tell the two ends apart
 * (aliasing: it knows the factor modulo the lag only). NaN when nothing varies.
 *
 * @param z [t, d], one row per step of the path
 * @param lags whole numbers from 0 to t - 1
 */
export function latentAutocorrelation(z: Matrix, lags: readonly number[]): Float64Array {
  requireFinite(z, 'latentAutocorrelation: embeddings', 2);
  const { data } = centred(z);
  const product = (lag: number): number => {
    if (!Number.isInteger(lag) || lag < 0 || lag >= z.rows) {
      throw new JepaError(
        'usage',
        `latentAutocorrelation: a lag must be a whole number from 0 to ${z.rows - 1}, got ${lag}`,
      );
    }
    const count = (z.rows - lag) * z.cols;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += data[i]! * data[i + lag * z.cols]!;
    return sum / (z.rows - lag);
  };
  const power = product(0);
  return Float64Array.from(lags, (lag) => (power === 0 ? Number.NaN : product(lag) / power));
}
