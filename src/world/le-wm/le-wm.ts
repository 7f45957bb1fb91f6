// LeWorldModel (arXiv 2603.19312; galilai-group/stable-worldmodel wm/lewm): a ViT encoder and a causal action-conditioned
// predictor trained end to end from pixels with two losses, next-embedding prediction and SIGReg. No teacher, no stop
// gradient, no reconstruction. Parameter names are the reference's, so its checkpoints load.
// Legend: B clips, T frames, D embedding width, A actions per block (frame skip x action dimension), E tasks, S samples.

import { JepaError } from '../../core/index.ts';
import type { EppsPulleyOptions } from '../../jepa/index.ts';
import {
  type ConditionalConfig,
  type ConditionalTransformer,
  conditionalTransformer,
  embedPictures,
  IMAGENET,
  linear,
  type Module,
  module,
  normalInit,
  type PictureEncoder,
  type PictureEncoderConfig,
  type PixelNormalisation,
  param,
  pictureEncoder,
  pointwiseConv1d,
  projector,
} from '../../nn/index.ts';
import type { PlanCost } from '../../plan/index.ts';
import { add, broadcastTo, concat, reshape, silu, slice, split, type Tensor, transpose } from '../../tensor/index.ts';
import type { InverseOptions, ProprioOptions, RolloutOptions, StraighteningOptions } from './options.ts';
import { proprioDim, proprioEncoder } from './proprio.ts';

/** Size of the network of a LeWorldModel. */
export interface LeWmNetwork {
  /** A vision transformer as published, or an Impala network. */
  readonly encoder: PictureEncoderConfig;
  /** Width D of the embedding. The reference has the encoder's width; a world of few degrees of freedom wants less. */
  readonly embedDim: number;
  readonly predictor: Omit<ConditionalConfig, 'dim'>;
  /** Hidden width of both projectors. */
  readonly projectorHidden: number;
  /** Frames the predictor sees; also the length of its position table. */
  readonly history: number;
  /** Numbers in one action block: frame skip times the environment's action dimension. */
  readonly actionDim: number;
  /** Width after the 1x1 convolution of the action encoder, 10 in the reference. */
  readonly actionSmoothed: number;
}

/** The network, and what it feels beside what it sees. */
export interface FeelingNetwork extends LeWmNetwork {
  /** Numbers of the state beside the picture. @default none */
  readonly proprio?: ProprioOptions;
}

/** Size of a LeWorldModel and its loss. */
export interface LeWmConfig extends FeelingNetwork {
  /** How plans are scored; default `last`, as published. */
  readonly cost?: PlanCost;
  readonly sigreg: EppsPulleyOptions & { readonly weight: number; readonly directions: number };
  /** Inverse dynamics beside the two published losses. @default none */
  readonly inverse?: InverseOptions;
  /** Predictions made from predictions. @default none */
  readonly rollout?: RolloutOptions;
  /** Trajectories that run straight. @default none */
  readonly straightening?: StraighteningOptions;
}

/** D, the numbers of an embedding: those of the picture, and those that are felt. */
export function leWmDim({ embedDim, proprio }: FeelingNetwork): number {
  return embedDim + proprioDim(proprio);
}

/** The reference's 18,034,478 parameter model: 224-pixel images, frame skip 5, two-dimensional actions. */
export const LE_WM_REFERENCE: LeWmConfig = {
  encoder: { imageSize: 224, patchSize: 14, dim: 192, depth: 12, heads: 3, mlpDim: 768 },
  predictor: { depth: 6, heads: 16, headDim: 64, mlpDim: 2048, dropout: 0.1 },
  embedDim: 192,
  projectorHidden: 2048,
  history: 3,
  actionDim: 10,
  actionSmoothed: 10,
  sigreg: { weight: 0.09, directions: 1024 },
};

/** Conv1d(kernel 1), Linear, SiLU, Linear: [B, T, A] -> [B, T, D]. */
function actionEncoder(actionDim: number, smoothed: number, dim: number): Module<(actions: Tensor) => Tensor> {
  const children = {
    patch_embed: pointwiseConv1d(actionDim, smoothed),
    'embed.0': linear(smoothed, 4 * dim),
    'embed.2': linear(4 * dim, dim),
  };
  return module(children, (m) => (actions: Tensor) => m['embed.2'](silu(m['embed.0'](m.patch_embed(actions)))));
}

/** The predictor: learned temporal positions and a causal AdaLN-zero transformer. */
function predictor(config: ConditionalConfig, history: number): Module<ConditionalTransformer> {
  const children = {
    pos_embedding: param([1, history, config.inputDim ?? config.dim], normalInit()),
    transformer: conditionalTransformer(config),
  };
  return module(children, (m) => ({
    run: (z, u) => m.transformer.run(add(z, slice(m.pos_embedding, 1, 0, z.shape[1]!)), u),
    runTokens: (zs, us) =>
      m.transformer.runTokens(
        zs.map((z, i) => add(z, slice(m.pos_embedding, 1, i, i + 1))),
        us,
      ),
  }));
}

