// A masked autoencoder (He et al. 2021, arXiv 2111.06377), the generative baseline: a random quarter of the patches is
// encoded, and a decoder reconstructs the normalised pixels of the others.
// Legend: B images, N patches, K kept patches, P numbers per patch.

import { module } from '../../nn/index.ts';
import { takeTokens } from '../../tensor/index.ts';
import { defineJepa } from '../contract/define.ts';
import type { Condition, JepaSpec } from '../contract/types.ts';
import type { Embed } from '../encoders/image-encoder.ts';
import { l2 } from '../objectives/energies.ts';
import { pixelTargets } from '../objectives/pixel-targets.ts';
import { type NarrowVit, narrowVit } from '../predictors/narrow-vit.ts';
import type { ViewOptions } from './joint-embedding.ts';
import { type PredictorConfig, patchesOf, tokensOf } from './patch-method.ts';
import { predictEnergy } from './terms.ts';

/** Options of a masked autoencoder. */
export interface MaeConfig {
  readonly decoder: PredictorConfig;
  /** Number K of patches that are encoded: a quarter in the paper. */
  readonly kept: number;
}

/** What a masked autoencoder binds to. */
export interface MaeModel {
  readonly encoder: Embed;
  readonly decoder: NarrowVit;
}

type Slots = Extract<Condition, { readonly kind: 'slots' }>;

/** A masked autoencoder on images, with masks as the inputs `kept` i32 [B, K] and `masked` i32 [B, N - K]. */
export function mae(
  options: Omit<ViewOptions, 'views'> & { readonly size: number } & MaeConfig,
): JepaSpec<MaeModel, Slots> {
  const { encoder, batch, size, kept } = options;
  const { size: patch, grid } = patchesOf('mae', encoder);
  const decoder = narrowVit({
    ...options.decoder,
    inDim: encoder.width,
    outDim: 3 * patch ** 2,
    grid: [grid, grid],
  });
  return defineJepa<MaeModel, Slots>({
    name: 'mae',
    module: module({ encoder: encoder.module, decoder }, (m): MaeModel => m),
    inputs: {
      view0: { dtype: 'u8', shape: [batch, size, size, 3] },
      kept: { dtype: 'i32', shape: [batch, kept] },
      masked: { dtype: 'i32', shape: [batch, grid ** 2 - kept] },
    },
    pairs: ({ view0, kept: seen, masked }) => [
      {
        name: 'patches',
        context: { name: 'kept', input: view0!, keep: seen! },
        target: { name: 'image', input: view0! },
        z: { kind: 'slots', context: seen!, targets: [masked!] },
        select: (pixels) => takeTokens(pixels, masked!),
      },
    ],
    encode(model, view) {
      const tokens = tokensOf(model.encoder(view.input, view.keep));
      return { embedding: tokens, representation: tokens };
    },
    target: { kind: 'raw', values: (view) => pixelTargets(view.input, patch) },
    predict: (model, context, z) => model.decoder(context.embedding, z.context, z.targets),
    terms: [predictEnergy(l2)],
    features: (model, view) => model.encoder(view.input),
  });
}
