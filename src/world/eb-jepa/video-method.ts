// EB-JEPA's video model as a method of the family: from the maps of two frames predict the map of the next, and from
// predictions again. Variance and covariance of projected places keep maps from collapsing.
// Legend: B clips, T frames, C channels of an image, h w size of image and map, D channels of the map, H times predicted.

import { JepaError } from '../../core/index.ts';
import { type Condition, defineJepa, type JepaSpec, type StateTerms, stateTerms, type Term } from '../../jepa/index.ts';
import { addAll, at, mul, reduceMean, reshape, square, stack, sub, type Tensor } from '../../tensor/index.ts';
import { type EbJepaVideo, ebJepaVideo, VIDEO_CONTEXT, type VideoConfig } from './video.ts';

/** Sizes of a batch of clips, and how often is predicted. */
export interface VideoOptions {
  /** B */
  readonly batch: number;
  /** T, at least 3. */
  readonly frames: number;
  /** Height and width, or one number for both. */
  readonly size: number | readonly [height: number, width: number];
  /** H; default 4, as the reference. */
  readonly steps?: number;
  /** `u8` pixels [B, T, h, w, C] (default), or `f32` [B, T, C, h, w] in [0, 1]. */
  readonly pixels?: 'u8' | 'f32';
  /** Weights of the reference by default, 10 and 100; that of the prediction is 1. */
  readonly weights?: { readonly variance: number; readonly covariance: number };
}

type Unconditioned = Extract<Condition, { readonly kind: 'none' }>;
type VideoTerm = Term<EbJepaVideo, Unconditioned>;

/**
 * EB-JEPA's video model on clips, with the input `pixels`. Its one pair predicts the maps [H, B, T, h, w, D] after each step.
 *
 * @throws JepaError 'usage' when clips are too short
 */
export function ebJepaVideoMethod(config: VideoConfig, options: VideoOptions): JepaSpec<EbJepaVideo, Unconditioned> {
  const { batch, frames, size, steps = 4, pixels = 'u8', weights = { variance: 10, covariance: 100 } } = options;
  if (!(frames > VIDEO_CONTEXT) || !(steps >= 1)) {
    throw new JepaError(
      'usage',
      `eb-jepa-video: needs more than ${VIDEO_CONTEXT} frames and at least one step, got ${frames} and ${steps}`,
    );
  }
  const [h, w] = typeof size === 'number' ? [size, size] : size;
  // Both terms read one projection: projecting again would move the running statistics again.
  const known = new WeakMap<object, StateTerms>();
  const regulariser = (part: 'variance' | 'covariance'): VideoTerm => ({
    name: part,
    mechanism: part,
    reads: 'embedding',
    weight: weights[part],
    trace(step, { project }) {
      const terms = known.get(step) ?? stateTerms(step.latents.clip!.embedding, { placesAsSamples: true, project });
      known.set(step, terms);
      return terms[part];
    },
  });
  return defineJepa<EbJepaVideo, Unconditioned>({
    name: 'eb-jepa-video',
    module: ebJepaVideo(config),
    inputs: {
      pixels: {
        dtype: pixels,
        shape: [batch, frames, ...(pixels === 'u8' ? [h, w, config.channels] : [config.channels, h, w])],
      },
    },
    pairs: ({ pixels: clip }) => [
      {
        name: 'next',
        context: { name: 'clip', input: clip! },
        target: { name: 'clip', input: clip! },
        z: { kind: 'none' },
      },
    ],
    encode(model, view) {
      const maps = model.encode(view.input);
      return { embedding: maps, representation: maps };
    },
    target: { kind: 'shared' },
    predict: (model, { embedding }) => stack(model.unroll(embedding, steps), 0),
    terms: [
      regulariser('variance'),
      regulariser('covariance'),
      {
        name: 'prediction',
        mechanism: 'predict',
        reads: 'embedding',
        weight: 1,
        trace({ pairs }, { project }) {
          const { prediction, target } = pairs[0]!;
          const rows = (maps: Tensor): Tensor => project(reshape(maps, [-1, config.dim]));
          // Each projection has its own batch statistics, the true maps first, as the reference.
          const error = (k: number): Tensor => reduceMean(square(sub(rows(target), rows(at(prediction, 0, k)))));
          return mul(addAll(Array.from({ length: steps }, (_, k) => error(k))), 1 / steps);
        },
      },
    ],
    features(model, view) {
      const [N, ...image] = view.input.shape as [number, ...number[]];
      const tokens = reshape(model.encode(reshape(view.input, [N, 1, ...image])), [N, -1, config.dim]);
      return { pooled: reduceMean(tokens, { axes: 1 }), tokens };
    },
  });
}
