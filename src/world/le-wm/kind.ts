// LeWorldModel as a kind of world model.

import { type Entries, flag, group, oneOf, optional, real, type Schema, whole } from '../../core/index.ts';
import { conditionalSchema, IMAGENET, isVit, type PixelNormalisation, pictureEncoderSchema } from '../../nn/index.ts';
import { planCostSchema } from '../../plan/index.ts';
import { type AnyWorldKind, defineWorldKind, resizedEncoder, type TrainedEncoder } from '../kind.ts';
import { fittedNumbers, standardised } from '../standardise.ts';
import { leWmDynamics } from './dynamics.ts';
import type { LeWmConfig, LeWmNetwork } from './le-wm.ts';
import { leWmMethod } from './method.ts';
import { inverseSchema, proprioSchema, rolloutSchema, straighteningSchema } from './options.ts';

/** The settings of the network, which PLDM and the pixel model share. */
export const networkSettings: Entries<LeWmNetwork> = {
  encoder: pictureEncoderSchema,
  embedDim: whole(),
  predictor: conditionalSchema,
  projectorHidden: whole(),
  history: whole(),
  actionDim: whole(),
  actionSmoothed: whole(),
};

/** The transformer that the network trains, if it has one. */
export function trainedVit(
  { encoder }: LeWmNetwork,
  normalisation: PixelNormalisation = IMAGENET,
): TrainedEncoder | undefined {
  return isVit(encoder) ? { config: encoder, normalisation } : undefined;
}

const sigregSchema: Schema<LeWmConfig['sigreg']> = group<LeWmConfig['sigreg']>({
  weight: real({ least: 0 }),
  directions: whole(),
  knots: optional(whole(2)),
  tMax: optional(real({ above: 0 })),
  interval: optional(oneOf(['half', 'full'])),
  timesN: optional(flag()),
});

/** LeWorldModel, with what the configuration asks for beside its two losses. */
export const leWmKind: AnyWorldKind = defineWorldKind<LeWmConfig>({
  name: 'le-wm',
  settings: {
    ...networkSettings,
    sigreg: sigregSchema,
    cost: optional(planCostSchema),
    inverse: optional(inverseSchema),
    rollout: optional(rolloutSchema),
    straightening: optional(straighteningSchema),
    proprio: optional(proprioSchema),
  },
  sized: resizedEncoder,
  dynamics: (config) => leWmDynamics(config),
  method: leWmMethod,
  feed({ proprio }, { columns }, input) {
    if (input !== 'proprio' || proprio === undefined) return undefined;
    return standardised(columns.state!, proprio.stateDim, proprio.numbers);
  },
  columns: ({ proprio }) => (proprio === undefined ? [] : ['state']),
  fit(config, statistics) {
    const { proprio } = config;
    if (proprio === undefined) return config;
    return { ...config, proprio: { ...proprio, numbers: fittedNumbers(proprio.numbers, statistics('state')) } };
  },
  encoder: (config) => trainedVit(config),
});
