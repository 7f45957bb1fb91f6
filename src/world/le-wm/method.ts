// LeWorldModel as a method of the family: from the embedding of each frame of a clip, and what the agent does next, predict
// the embedding of the following frame; SIGReg keeps the embeddings of each frame distributed as N(0, I). One encoder for
// both sides, gradients through both, no teacher. What else may be asked of it stands in `options.ts`.
// Legend: B clips, T frames, D width, A numbers per action block.

import {
  defineJepa,
  type JepaSpec,
  l2,
  methods,
  sigreg,
  sigregDirections,
  type Term,
  type View,
} from '../../jepa/index.ts';
import { embedPictures, type Module } from '../../nn/index.ts';
import { slice, type Tensor, type TensorType, transpose } from '../../tensor/index.ts';
import type { Acting } from './acting.ts';
import { type FeelingNetwork, type LeWm, type LeWmConfig, leWm, leWmDim } from './le-wm.ts';
import { checkInverse, rolloutTerm, straighteningTerm } from './terms.ts';
import { type InverseLeWm, inverseTerm, withInverse } from './with-inverse.ts';

/** Sizes of a batch of clips. */
export interface ClipSize {
  /** B */
  readonly batch: number;
  /** T, at least 2. */
  readonly frames: number;
}

/** Sizes of a batch of clips, and what stands in for the defaults of LeWorldModel's training. */
export interface ClipOptions extends ClipSize {
  /** `u8` pixels [B, T, H, W, 3] (default), or normalised `f32` [B, T, 3, H, W]. */
  readonly pixels?: 'u8' | 'f32';
  /** Directions of SIGReg [D, M]; drawn anew at each step when left out. */
  readonly directions?: Tensor;
}

/** A clip, and the standardised numbers that the body felt during it [B, T, k]. */
interface Clip extends View {
  readonly felt?: Tensor;
}

/**
 * What all methods on LeWorldModel's network share: clips in, each next embedding predicted from true frames, as many as the
 * history holds, one encoder for both sides. The inputs are `pixels`, `actions` [B, T, A] and, where configured, `proprio`
 * [B, T, k], standardised; the last block has no influence.
 */
export function clipForm<M extends LeWm>(
  { encoder, actionDim, proprio }: FeelingNetwork,
  { batch, frames, pixels = 'u8' }: Pick<ClipOptions, 'batch' | 'frames' | 'pixels'>,
): Omit<JepaSpec<M, Acting>, 'name' | 'module' | 'terms'> {
  const side = encoder.imageSize;
  const image = pixels === 'u8' ? [side, side, 3] : [3, side, side];
  return {
    inputs: {
      pixels: { dtype: pixels, shape: [batch, frames, ...image] } satisfies TensorType,
      actions: { dtype: 'f32', shape: [batch, frames, actionDim] },
      ...(proprio === undefined
        ? {}
        : { proprio: { dtype: 'f32' as const, shape: [batch, frames, proprio.numbers.at.length] } }),
    },
    pairs({ pixels, actions, proprio: felt }) {
      const clip: Clip = { name: 'clip', input: pixels!, ...(felt === undefined ? {} : { felt }) };
      return [
        {
          name: 'next',
          context: clip,
          target: clip,
          z: { kind: 'action', actions: actions!, steps: 1 },
          select: (z) => slice(z, 1, 1),
        },
      ];
    },
    encode(model, { input, felt }: Clip) {
      const z = model.encode(input, felt);
      return { embedding: z, representation: z };
    },
    target: { kind: 'shared' },
    predict(model, { embedding }, { actions }) {
      const u = model.encodeActions(actions);
      return model.predictEach(slice(embedding, 1, 0, frames - 1), slice(u, 1, 0, frames - 1));
    },
    features: (model, view) => ({ pooled: embedPictures(model.encoder, view.input) }),
  };
}

/** The network that a configuration trains. */
export function leWmModule(config: LeWmConfig): Module<InverseLeWm> {
  const { inverse } = config;
  if (inverse === undefined) return leWm(config);
  const { weight: _, ...form } = inverse;
  return withInverse(leWm(config), config, form);
}

/** The terms beside the two published ones. */
function moreTerms(
  { inverse, rollout, straightening, history }: LeWmConfig,
  frames: number,
): readonly Term<InverseLeWm, Acting>[] {
  if (inverse !== undefined) checkInverse(inverse, frames);
  return [
    ...(inverse === undefined ? [] : [inverseTerm(inverse.weight)]),
    ...(rollout === undefined ? [] : [rolloutTerm(rollout, history, frames)]),
    ...(straightening === undefined ? [] : [straighteningTerm(straightening, frames)]),
  ];
}

/**
 * LeWorldModel on clips. SIGReg reads the picture part of embeddings where what is felt stands in them as it is, which cannot
 * collapse, and all of them where it is embedded.
 *
 * @throws JepaError `usage` when clips are too short for what is asked
 */
export function leWmMethod(config: LeWmConfig, options: ClipOptions): JepaSpec<InverseLeWm, Acting> {
  const { embedDim, proprio, rollout } = config;
  const regulated = proprio?.embedDim === undefined ? embedDim : leWmDim(config);
  const directions = options.directions ?? sigregDirections(regulated, config.sigreg.directions);
  return defineJepa<InverseLeWm, Acting>({
    ...clipForm<InverseLeWm>(config, options),
    name: 'le-wm',
    module: leWmModule(config),
    terms: [
      methods.predictEnergy(l2, rollout?.oneStep),
      {
        name: 'sigreg',
        mechanism: 'gaussian',
        reads: 'embedding',
        weight: config.sigreg.weight,
        trace({ latents }) {
          const z = latents.clip!.embedding;
          const part = z.shape[2] === regulated ? z : slice(z, 2, 0, regulated);
          return sigreg(transpose(part, [1, 0, 2]), directions, config.sigreg).value;
        },
      },
      ...moreTerms(config, options.frames),
    ],
  });
}
