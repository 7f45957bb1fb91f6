// The generative model of pixels as a kind of world model.

import { group, oneOf, optional, real, whole } from '../../core/index.ts';
import { normalisationSchema } from '../../nn/index.ts';
import { type AnyWorldKind, defineWorldKind, resizedEncoder } from '../kind.ts';
import { networkSettings, trainedVit } from '../le-wm/kind.ts';
import type { PictureDecoderConfig } from './decoder.ts';
import { pixelWorldDynamics } from './dynamics.ts';
import { pixelWorldMethod } from './method.ts';
import type { PixelWorldConfig } from './pixel-world.ts';

/** The pixel world model. */
export const pixelWorldKind: AnyWorldKind = defineWorldKind<PixelWorldConfig>({
  name: 'pixels',
  settings: {
    ...networkSettings,
    decoder: group<PictureDecoderConfig>({
      patchSize: whole(),
      dim: whole(),
      depth: whole(),
      heads: whole(),
      mlpDim: whole(),
    }),
    reconstruction: real({ least: 0 }),
    prediction: optional(oneOf(['one-step', 'unrolled'])),
    cost: optional(oneOf(['pixels', 'latent'])),
    normalisation: optional(normalisationSchema),
  },
  sized: resizedEncoder,
  dynamics: (config) => pixelWorldDynamics(config),
  method: pixelWorldMethod,
  encoder: (config) => trainedVit(config, config.normalisation),
});
