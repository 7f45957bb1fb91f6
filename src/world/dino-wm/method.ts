// DINO-WM as a method of the family: from the frozen patch features of each frame of a clip, what the body feels and what the
// agent does next, predict the patch features of the following frame. The encoder does not learn, so nothing can collapse;
// only predictor and embedders do. (The embedder of proprioception is on both sides; on the target's no gradient passes.)
// Legend: B clips, T frames, P patches, A numbers per action block, p numbers of proprioception.

import { defineJepa, type JepaSpec, type Latent, l2, methods, type Term, type View } from '../../jepa/index.ts';
import { at, expandDims, reduceMean, slice, type Tensor } from '../../tensor/index.ts';
import type { Acting } from '../le-wm/acting.ts';
import { decodingError } from './decoder.ts';
import { type DinoWm, type DinoWmConfig, dinoWm } from './dino-wm.ts';
import type { FrameEncoder } from './frame-encoder.ts';

/** A clip, and what the body felt during it [B, T, p]. */
interface Clip extends View {
  readonly proprio?: Tensor;
}

/** What a DINO-WM is trained on. */
export interface FrameClips {
  readonly encoder: FrameEncoder;
  /** B */
  readonly batch: number;
  /** T, at most history + 1. */
  readonly frames: number;
}

/** Trains the decoder and nothing else, on the features of true frames. */
const decoding: Term<DinoWm> = {
  name: 'decoder',
  mechanism: 'grounded',
  reads: 'representation',
  weight: 1,
  trace: ({ latents, inputs }, model) => decodingError(model.decode, latents.clip!.representation, inputs.frames!),
};

/**
 * DINO-WM on clips, with the inputs `frames` [B, T, ...frame], `actions` [B, T, A] and, where configured, `proprio` [B, T, p].
 * The last block has no influence. The loss is the mean squared error over visual and proprioceptive dimensions together; a
 * decoder, where configured, learns beside it from detached features.
 */
export function dinoWmMethod(config: DinoWmConfig, options: FrameClips): JepaSpec<DinoWm, Acting> {
  const { encoder, batch, frames } = options;
  const { dtype, shape } = encoder.frame;
  const encode = (model: DinoWm, { input, proprio }: Clip): Latent => {
    const visual = model.encodeFrames(input);
    const state = proprio === undefined ? { visual } : { visual, proprio: model.encodeProprio(proprio) };
    return { embedding: model.join(state), representation: visual };
  };
  return defineJepa<DinoWm, Acting>({
    name: 'dino-wm',
    module: dinoWm(config, encoder),
    inputs: {
      frames: { dtype, shape: [batch, frames, ...shape] },
      actions: { dtype: 'f32', shape: [batch, frames, config.action.dim] },
      ...(config.proprio === undefined
        ? {}
        : { proprio: { dtype: 'f32' as const, shape: [batch, frames, config.proprio.dim] } }),
    },
    pairs({ frames: input, actions, proprio }) {
      const clip: Clip = { name: 'clip', input: input!, ...(proprio === undefined ? {} : { proprio }) };
      return [
        {
          name: 'next',
          context: clip,
          target: clip,
          z: { kind: 'action', actions: actions!, steps: 1 },
          select: (state) => slice(state, 1, 1),
        },
      ];
    },
    encode,
    target: { kind: 'frozen', encode },
    predict(model, { embedding }, { actions }) {
      const u = model.encodeActions(actions);
      return model.predict(slice(embedding, 1, 0, frames - 1), slice(u, 1, 0, frames - 1));
    },
    terms: config.decoderHidden === undefined ? [methods.predictEnergy(l2)] : [methods.predictEnergy(l2), decoding],
    features(model, { input }) {
      const tokens = at(model.encodeFrames(expandDims(input, 1)), 1, 0);
      return { pooled: reduceMean(tokens, { axes: 1 }), tokens };
    },
  });
}
