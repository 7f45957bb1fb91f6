// DINO-WM (arXiv 2411.04983; gaoyuezhou/dino_wm @0a9492f): the world as the patch features of a frozen encoder. Embedded
// proprioception and actions are concatenated to every patch; a frame-block-causal vision transformer predicts the patches
// of the next frame. Parameter names are the reference's.
// Legend: B clips, T frames, P patches, Dv width of a patch feature, Ep and Ea widths of embedded proprioception and action,
// D = Dv + Ep + Ea, A numbers per action block, p numbers of proprioception, E tasks, S samples, C context frames, H blocks.

import { JepaError } from '../../core/index.ts';
import { type Module, module, pointwiseConv1d } from '../../nn/index.ts';
import { at, broadcastTo, concat, expandDims, reshape, slice, split, stack, type Tensor } from '../../tensor/index.ts';
import { frameDecoder, type PatchGrid } from './decoder.ts';
import type { FrameEncoder } from './frame-encoder.ts';
import { type FramePredictor, type FramePredictorConfig, framePredictor } from './predictor.ts';

/** Numbers that are embedded by one linear map. */
export interface Embedded {
  /** How many numbers. */
  readonly dim: number;
  /** Width of their embedding. */
  readonly embedDim: number;
}

/** Size of a DINO-WM. */
export interface DinoWmConfig {
  readonly predictor: FramePredictorConfig;
  /** Frames the predictor sees; also the length of its position table. */
  readonly history: number;
  /** Action blocks: frame skip times the environment's action dimension. */
  readonly action: Embedded;
  /** What the body feels of itself, such as the agent's position and velocity. Absent: pixels only. */
  readonly proprio?: Embedded;
  /** Hidden width of a decoder to pixels, to look at what is imagined. Absent: none. */
  readonly decoderHidden?: number;
}

/** The reference's sizes on Push-T; with 196 patches of width 384, 20,122,760 parameters. */
export const DINO_WM_REFERENCE: DinoWmConfig = {
  predictor: { depth: 6, heads: 16, headDim: 64, mlpDim: 2048, dropout: 0.1 },
  history: 3,
  action: { dim: 10, embedDim: 10 },
  proprio: { dim: 4, embedDim: 10 },
};

/** What is known or imagined of frames: patch features, and embedded proprioception where the model has it. */
export interface FrameState {
  /** [..., P, Dv] */
  readonly visual: Tensor;
  /** [..., Ep] */
  readonly proprio?: Tensor | undefined;
}

/** What a bound DINO-WM offers. */
export interface DinoWm {
  /** Patch features of frames, [B, T, ...frame] -> [B, T, P, Dv]; no gradient reaches the encoder. */
  encodeFrames(frames: Tensor): Tensor;
  /** Embedded proprioception, [B, T, p] -> [B, T, Ep]. Errors: `usage` when the model has none. */
  encodeProprio(proprio: Tensor): Tensor;
  /** Embedded action blocks, [B, T, A] -> [B, T, Ea]. */
  encodeActions(actions: Tensor): Tensor;
  /** [visual | proprioception], the latter on every patch: [B, T, P, Dv + Ep], what is predicted. */
  join(state: FrameState): Tensor;
  /** [state | action] on every patch, what the predictor reads: [B, T, P, Dv + Ep] and [B, T, Ea] -> [B, T, P, D]. */
  act(state: Tensor, actions: Tensor): Tensor;
  /** The predictor: z [B, T, P, D] -> [B, T, P, D], T <= history, in which frame t stands for frame t + 1. */
  predictRaw(z: Tensor): Tensor;
  /** The next states, [B, T, P, Dv + Ep], from states and embedded actions; frame-block-causal. */
  predict(state: Tensor, actions: Tensor): Tensor;
  /**
   * Pictures of patch features, for eyes only: [N, P, Dv] -> planes [N, 3, H, W], -1 for black and 1 for white. Errors: `usage`
   * when the model has no decoder.
   */
  decode(features: Tensor): Tensor;
  /** Visual part, and the proprioception that patch 0 predicts (as the reference), of states [..., P, Dv + Ep]. */
  separate(state: Tensor): FrameState;
  /**
   * Imagines candidate plans. The context [E, C, ...], the executed blocks between its frames [E, C - 1, A] (absent when
   * C = 1) and candidate blocks [E, S, H, A] give all states [E, S, C + H, ...]: the context, then one per block. The window
   * slides over the last `history` frames.
   */
  rollout(context: FrameState, executed: Tensor | undefined, candidates: Tensor): FrameState;
}

type Map1 = (x: Tensor) => Tensor;

/** Numbers over time as the reference embeds them, a convolution of kernel 1. */
function embedder({ dim, embedDim }: Embedded): Module<Map1> {
  return module({ patch_embed: pointwiseConv1d(dim, embedDim) }, (m) => m.patch_embed);
}

function requireLast(x: Tensor, what: string, { dim }: Embedded, hint: string): void {
  if (x.shape.at(-1) !== dim)
    throw new JepaError('shape', `dino-wm: ${what} must be [..., ${dim}], got [${x.shape}]; ${hint}`);
}

function pictureOf({ picture }: FrameEncoder): PatchGrid {
  if (picture === undefined)
    throw new JepaError(
      'usage',
      'dino-wm: a decoder is trained on frames that are pictures, but the encoder is given stored features; leave `decoderHidden` out',
    );
  return picture;
}

