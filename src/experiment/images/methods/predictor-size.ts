// Size of a predictor or decoder over patches.

import { group, type Schema, whole } from '../../../core/index.ts';

/** Size of a predictor or decoder over patches. */
export interface PredictorSize {
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
}

/** Describes sizes of predictors. */
export const predictorSize: Schema<PredictorSize> = group<PredictorSize>({
  dim: whole(),
  depth: whole(),
  heads: whole(),
});
