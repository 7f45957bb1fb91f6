// I-JEPA (Assran et al. 2023, arXiv 2301.08243): from a context block of an image predict, in embedding space, what a
// teacher says about several target blocks. The context encoder sees only the context's patches; the teacher sees the whole
// image; a narrow predictor is told the positions to predict. Collapse is prevented by the teacher. With several contexts
// every target is predicted from each of them.
// With `target: 'pixels'` the same predictor predicts normalised pixels: the generative baseline of the paper's ablation.
// Legend: B images, N patches, M contexts of K patches, T target blocks of Kp patches, D width.

import { frozen, module } from '../../nn/index.ts';
import { concat, type Tensor, takeTokens } from '../../tensor/index.ts';
import { defineJepa } from '../contract/define.ts';
import type { Condition, JepaSpec, Latent, Scheduled, Target, View } from '../contract/types.ts';
import type { Embed } from '../encoders/image-encoder.ts';

import { type Energy, l2, smoothL1Energy } from '../objectives/energies.ts';
import { pixelTargets } from '../objectives/pixel-targets.ts';
import { forEachContext, type NarrowVit, narrowVit } from '../predictors/narrow-vit.ts';
import type { ViewOptions } from './joint-embedding.ts';
import { type PredictorConfig, patchesOf, tokensOf } from './patch-method.ts';
import { predictEnergy } from './terms.ts';

/** Options of I-JEPA. */
export interface IJepaConfig {
  readonly predictor: PredictorConfig;
  /** Constant sizes of the masks: K patches of each of M contexts (default 1), and T target blocks of Kp. */
  readonly masks: {
    readonly context: number;
    readonly contexts?: number;
    readonly targets: number;
    readonly target: number;
  };
  /** Momentum of the teacher: linear from 0.996 to 1. */
  readonly momentum: Scheduled;
  /** Default smooth L1 with beta 1, as the code; the paper writes a squared distance. */
  readonly energy?: Energy;
  /** What is predicted; default the teacher's embedding. */
  readonly target?: 'embedding' | 'pixels';
}

/** What I-JEPA binds to; without a teacher when pixels are predicted. */
export interface IJepaModel {
  readonly encoder: Embed;
  readonly predictor: NarrowVit;
  readonly target_encoder?: Embed;
}

type Slots = Extract<Condition, { readonly kind: 'slots' }>;

/**
 * I-JEPA on images, with masks as the inputs `context` i32 [M B, K], context after context, and `target0`, `target1`, ... i32
 * [B, Kp]. Predictions and targets have rows in the order target block, context, image, and the loss is their mean.
 */
export function iJepa(
  options: Omit<ViewOptions, 'views'> & { readonly size: number } & IJepaConfig,
): JepaSpec<IJepaModel, Slots> {
  const { encoder, batch, size, masks, momentum, target = 'embedding' } = options;
  const patches = patchesOf('i-jepa', encoder);
  const pixels = target === 'pixels';
  const { contexts = 1 } = masks;
  const predictor = narrowVit({
    ...options.predictor,
    inDim: encoder.width,
    grid: [patches.grid, patches.grid],
    ...(pixels ? { outDim: 3 * patches.size ** 2 } : {}),
  });
  const parts = { encoder: encoder.module, predictor };
  const teacher: Target<IJepaModel> = {
    kind: 'ema',
    student: 'encoder',
    teacher: 'target_encoder',
    momentum,
    encode: (model, view) => latentOf(model.target_encoder!, view),
    normalise: 'layer-norm',
  };
  const names = Array.from({ length: masks.targets }, (_, i) => `target${i}`);
  return defineJepa<IJepaModel, Slots>({
    name: pixels ? 'pixel-predictor' : 'i-jepa',
    module: pixels
      ? module(parts, (m): IJepaModel => m)
      : module({ ...parts, target_encoder: frozen(encoder.module) }, (m): IJepaModel => m),
    inputs: {
      view0: { dtype: 'u8', shape: [batch, size, size, 3] },
      context: { dtype: 'i32', shape: [contexts * batch, masks.context] },
      ...Object.fromEntries(names.map((name) => [name, { dtype: 'i32', shape: [batch, masks.target] }] as const)),
    },
    pairs(inputs) {
      const context = inputs.context!;
      const targets = names.map((name) => inputs[name]!);
      return [
        {
          name: 'blocks',
          context: { name: 'context', input: inputs.view0!, keep: context },
          target: { name: 'image', input: inputs.view0! },
          z: { kind: 'slots', context, targets },
          select: (whole) =>
            concat(
              forEachContext(
                targets.map((ids) => takeTokens(whole, ids)),
                contexts,
              ),
              0,
            ),
        },
      ];
    },
    encode: (model, view) => latentOf(model.encoder, view),
    target: pixels ? { kind: 'raw', values: (view) => pixelTargets(view.input, patches.size) } : teacher,
    predict: (model, context, z) => model.predictor(context.embedding, z.context, z.targets),
    terms: [predictEnergy(options.energy ?? (pixels ? l2 : smoothL1Energy(1)))],
    features: (model, view) => (model.target_encoder ?? model.encoder)(view.input),
  });
}

/** Tokens of a view; kept ids of several contexts [M B, K] give [M B, K, D]. */
function latentOf(embed: Embed, { input, keep }: View): Latent {
  const contexts = keep === undefined ? 1 : keep.shape[0]! / input.shape[0]!;
  const images = contexts === 1 ? input : concat(Array<Tensor>(contexts).fill(input), 0);
  const tokens: Tensor = tokensOf(embed(images, keep));
  return { embedding: tokens, representation: tokens };
}
