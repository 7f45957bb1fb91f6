// The pixel world model as a method of the family: from the embedding of each frame of a clip, and what the agent does next,
// predict the pixels of the following frame; and those of the frame itself. Targets are data, so nothing can collapse.
// Legend: B clips, T frames, D width, A numbers per action block, P patches, n numbers of a patch.

import { type Condition, defineJepa, type JepaSpec, type Mechanism, type Term } from '../../jepa/index.ts';
import { embedPictures, IMAGENET, type PixelNormalisation, patches } from '../../nn/index.ts';
import { constant, expandDims, mul, reduceMean, reshape, slice, square, sub, type Tensor } from '../../tensor/index.ts';
import type { Acting } from '../le-wm/acting.ts';
import type { ClipSize } from '../le-wm/method.ts';
import { type PixelWorld, type PixelWorldConfig, pixelWorld } from './pixel-world.ts';

/** Next frames are drawn after acting, present ones without. */
type ActingOrNot = Acting | Extract<Condition, { readonly kind: 'none' }>;

/** The mean squared error of the pictures of one pair. */
function drawing(name: string, mechanism: Mechanism, pair: string, weight: number): Term<PixelWorld, ActingOrNot> {
  return {
    name,
    mechanism,
    reads: 'embedding',
    weight,
    trace({ pairs }) {
      const { prediction, target } = pairs.find((p) => p.name === pair)!;
      return reduceMean(square(sub(prediction, target)));
    },
  };
}

/** Embeddings of frames 1 to T - 1, [B, T - 1, D], from z [B, T, D] and blocks [B, T, A]. */
function predicted(model: PixelWorld, how: PixelWorldConfig['prediction'], z: Tensor, blocks: Tensor): Tensor {
  const [B, T, D] = z.shape as [number, number, number];
  const before = (x: Tensor): Tensor => slice(x, 1, 0, T - 1);
  if (how !== 'unrolled') return model.predict(before(z), before(model.encodeActions(blocks)));
  const all = model.rollout(slice(z, 1, 0, 1), undefined, expandDims(before(blocks), 1));
  return slice(reshape(all, [B, T, D]), 1, 1);
}

/** Pictures u8 [N, H, W, 3] as the decoder draws them, [N, P, n]. Normalised patch by patch: rows of n numbers are fast. */
function drawn(pictures: Tensor, patchSize: number, { mean, std }: PixelNormalisation): Tensor {
  const row = (f: (mean: number, std: number) => number): Tensor => {
    const length = 3 * patchSize ** 2;
    return constant(
      Float32Array.from({ length }, (_, i) => f(mean[i % 3]!, std[i % 3]!)),
      [length],
      'f32',
    );
  };
  const scaled = mul(
    patches(pictures, patchSize),
    row((_, s) => 1 / (255 * s)),
  );
  return sub(
    scaled,
    row((m, s) => m / s),
  );
}

/**
 * The pixel world model on clips, with the inputs `pixels` u8 [B, T, H, W, 3] and `actions` [B, T, A]; the last block has no
 * influence. Errors are those of normalised pixels.
 */
export function pixelWorldMethod(
  config: PixelWorldConfig,
  { batch, frames }: ClipSize,
): JepaSpec<PixelWorld, ActingOrNot> {
  const { actionDim, encoder, decoder, reconstruction, prediction, normalisation = IMAGENET } = config;
  const side = encoder.imageSize;
  const terms = [
    drawing('prediction', 'predict', 'next', 1),
    drawing('reconstruction', 'grounded', 'present', reconstruction),
  ];
  return defineJepa<PixelWorld, ActingOrNot>({
    name: 'pixels',
    module: pixelWorld(config),
    inputs: {
      pixels: { dtype: 'u8', shape: [batch, frames, side, side, 3] },
      actions: { dtype: 'f32', shape: [batch, frames, actionDim] },
    },
    pairs({ pixels, actions }) {
      const clip = { name: 'clip', input: pixels! };
      return [
        {
          name: 'next',
          context: clip,
          target: clip,
          z: { kind: 'action', actions: actions!, steps: prediction === 'unrolled' ? frames - 1 : 1 },
          select: (pictures) => slice(pictures, 1, 1),
        },
        { name: 'present', context: clip, target: clip, z: { kind: 'none' } },
      ];
    },
    encode(model, view) {
      const z = model.encode(view.input);
      return { embedding: z, representation: z };
    },
    target: {
      kind: 'raw',
      values({ input }) {
        const pictures = reshape(input, [batch * frames, side, side, 3]);
        return reshape(drawn(pictures, decoder.patchSize, normalisation), [batch, frames, -1]);
      },
    },
    predict: (model, { embedding: z }, given) =>
      model.decode(given.kind === 'none' ? z : predicted(model, prediction, z, given.actions)),
    terms: terms.filter(({ weight }) => weight !== 0),
    features: (model, view) => ({ pooled: embedPictures(model.encoder, view.input) }),
  });
}
