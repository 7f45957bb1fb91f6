// LeWorldModel as a kind of world model.

import { type Entries, flag, group, oneOf, optional, real, type Schema, whole } from '../../core/index.ts';
import { conditionalSchema, IMAGENET, isVit, type PixelNormalisation, pictureEncoderSchema } from '../../nn/index.ts';
import { planCostSchema } from '../../plan/index.ts';
import { type AnyWorldKind, defineWorldKind, type TrainedEncoder } from '../kind.ts';
import { leWmDynamics } from './dynamics.ts';
import type { LeWmConfig, LeWmNetwork } from './le-wm.ts';
import { leWmMethod } from './method.ts';

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

/** LeWorldModel, with inverse dynamics beside its losses where the configuration has it. */
export const leWmKind: AnyWorldKind = defineWorldKind<LeWmConfig>({
  name: 'le-wm',
  settings: {
    ...networkSettings,
    sigreg: sigregSchema,
    cost: optional(planCostSchema),
    inverse: optional(group<{ weight: number; hidden: number }>({ weight: real({ above: 0 }), hidden: whole() })),
  },
  dynamics: (config) => leWmDynamics(config),
  method: leWmMethod,
  encoder: (config) => trainedVit(config),
});
