// PLDM on the network of LeWorldModel as a kind of world model.

import { group, optional, real, type Schema, whole } from '../../core/index.ts';
import { normalisationSchema } from '../../nn/index.ts';
import { planCostSchema } from '../../plan/index.ts';
import type { PldmWeights } from '../eb-jepa/method.ts';
import { type AnyWorldKind, defineWorldKind, resizedEncoder } from '../kind.ts';
import { networkSettings, trainedVit } from '../le-wm/kind.ts';
import { pldmDynamics } from './dynamics.ts';
import { pldmClipMethod } from './method.ts';
import type { PldmConfig } from './pldm.ts';

const weight = (): Schema<number> => real({ least: 0 });

/** PLDM. */
export const pldmKind: AnyWorldKind = defineWorldKind<PldmConfig>({
  name: 'pldm',
  settings: {
    ...networkSettings,
    weights: group<PldmWeights>({
      variance: weight(),
      covariance: weight(),
      varianceOverTime: weight(),
      similarity: weight(),
      inverse: weight(),
    }),
    inverseHidden: whole(),
    normalisation: optional(normalisationSchema),
    cost: optional(planCostSchema),
  },
  sized: resizedEncoder,
  dynamics: (config) => pldmDynamics(config),
  method: pldmClipMethod,
  encoder: (config) => trainedVit(config, config.normalisation),
});
