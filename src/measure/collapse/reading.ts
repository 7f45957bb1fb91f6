// One window of collapse instruments: what `healthMonitor` looks at, measured from embeddings.

import type { Key } from '../../core/index.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { dimensionDeviation, pooled, positionOnlyShare, type Tokens, tokenDeviation } from './deviation.ts';
import { type PairSimilarity, pairSimilarity } from './pairs.ts';
import { copyLastRatio, fractionUnexplained } from './predictor.ts';
import { sigregStatistic } from './sigreg-statistic.ts';
import { mismatchedPairSimilarity } from './similarity.ts';
import { covarianceEigenvalues, effectiveRank } from './spectrum.ts';

/** Instruments of one window. Those that need tokens, a predictor or a teacher are absent without them. */
export interface HealthReading {
  readonly samples: number;
  readonly dim: number;
  /** mean_d std_b of the pooled embedding. */
  readonly pooledStd: number;
  /** The least spread dimension. */
  readonly minStd: number;
  /** Root mean square of the embedding. */
  readonly rms: number;
  readonly effectiveRank: number;
  /** Rows that the rank was measured over, where they are not the samples of this window. */
  readonly rankSamples?: number;
  /** SIGReg statistic: 1.0525 on N(0, I), 0.40205 samples when collapsed. */
  readonly sigreg: number;
  /** Mean cosine of embeddings of different samples. */
  readonly mismatchedSimilarity: number;
  /** mean_{b,d} std over the tokens of a sample. */
  readonly tokenStd?: number;
  /** Share of token variance that position explains. */
  readonly positionShare?: number;
  /** Fraction of variance unexplained by the predictor. */
  readonly unexplained?: number;
  /** Error of the predictor over the error of repeating the last embedding. */
  readonly copyLastRatio?: number;
  /** Cosines of true and wrong pairs, and top-1 retrieval. */
  readonly pairs?: PairSimilarity;
  /** |teacher - student| / |student| over parameters, where there is an EMA teacher. */
  readonly targetDrift?: number;
  /** Negatives plus one, where the objective is contrastive. */
  readonly contrastBatch?: number;
}

/** What `readHealth` measures from. */
export interface HealthInput {
  /** One embedding per sample [n, d], or the tokens of each sample, which are pooled by their mean. */
  readonly embeddings: Matrix | Tokens;
  /** Names the directions of the SIGReg statistic: give the same one at every window. */
  readonly key: Key;
  /** Number of directions, default 128. */
  readonly slices?: number;
  /** Predicted, last and true next embeddings, all [m, d]. */
  readonly prediction?: { readonly predicted: Matrix; readonly next: Matrix; readonly last?: Matrix };
  /** What the objective pulls together, both [m, d]: two views, or a prediction and its target. */
  readonly pairs?: { readonly x: Matrix; readonly y: Matrix };
  readonly targetDrift?: number;
  readonly contrastBatch?: number;
}

/** Measures one window. n >= 2 samples; a few hundred make the rank meaningful (it cannot exceed n - 1). */
export function readHealth(input: HealthInput): HealthReading {
  const tokens = 'tokens' in input.embeddings ? input.embeddings : undefined;
  const z = 'tokens' in input.embeddings ? pooled(input.embeddings) : input.embeddings;
  const deviation = dimensionDeviation(z);
  const { prediction } = input;
  return {
    samples: z.rows,
    dim: z.cols,
    pooledStd: deviation.mean,
    minStd: deviation.min,
    rms: deviation.rms,
    effectiveRank: effectiveRank(covarianceEigenvalues(z)),
    sigreg: sigregStatistic(z, { key: input.key, ...(input.slices === undefined ? {} : { slices: input.slices }) }),
    mismatchedSimilarity: mismatchedPairSimilarity(z),
    ...(tokens === undefined ? {} : { tokenStd: tokenDeviation(tokens), positionShare: positionOnlyShare(tokens) }),
    ...(prediction === undefined ? {} : { unexplained: fractionUnexplained(prediction.predicted, prediction.next) }),
    ...(prediction?.last === undefined
      ? {}
      : { copyLastRatio: copyLastRatio(prediction.predicted, prediction.last, prediction.next) }),
    ...(input.pairs === undefined ? {} : { pairs: pairSimilarity(input.pairs.x, input.pairs.y) }),
    ...(input.targetDrift === undefined ? {} : { targetDrift: input.targetDrift }),
    ...(input.contrastBatch === undefined ? {} : { contrastBatch: input.contrastBatch }),
  };
}
