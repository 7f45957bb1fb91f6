// Every collapse instrument of one set of embeddings at once, as plain numbers for tables and JSON files. It takes host
// arrays and needs no engine, so a training loop can call it between steps.

import { fold, type Key, permutation } from '../../core/index.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { alphaReq } from './alpha-req.ts';
import { dimensionDeviation } from './deviation.ts';
import { lidar } from './lidar.ts';
import { sigregStatistic } from './sigreg-statistic.ts';
import { alignment, mismatchedPairSimilarity, uniformity } from './similarity.ts';
import { covarianceEigenvalues, effectiveRank, participationRatio, rankMe } from './spectrum.ts';

/** Instruments of a set of embeddings; those that need several views of each sample are absent without them. */
export interface EmbeddingInstruments {
  readonly samples: number;
  readonly dim: number;
  /** Mean, least and median deviation over samples of a dimension, and the dimensions below 1 % of the largest. */
  readonly meanStd: number;
  readonly minStd: number;
  readonly medianStd: number;
  readonly deadDimensions: number;
  /** Root mean square of all numbers: the scale of the deviations. */
  readonly rms: number;
  readonly rankMe: number;
  readonly effectiveRank: number;
  readonly participationRatio: number;
  /** NaN when the spectrum has fewer than two values; `null` in JSON. */
  readonly alphaReq: number;
  readonly uniformity: number;
  readonly mismatchedSimilarity: number;
  /** SIGReg statistic: 1.0525 on N(0, I), 0.40205 samples when collapsed. */
  readonly sigreg: number;
  readonly alignment?: number;
  readonly lidar?: number;
  /** Eigenvalues of the covariance, descending. */
  readonly spectrum: readonly number[];
  /** Deviation of each dimension, descending. */
  readonly deviations: readonly number[];
}

/** Options of `embeddingInstruments`. */
export interface InstrumentOptions {
  /** Names the sample and the directions of SIGReg: the same key makes runs comparable. */
  readonly key: Key;
  /** At most this many rows are measured, drawn by `key`; default 2048. RankMe and the ranks need more rows than columns. */
  readonly samples?: number;
  /** Embeddings of `count` augmented views of each of n samples, [n * count, d], ordered sample by sample. */
  readonly views?: { readonly z: Matrix; readonly count: number };
  /** Directions of the SIGReg statistic, default 128. */
  readonly slices?: number;
}

/** Uniformity looks at all pairs of at most this many rows: half a million pairs are plenty for a mean. */
const PAIR_ROWS = 1024;

/** Measures Z [n, d], n >= 2. */
export function embeddingInstruments(z: Matrix, options: InstrumentOptions): EmbeddingInstruments {
  const { key, samples = 2048, views, slices = 128 } = options;
  const x = sampleRows(z, samples, fold(key, 'rows'));
  const deviation = dimensionDeviation(x);
  const spectrum = covarianceEigenvalues(x);
  return {
    samples: x.rows,
    dim: x.cols,
    meanStd: deviation.mean,
    minStd: deviation.min,
    medianStd: deviation.median,
    deadDimensions: deviation.dead,
    rms: deviation.rms,
    rankMe: rankMe(x),
    effectiveRank: effectiveRank(spectrum),
    participationRatio: participationRatio(spectrum),
    alphaReq: alphaReq(spectrum),
    uniformity: uniformity(sampleRows(x, PAIR_ROWS, fold(key, 'pairs'))),
    mismatchedSimilarity: mismatchedPairSimilarity(x),
    sigreg: sigregStatistic(x, { key: fold(key, 'directions'), slices }),
    ...(views === undefined ? {} : ofViews(views.z, views.count)),
    spectrum: Array.from(spectrum),
    deviations: Array.from(deviation.std).sort((a, b) => b - a),
  };
}

/** Alignment of the first two views, and LiDAR of all. */
function ofViews(z: Matrix, count: number): { readonly alignment: number; readonly lidar: number } {
  const discriminant = lidar(z, count);
  const n = z.rows / count;
  const view = (v: number): Matrix => {
    const data = new Float64Array(n * z.cols);
    for (let i = 0; i < n; i++) {
      const at = (i * count + v) * z.cols;
      data.set(z.data.subarray(at, at + z.cols), i * z.cols);
    }
    return { rows: n, cols: z.cols, data };
  };
  return { alignment: alignment(view(0), view(1)), lidar: discriminant.lidar };
}

/** At most `count` rows of Z, a random subset in the order of Z. */
function sampleRows(z: Matrix, count: number, key: Key): Matrix {
  if (z.rows <= count) return z;
  const rows = permutation(key, z.rows).slice(0, count).sort();
  const data = new Float64Array(count * z.cols);
  rows.forEach((row, i) => {
    data.set(z.data.subarray(row * z.cols, (row + 1) * z.cols), i * z.cols);
  });
  return { rows: count, cols: z.cols, data };
}