/** What a bound LeWorldModel offers. */
export interface LeWm {
  readonly encoder: PictureEncoder;
  /**
   * Embeddings of frames, [B, T, ...image] -> [B, T, D]. Images as `embedPictures` takes them; with proprioception its
   * standardised numbers [B, T, k] too.
   */
  encode(frames: Tensor, felt?: Tensor): Tensor;
  /** Embedded action blocks, [B, T, A] -> [B, T, D]. */
  encodeActions(actions: Tensor): Tensor;
  /** Embeddings of the next frames from z [B, T, D] and embedded actions [B, T, D], T <= history; causal. */
  predict(z: Tensor, actions: Tensor): Tensor;
  /** As `predict`, for any T: each from as many of the last embeddings as the history holds. */
  predictEach(z: Tensor, actions: Tensor): Tensor;
  /** What the predictor gives before its projector, which `predict` goes on with. */
  predictRaw(z: Tensor, actions: Tensor): Tensor;
  /**
   * Imagines candidate plans. Embeddings of the context frames [E, Hc, D], the executed blocks between them
   * [E, Hc - 1, A] (absent when Hc = 1) and candidate blocks [E, S, H, A] give all embeddings [E, S, Hc + H, D]:
   * the context, then one per block. The window slides over the last `history` embeddings.
   */
  rollout(context: Tensor, executed: Tensor | undefined, candidates: Tensor): Tensor;
}

/**
 * Defines a LeWorldModel.
 *
 * @example
 * parameterCount(leWm(LE_WM_REFERENCE)) // 18034478
 */
export function leWm(config: FeelingNetwork, normalisation: PixelNormalisation = IMAGENET): Module<LeWm> {
  const { history, projectorHidden, actionDim, embedDim, proprio } = config;
  const dim = leWmDim(config);
  const width = config.encoder.dim;
  const children = {
    encoder: pictureEncoder(config.encoder, normalisation),
    predictor: predictor({ ...config.predictor, dim: width, inputDim: dim }, history),
    action_encoder: actionEncoder(actionDim, config.actionSmoothed, dim),
    projector: projector(width, projectorHidden, embedDim),
    pred_proj: projector(dim, projectorHidden, dim),
    ...(proprio === undefined ? {} : { proprio_encoder: proprioEncoder(proprio) }),
  };
  return module(children, (m) => {
    const byRow = (f: (rows: Tensor) => Tensor, x: Tensor): Tensor => reshape(f(reshape(x, [-1, dim])), x.shape);
    // `Bound` does not see optional children.
    const { proprio_encoder: feel } = m as { readonly proprio_encoder?: (numbers: Tensor) => Tensor };
    const encode = (frames: Tensor, felt?: Tensor): Tensor => {
      if ((felt === undefined) !== (feel === undefined)) {
        throw new JepaError(
          'usage',
          `le-wm: this model ${feel === undefined ? 'has no proprioception, but it is given' : 'needs proprioception beside the frames'}`,
        );
      }
      const [B, T, ...image] = frames.shape as [number, number, ...number[]];
      const rows = m.projector(embedPictures(m.encoder, reshape(frames, [B * T, ...image])));
      const seen = reshape(rows, [B, T, embedDim]);
      return felt === undefined || feel === undefined ? seen : concat([seen, feel(felt)], -1);
    };
    const encodeActions = (actions: Tensor): Tensor => {
      if (actions.shape.at(-1) !== actionDim) {
        throw new JepaError(
          'shape',
          `le-wm: action blocks must be [..., ${actionDim}] (frame skip x action dimension), got [${actions.shape}]; check frameSkip`,
        );
      }
      return m.action_encoder(actions);
    };
    const predictRaw = (z: Tensor, u: Tensor): Tensor => {
      if (z.shape[1]! > history)
        throw new JepaError(
          'shape',
          `le-wm: the predictor sees at most history = ${history} frames, got ${z.shape[1]}`,
        );
      return m.predictor.run(z, u);
    };
    const predict = (z: Tensor, u: Tensor): Tensor => byRow(m.pred_proj, predictRaw(z, u));
    return {
      encoder: m.encoder,
      encode,
      encodeActions,
      predict,
      predictEach(z, u) {
        const [B, T] = z.shape as [number, number];
        if (T <= history) return predict(z, u);
        // One window for every place of the last frame, of all but the first of which only that frame's prediction is used.
        const later = T - history;
        const windows = (x: Tensor): Tensor =>
          concat(
            Array.from({ length: later + 1 }, (_, from) => slice(x, 1, from, from + history)),
            0,
          );
        const raw = predictRaw(windows(z), windows(u));
        const ends = reshape(slice(slice(raw, 0, B), 1, history - 1), [later, B, dim]);
        return byRow(m.pred_proj, concat([slice(raw, 0, 0, B), transpose(ends, [1, 0, 2])], 1));
      },
      predictRaw,
      rollout(context, executed, candidates) {
        const [E, S, H] = candidates.shape as [number, number, number, number];
        const Hc = context.shape[1]!;
        const perSample = (x: Tensor): Tensor => {
          const [, length, width] = x.shape as [number, number, number];
          return reshape(broadcastTo(reshape(x, [E, 1, length, width]), [E, S, length, width]), [E * S, length, width]);
        };
        const plans = encodeActions(reshape(candidates, [E * S, H, actionDim]));
        const blocks = executed === undefined ? plans : concat([perSample(encodeActions(executed)), plans], 1);
        // Token by token: while the window still grows, earlier tokens are the same graph at every step.
        const tokens = split(perSample(context), Array<number>(Hc).fill(1), 1);
        const conditions = split(blocks, Array<number>(blocks.shape[1]!).fill(1), 1);
        for (let t = 0; t < H; t++) {
          const end = Hc + t;
          const from = Math.max(0, end - history);
          const raw = m.predictor.runTokens(tokens.slice(from, end), conditions.slice(from, end)).at(-1)!;
          tokens.push(byRow(m.pred_proj, raw));
        }
        const z = concat(tokens, 1);
        return reshape(z, [E, S, Hc + H, dim]);
      },
    };
  });
}
