// A LeWorldModel small enough for tests, in which every parameter matters.

import type { ModelValues } from '../../nn/index.ts';
import { runtime, shaken } from '../../nn/run-module.law.ts';
import { type LeWmConfig, leWm } from './le-wm.ts';

export { runtime };

/** 16-pixel images in four patches, an embedding narrower than the encoder, history 3, blocks of 4 numbers. */
export const TINY: LeWmConfig = {
  encoder: { imageSize: 16, patchSize: 8, dim: 12, depth: 2, heads: 3, mlpDim: 24 },
  predictor: { depth: 2, heads: 2, headDim: 6, mlpDim: 24, dropout: 0 },
  embedDim: 8,
  projectorHidden: 16,
  history: 3,
  actionDim: 4,
  actionSmoothed: 5,
  sigreg: { weight: 0.09, directions: 32 },
};

/** Numbers of the tiny model with the zero-initialised gates opened. */
export function tinyValues(): ModelValues {
  return shaken(leWm(TINY), 0.2);
}
