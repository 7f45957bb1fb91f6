// EB-JEPA's world model and PLDM's form of it as methods of the family: from the embedding of the first frame of a clip and
// the actions that follow, predict the embeddings of the next frames, each from the one before. Variance and covariance keep
// embeddings apart, slowness and inverse dynamics choose what they keep apart. One encoder for both sides, gradients through
// both, no teacher.
// Legend: B clips, T frames, D width, A numbers of an action, H predicted steps.

import { JepaError } from '../../core/index.ts';
import { defineJepa, type JepaSpec, l2, methods, pldmTerms, stateTerms, type Term } from '../../jepa/index.ts';
import type { PixelNormalisation } from '../../nn/index.ts';
import { at, slice, type Tensor } from '../../tensor/index.ts';
import type { Acting } from '../le-wm/acting.ts';
import { EB_JEPA_PIXELS, type EbJepa, type EbJepaConfig, ebJepa } from './eb-jepa.ts';

/** Sizes of a batch of clips, and how far is predicted. */
export interface UnrollOptions {
  /** B */
  readonly batch: number;
  /** T, at least 2. The regularisers see all frames, the prediction the first H + 1. */
  readonly frames: number;
  /** H, at most T - 1; default all. The reference predicts 8 steps of clips of 17 frames. */
  readonly steps?: number;
  /** `u8` pixels [B, T, H, W, 3] (default), or normalised `f32` [B, T, C, H, W]. */
  readonly pixels?: 'u8' | 'f32';
  /** For u8 pixels, one number per channel. */
  readonly normalisation?: PixelNormalisation;
  /** Whether variance and covariance see the first frame of each clip only; default no for EB-JEPA, yes for PLDM. */
  readonly firstStepOnly?: boolean;
}

/** Weights of the terms beside the prediction, whose weight is 1. */
export interface EbJepaWeights {
  readonly variance: number;
  readonly covariance: number;
  readonly similarity: number;
  readonly inverse: number;
}

/** The weights of EB-JEPA's two-room example. */
export const EB_JEPA_WEIGHTS: EbJepaWeights = { variance: 16, covariance: 8, similarity: 12, inverse: 1 };

/** Weights of PLDM. */
export interface PldmWeights extends EbJepaWeights {
  readonly varianceOverTime: number;
}

/** The tuned weights of PLDM's wall experiment. */
export const PLDM_WEIGHTS: PldmWeights = {
  variance: 3.9843,
  covariance: 6.9238,
  varianceOverTime: 0.24535,
  similarity: 0.74242,
  inverse: 1.072,
};

type EbJepaTerm = Term<EbJepa, Acting>;
type Regulariser = Pick<EbJepaTerm, 'name' | 'mechanism' | 'weight'>;

/** A term of the embeddings of the clip, [B, T, D]. */
function ofStates(term: Regulariser, value: (z: Tensor) => Tensor): EbJepaTerm {
  return { ...term, reads: 'embedding', trace: ({ latents }) => value(latents.clip!.embedding) };
}

/** Variance and covariance over the clips' frames, slowness, and inverse dynamics on the encoder's embeddings. */
function regularisers(weights: EbJepaWeights, firstStepOnly: boolean): readonly EbJepaTerm[] {
  const { variance, covariance, similarity, inverse } = weights;
  const terms = (z: Tensor) => stateTerms(z, { firstStepOnly });
  return [
    ofStates({ name: 'variance', mechanism: 'variance', weight: variance }, (z) => terms(z).variance),
    ofStates({ name: 'covariance', mechanism: 'covariance', weight: covariance }, (z) => terms(z).covariance),
    ofStates({ name: 'similarity', mechanism: 'predict', weight: similarity }, (z) => terms(z).similarity),
    {
      name: 'inverse',
      mechanism: 'grounded',
      reads: 'embedding',
      weight: inverse,
      trace: ({ latents, inputs }, model) => model.inverse.loss(latents.clip!.embedding, inputs.actions!),
    },
  ];
}

function unrolled(
  name: string,
  config: EbJepaConfig,
  options: UnrollOptions,
  terms: readonly EbJepaTerm[],
): JepaSpec<EbJepa, Acting> {
  const { batch, frames, steps = frames - 1, pixels = 'u8', normalisation = EB_JEPA_PIXELS } = options;
  if (!Number.isInteger(steps) || steps < 1 || steps >= frames) {
    throw new JepaError('usage', `${name}: steps must be 1 to frames - 1 = ${frames - 1}, got ${steps}`, {
      frames,
      steps,
    });
  }
  const { imageSize: side, channels } = config.encoder;
  const image = pixels === 'u8' ? [side, side, 3] : [channels, side, side];
  return defineJepa<EbJepa, Acting>({
    name,
    module: ebJepa(config, normalisation),
    inputs: {
      pixels: { dtype: pixels, shape: [batch, frames, ...image] },
      actions: { dtype: 'f32', shape: [batch, frames, config.actionDim] },
    },
    pairs: ({ pixels: clip, actions }) => [
      {
        name: 'next',
        context: { name: 'clip', input: clip! },
        target: { name: 'clip', input: clip! },
        z: { kind: 'action', actions: actions!, steps },
        select: (z) => slice(z, 1, 1, 1 + steps),
      },
    ],
    encode(model, view) {
      const z = model.encode(view.input);
      return { embedding: z, representation: z };
    },
    target: { kind: 'shared' },
    predict: (model, { embedding }, z) => model.unroll(at(embedding, 1, 0), slice(z.actions, 1, 0, z.steps)),
    terms: [methods.predictEnergy(l2), ...terms],
    features: (model, view) => ({ pooled: model.encoder.embed(view.input) }),
  });
}

/**
 * EB-JEPA's world model on clips, with the inputs `pixels` and `actions` [B, T, A]: action t leads from frame t to frame
 * t + 1, so the last one has no influence. A weight of 0 takes a term away, as in the reference's ablations.
 *
 * @throws JepaError 'usage' when `steps` does not fit the clips
 */
export function ebJepaMethod(
  config: EbJepaConfig,
  options: UnrollOptions,
  weights: EbJepaWeights = EB_JEPA_WEIGHTS,
): JepaSpec<EbJepa, Acting> {
  return unrolled('eb-jepa', config, options, regularisers(weights, options.firstStepOnly ?? false));
}

/**
 * PLDM's form of it: variance and covariance of the first frame of each clip, and a hinge on how much a clip's embeddings
 * deviate over time. Inputs as `ebJepaMethod`.
 *
 * @throws JepaError 'usage' when `steps` does not fit the clips
 */
export function pldmMethod(
  config: EbJepaConfig,
  options: UnrollOptions,
  weights: PldmWeights = PLDM_WEIGHTS,
): JepaSpec<EbJepa, Acting> {
  const overTime: Regulariser = {
    name: 'varianceOverTime',
    mechanism: 'variance',
    weight: weights.varianceOverTime,
  };
  return unrolled('pldm', config, options, [
    ...regularisers(weights, options.firstStepOnly ?? true),
    ofStates(overTime, (z) => pldmTerms(z).varianceOverTime),
  ]);
}
