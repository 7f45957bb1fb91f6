// Goal-conditioned behaviour cloning: do what the recording did where the recording later came to the goal (Ding et al. 2019,
// arXiv 1906.05838; GCBC of galilai-group/stable-worldmodel, scripts/train/gcbc.py). An encoder, trained from scratch,
// embeds the present frame and the goal's; an MLP says the block that was taken. Nothing is predicted or planned.
// Legend: B clips, T frames, W width of the encoder, A numbers per action block, N observations.

import { JepaError } from '../../core/index.ts';
import { type Condition, defineJepa, type JepaSpec, type Term } from '../../jepa/index.ts';
import {
  bind,
  embedPictures,
  IMAGENET,
  type Module,
  mlp,
  module,
  type PictureEncoder,
  type PictureEncoderConfig,
  type PixelNormalisation,
  pictureEncoder,
} from '../../nn/index.ts';
import {
  broadcastTo,
  concat,
  expandDims,
  reduceMean,
  reshape,
  slice,
  square,
  sub,
  type Tensor,
} from '../../tensor/index.ts';
import { defineGoalPolicy, type GoalPolicy } from '../goal-policy.ts';
import type { ClipSize } from '../le-wm/method.ts';
import { seenFrames, sensesOf } from '../senses.ts';

/** Size of a behaviour-cloning policy. */
export interface GcbcConfig {
  readonly encoder: PictureEncoderConfig;
  /** Widths of the hidden layers of the MLP on both embeddings. */
  readonly hidden: readonly number[];
  /** A */
  readonly actionDim: number;
  /** Of u8 pixels; default ImageNet's. */
  readonly normalisation?: PixelNormalisation;
}

/** What a bound behaviour-cloning policy offers. */
export interface Gcbc {
  readonly encoder: PictureEncoder;
  /** Embeddings of frames, [B, T, ...image] -> [B, T, W]. */
  encode(frames: Tensor): Tensor;
  /** Blocks from embeddings of the present and of the goal, [..., W] each -> [..., A]. */
  decide(now: Tensor, goal: Tensor): Tensor;
}

/** Defines a behaviour-cloning policy. */
export function gcbc({ encoder, hidden, actionDim, normalisation = IMAGENET }: GcbcConfig): Module<Gcbc> {
  const width = encoder.dim;
  const children = { encoder: pictureEncoder(encoder, normalisation), policy: mlp([2 * width, ...hidden, actionDim]) };
  return module(children, (m) => ({
    encoder: m.encoder,
    encode(frames) {
      const [B, T, ...image] = frames.shape as [number, number, ...number[]];
      return reshape(embedPictures(m.encoder, reshape(frames, [B * T, ...image])), [B, T, width]);
    },
    decide: (now, goal) => m.policy(concat([now, goal], -1)),
  }));
}

/** No condition: the goal is part of the context. */
export type Unconditioned = Extract<Condition, { readonly kind: 'none' }>;

/** The mean squared error of the blocks, which are normalised: 1 is as bad as always saying the mean. */
export const imitation: Term<unknown> = {
  name: 'imitation',
  mechanism: 'grounded',
  reads: 'embedding',
  weight: 1,
  trace: ({ pairs: [pair] }) => reduceMean(square(sub(pair!.prediction, pair!.target))),
};

/**
 * Behaviour cloning on clips, with the inputs `pixels` u8 [B, T, H, W, 3] and `actions` [B, T, A]. The goal of a clip is its
 * last frame; the block of each earlier frame is to be said from that frame and the goal. The last block has no influence.
 *
 * @throws JepaError `usage` when clips have fewer than 2 frames
 */
export function gcbcMethod(config: GcbcConfig, { batch, frames }: ClipSize): JepaSpec<Gcbc, Unconditioned> {
  const { actionDim, encoder } = config;
  const side = encoder.imageSize;
  if (frames < 2)
    throw new JepaError('usage', `gcbc: clips must have at least 2 frames, a start and its goal, got ${frames}`);
  return defineJepa<Gcbc, Unconditioned>({
    name: 'gcbc',
    module: gcbc(config),
    inputs: {
      pixels: { dtype: 'u8', shape: [batch, frames, side, side, 3] },
      actions: { dtype: 'f32', shape: [batch, frames, actionDim] },
    },
    pairs: ({ pixels, actions }) => [
      {
        name: 'blocks',
        context: { name: 'clip', input: pixels! },
        target: { name: 'blocks', input: actions! },
        z: { kind: 'none' },
        select: (blocks) => slice(blocks, 1, 0, frames - 1),
      },
    ],
    encode(model, view) {
      const z = model.encode(view.input);
      return { embedding: z, representation: z };
    },
    target: { kind: 'raw', values: (view) => view.input },
    predict(model, { embedding }) {
      const starts = slice(embedding, 1, 0, frames - 1);
      return model.decide(starts, broadcastTo(slice(embedding, 1, frames - 1), starts.shape));
    },
    terms: [imitation],
    features: (model, view) => ({ pooled: embedPictures(model.encoder, view.input) }),
  });
}

/** Behaviour cloning at work: the next block, from two pictures. */
export function gcbcPolicy(config: GcbcConfig, name = 'gcbc'): GoalPolicy {
  const { actionDim, encoder } = config;
  const network = gcbc(config);
  return defineGoalPolicy({
    name,
    senses: sensesOf({ imageSize: encoder.imageSize }),
    actionDim,
    horizon: 1,
    module: network,
    bind() {
      const { model } = bind(network, 'eval');
      const embed = (frames: Tensor): Tensor => model.encode(expandDims(frames, 1));
      return { act: (now, goal) => model.decide(embed(seenFrames(now, name)), embed(seenFrames(goal, name))) };
    },
  });
}