/**
 * Defines a DINO-WM on the features of an encoder.
 *
 * @example
 * parameterCount(dinoWm(DINO_WM_REFERENCE, storedFeatures(196, 384))) // 20122760
 */
export function dinoWm(config: DinoWmConfig, encoder: FrameEncoder): Module<DinoWm> {
  const { history, action, proprio, decoderHidden } = config;
  const { patches: P, dim: Dv } = encoder;
  const Ep = proprio?.embedDim ?? 0;
  const D = Dv + Ep + action.embedDim;
  const children = {
    encoder: encoder.module,
    predictor: framePredictor({ ...config.predictor, dim: D }, history, P),
    ...(proprio === undefined ? {} : { proprio_encoder: embedder(proprio) }),
    action_encoder: embedder(action),
    ...(decoderHidden === undefined ? {} : { decoder: frameDecoder(Dv, decoderHidden, pictureOf(encoder)) }),
  };
  return module(children, (m): DinoWm => {
    // `Bound` does not see optional children.
    const { proprio_encoder: embedProprio, decoder } = m as {
      readonly proprio_encoder?: Map1;
      readonly decoder?: Map1;
    };
    /** [B, T, E] on every patch: [B, T, P, E]. */
    const onPatches = (x: Tensor): Tensor => {
      const [B, T, width] = x.shape as [number, number, number];
      return broadcastTo(expandDims(x, 2), [B, T, P, width]);
    };
    const encodeActions = (actions: Tensor): Tensor => {
      requireLast(actions, 'action blocks', action, 'frame skip x action dimension; check frameSkip');
      return m.action_encoder(actions);
    };
    const join = ({ visual, proprio: felt }: FrameState): Tensor => {
      if ((felt === undefined) !== (proprio === undefined))
        throw new JepaError(
          'usage',
          `dino-wm: this model ${proprio === undefined ? 'has no proprioception, but it is given' : 'needs proprioception beside the frames'}`,
        );
      return felt === undefined ? visual : concat([visual, onPatches(felt)], -1);
    };
    const act = (state: Tensor, actions: Tensor): Tensor => concat([state, onPatches(actions)], -1);
    const predictRaw = (z: Tensor): Tensor => {
      if (z.shape[1]! > history)
        throw new JepaError(
          'shape',
          `dino-wm: the predictor sees at most history = ${history} frames, got ${z.shape[1]}`,
        );
      return m.predictor.run(z);
    };
    const separate = (state: Tensor): FrameState => {
      if (Ep === 0) return { visual: state };
      return { visual: slice(state, -1, 0, Dv), proprio: slice(at(state, -2, 0), -1, Dv) };
    };
    return {
      encodeFrames(frames) {
        const [B, T, ...frame] = frames.shape as [number, number, ...number[]];
        return reshape(m.encoder(reshape(frames, [B * T, ...frame])), [B, T, P, Dv]);
      },
      encodeProprio(numbers) {
        if (embedProprio === undefined || proprio === undefined)
          throw new JepaError('usage', 'dino-wm: this model has no proprioception; set `proprio` in its configuration');
        requireLast(numbers, 'proprioception', proprio, 'check the configuration');
        return embedProprio(numbers);
      },
      encodeActions,
      join,
      act,
      predictRaw,
      predict: (state, actions) => slice(predictRaw(act(state, actions)), -1, 0, Dv + Ep),
      decode(features) {
        if (decoder === undefined)
          throw new JepaError('usage', 'dino-wm: this model has no decoder; set `decoderHidden` in its configuration');
        return decoder(features);
      },
      separate,
      rollout(context, executed, candidates) {
        const [E, S, H, A] = candidates.shape as [number, number, number, number];
        const first = join(context);
        const C = first.shape[1]!;
        const perSample = (x: Tensor): Tensor => {
          const [, ...rest] = x.shape;
          return reshape(broadcastTo(expandDims(x, 1), [E, S, ...rest]), [E * S, ...rest]);
        };
        const plans = encodeActions(reshape(candidates, [E * S, H, A]));
        const blocks = executed === undefined ? plans : concat([perSample(encodeActions(executed)), plans], 1);
        const states = imagine(m.predictor, {
          frames: split(perSample(first), Array<number>(C).fill(1), 1).map((x) => reshape(x, [E * S, P, Dv + Ep])),
          actions: split(onPatches(blocks), Array<number>(C - 1 + H).fill(1), 1).map((x) =>
            reshape(x, [E * S, P, action.embedDim]),
          ),
          history,
        });
        return separate(reshape(stack(states, 1), [E, S, C + H, P, Dv + Ep]));
      },
    };
  });
}

/** States [B, P, Dv + Ep] of the given frames, and of one more for each action [B, P, Ea] from the last frame's on. */
function imagine(
  predictor: FramePredictor,
  given: { readonly frames: readonly Tensor[]; readonly actions: readonly Tensor[]; readonly history: number },
): readonly Tensor[] {
  const { actions, history } = given;
  const states = [...given.frames];
  const width = states[0]!.shape[2]!;
  // Frame by frame: while the window still grows, earlier frames are the same graph at every step.
  while (states.length <= actions.length) {
    const end = states.length;
    const from = Math.max(0, end - history);
    const window = states.slice(from).map((state, i) => concat([state, actions[from + i]!], -1));
    states.push(slice(predictor.runFrames(window).at(-1)!, -1, 0, width));
  }
  return states;
}
