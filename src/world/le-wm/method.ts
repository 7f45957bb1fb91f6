// LeWorldModel as a method of the family: from the embedding of each frame of a clip, and what the agent does next, predict
// the embedding of the following frame; SIGReg keeps the embeddings of each frame distributed as N(0, I). One encoder for
// both sides, gradients through both, no teacher.
// Legend: B clips, T frames, D width, A numbers per action block.

import { defineJepa, type JepaSpec, l2, methods, sigreg, sigregDirections } from '../../jepa/index.ts';
import { embedPictures, type Module } from '../../nn/index.ts';
import { slice, type Tensor, type TensorType, transpose } from '../../tensor/index.ts';
import type { Acting } from './acting.ts';
import { type LeWm, type LeWmConfig, type LeWmNetwork, leWm } from './le-wm.ts';
import { type InverseLeWm, inverseTerm, withInverse } from './with-inverse.ts';

/** Sizes of a batch of clips. */
export interface ClipSize {
  /** B */
  readonly batch: number;
  /** T, at most history + 1 for a model that looks back. */
  readonly frames: number;
}

/** Sizes of a batch of clips, and what stands in for the defaults of LeWorldModel's training. */
export interface ClipOptions extends ClipSize {
  /** `u8` pixels [B, T, H, W, 3] (default), or normalised `f32` [B, T, 3, H, W]. */
  readonly pixels?: 'u8' | 'f32';
  /** Directions of SIGReg [D, M]; drawn anew at each step when left out. */
  readonly directions?: Tensor;
}

/**
 * What all methods on LeWorldModel's network share: clips in, each next embedding predicted from true frames, one encoder for
 * both sides. The inputs are `pixels` and `actions` [B, T, A]; the last block has no influence.
 */
export function clipForm<M extends LeWm>(
  { encoder, actionDim }: LeWmNetwork,
  { batch, frames, pixels = 'u8' }: Pick<ClipOptions, 'batch' | 'frames' | 'pixels'>,
): Omit<JepaSpec<M, Acting>, 'name' | 'module' | 'terms'> {
  const side = encoder.imageSize;
  const image = pixels === 'u8' ? [side, side, 3] : [3, side, side];
  return {
    inputs: {
      pixels: { dtype: pixels, shape: [batch, frames, ...image] } satisfies TensorType,
      actions: { dtype: 'f32', shape: [batch, frames, actionDim] },
    },
    pairs: ({ pixels: clip, actions }) => [
      {
        name: 'next',
        context: { name: 'clip', input: clip! },
        target: { name: 'clip', input: clip! },
        z: { kind: 'action', actions: actions!, steps: 1 },
        select: (z) => slice(z, 1, 1),
      },
    ],
    encode(model, view) {
      const z = model.encode(view.input);
      return { embedding: z, representation: z };
    },
    target: { kind: 'shared' },
    predict(model, { embedding }, { actions }) {
      const u = model.encodeActions(actions);
      return model.predict(slice(embedding, 1, 0, frames - 1), slice(u, 1, 0, frames - 1));
    },
    features: (model, view) => ({ pooled: embedPictures(model.encoder, view.input) }),
  };
}

/** The network that a configuration trains. */
export function leWmModule(config: LeWmConfig): Module<InverseLeWm> {
  return config.inverse === undefined ? leWm(config) : withInverse(leWm(config), config, config.inverse.hidden);
}

/** LeWorldModel on clips. */
export function leWmMethod(config: LeWmConfig, options: ClipOptions): JepaSpec<InverseLeWm, Acting> {
  const directions = options.directions ?? sigregDirections(config.embedDim, config.sigreg.directions);
  return defineJepa<InverseLeWm, Acting>({
    ...clipForm<InverseLeWm>(config, options),
    name: 'le-wm',
    module: leWmModule(config),
    terms: [
      methods.predictEnergy(l2),
      {
        name: 'sigreg',
        mechanism: 'gaussian',
        reads: 'embedding',
        weight: config.sigreg.weight,
        trace: ({ latents }) => sigreg(transpose(latents.clip!.embedding, [1, 0, 2]), directions, config.sigreg).value,
      },
      ...(config.inverse === undefined ? [] : [inverseTerm(config.inverse.weight)]),
    ],
  });
}
