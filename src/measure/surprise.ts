// Violation of expectation: how far the observed next embedding is from the predicted one, along a clip, and whether that
// tells perturbed clips (a teleport, a colour change) from clean ones. LeWorldModel, arXiv 2603.19312, shows the curves and
// a paired t-test; the score of a clip and the area under the curve are this project's own choice.
// Axes: N clips, T steps, D embedding.

import { JepaError } from '../core/index.ts';
import { rocAuc } from './statistics/auc.ts';
import { pairedTTest, type TTest } from './statistics/t-test.ts';

/** Surprise of n clips at T steps, row-major [n, steps]. */
export interface SurpriseCurves {
  readonly clips: number;
  readonly steps: number;
  readonly data: Float64Array;
}

/**
 * Surprise of each step: the mean over D of (predicted - encoded)^2.
 *
 * @param predicted embeddings of the next frame as the model expects it [n, T, D]
 * @param encoded embeddings of the next frame as it was seen [n, T, D]
 */
export function surpriseCurves(
  predicted: Float32Array | Float64Array,
  encoded: Float32Array | Float64Array,
  { clips, steps, dim }: { readonly clips: number; readonly steps: number; readonly dim: number },
): SurpriseCurves {
  const size = clips * steps * dim;
  if (size < 1 || predicted.length !== size || encoded.length !== size) {
    throw new JepaError(
      'shape',
      `surpriseCurves: predicted and encoded must be [${clips}, ${steps}, ${dim}] (${size} numbers), got ${predicted.length} and ${encoded.length}`,
    );
  }
  const data = new Float64Array(clips * steps);
  for (let i = 0, at = 0; i < data.length; i++) {
    let sum = 0;
    for (let j = 0; j < dim; j++, at++) sum += (predicted[at]! - encoded[at]!) ** 2;
    if (!Number.isFinite(sum)) {
      throw new JepaError(
        'numeric',
        `surpriseCurves: clip ${Math.floor(i / steps)}, step ${i % steps} has a non-finite embedding`,
      );
    }
    data[i] = sum / dim;
  }
  return { clips, steps, data };
}

/** The score of each clip: its largest surprise. */
export function surpriseScores({ clips, steps, data }: SurpriseCurves): Float64Array {
  return Float64Array.from({ length: clips }, (_, i) => Math.max(...data.subarray(i * steps, (i + 1) * steps)));
}

/** How well surprise tells perturbed clips from clean ones. */
export interface SurpriseReport {
  /** Area under the ROC curve of the clip scores. */
  readonly auc: number;
  /** Paired t-test of the scores, clip by clip, when there are as many perturbed as clean clips (>= 2); else null. */
  readonly tTest: TTest | null;
  /** Mean curve over clips, [steps]. */
  readonly cleanCurve: Float64Array;
  readonly perturbedCurve: Float64Array;
}

/**
 * Compares perturbed clips with clean ones. Give clips in the same order, the perturbed clip i being the clean clip i with
 * the perturbation, so that the t-test is paired.
 */
export function compareSurprise(perturbed: SurpriseCurves, clean: SurpriseCurves): SurpriseReport {
  const a = surpriseScores(perturbed);
  const b = surpriseScores(clean);
  return {
    auc: rocAuc(a, b),
    tTest: a.length === b.length && a.length >= 2 ? pairedTTest(a, b) : null,
    cleanCurve: meanCurve(clean),
    perturbedCurve: meanCurve(perturbed),
  };
}

function meanCurve({ clips, steps, data }: SurpriseCurves): Float64Array {
  const mean = new Float64Array(steps);
  data.forEach((v, i) => {
    mean[i % steps]! += v / clips;
  });
  return mean;
}
