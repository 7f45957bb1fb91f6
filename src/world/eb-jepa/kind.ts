// EB-JEPA's action-conditioned model as a kind of world model.

import { group, real, type Schema, whole } from '../../core/index.ts';
import { impalaSchema, normalisationSchema, type PixelNormalisation } from '../../nn/index.ts';
import { type AnyWorldKind, defineWorldKind, resizedEncoder } from '../kind.ts';
import { ebJepaDynamics } from './dynamics.ts';
import type { EbJepaConfig } from './eb-jepa.ts';
import { type EbJepaWeights, ebJepaMethod } from './method.ts';

/** EB-JEPA's model with what its training needs besides its size. */
export interface EbJepaWorld extends EbJepaConfig {
  readonly normalisation: PixelNormalisation;
  readonly weights: EbJepaWeights;
}

const weight = (): Schema<number> => real({ least: 0 });

/** EB-JEPA. */
export const ebJepaKind: AnyWorldKind = defineWorldKind<EbJepaWorld>({
  name: 'eb-jepa',
  settings: {
    encoder: impalaSchema,
    actionDim: whole(),
    inverseHidden: whole(),
    normalisation: normalisationSchema,
    weights: group<EbJepaWeights>({
      variance: weight(),
      covariance: weight(),
      similarity: weight(),
      inverse: weight(),
    }),
  },
  sized: resizedEncoder,
  dynamics: (config) => ebJepaDynamics(config, 'eb-jepa', config.normalisation),
  method: (config, clips) => ebJepaMethod(config, { ...clips, normalisation: config.normalisation }, config.weights),
});
