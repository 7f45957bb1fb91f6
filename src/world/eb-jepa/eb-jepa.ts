// The action-conditioned world model of EB-JEPA (arXiv 2602.03604; facebookresearch/eb_jepa): a convolutional encoder, and a
// gated recurrent unit whose hidden state is the embedding and whose input is the action. Encoder and predictor end in one
// shared layer norm. An inverse model reads the action off two embeddings, in training only. Parameter names are the
// reference's. PLDM (arXiv 2502.14819) has the same form.
// Legend: B clips, T frames, D embedding width, A numbers of an action, E tasks, S samples, H steps, C context frames.

import { JepaError } from '../../core/index.ts';
import { type InverseDynamics, inverseDynamics } from '../../jepa/index.ts';
import {
  gru,
  type Impala,
  type ImpalaConfig,
  impala,
  type Module,
  module,
  type PixelNormalisation,
} from '../../nn/index.ts';
import { at, broadcastTo, concat, reshape, stack, type Tensor } from '../../tensor/index.ts';

/** Size of an EB-JEPA world model. */
export interface EbJepaConfig {
  readonly encoder: ImpalaConfig;
  /** Numbers in one action. */
  readonly actionDim: number;
  /** Width of the two hidden layers of the inverse model. */
  readonly inverseHidden: number;
}

/** The reference's 2,547,378 parameter model: DotWall's dot and walls as two channels of 65 pixels. */
export const EB_JEPA_REFERENCE: EbJepaConfig = {
  encoder: { imageSize: 65, channels: 2, stacks: [16, 32, 32], blocks: 2, dim: 512 },
  actionDim: 2,
  inverseHidden: 256,
};

/** Statistics of the reference's two channels, dot and walls, over pixels in [0, 1]. */
export const EB_JEPA_PIXELS: PixelNormalisation = { mean: [0.0026, 0.0989], std: [0.0369, 0.2986] };

/** What a bound EB-JEPA world model offers. */
export interface EbJepa {
  readonly encoder: Impala;
  /** Reads actions off embeddings; part of the loss. */
  readonly inverse: InverseDynamics;
  /** Embeddings of frames, [B, T, ...image] -> [B, T, D]. Images as `Impala` takes them. */
  encode(frames: Tensor): Tensor;
  /** The embedding after each of z [B, T, D] when actions [B, T, A] are taken there: no state but z itself. */
  predict(z: Tensor, actions: Tensor): Tensor;
  /** Embeddings after each of H actions [B, H, A] from z [B, D]: [B, H, D], every prediction made from the one before. */
  unroll(z: Tensor, actions: Tensor): Tensor;
  /**
   * Imagines candidate plans. Embeddings of the context frames [E, C, D], of which the last is where plans begin, and
   * candidate actions [E, S, H, A] give all embeddings [E, S, C + H, D]: the context, then one per action.
   */
  rollout(context: Tensor, candidates: Tensor): Tensor;
}

/**
 * Defines an EB-JEPA world model.
 *
 * @param normalisation for u8 pixels, one number per channel; frames given as f32 are normalised already
 * @example
 * parameterCount(ebJepa(EB_JEPA_REFERENCE)) // 2547378
 */
export function ebJepa(config: EbJepaConfig, normalisation: PixelNormalisation = EB_JEPA_PIXELS): Module<EbJepa> {
  const { actionDim, inverseHidden } = config;
  const { dim } = config.encoder;
  const children = {
    encoder: impala(config.encoder, normalisation),
    'predictor.rnn': gru(actionDim, dim),
    'regularizer.idm_loss_fn.idm': inverseDynamics({ dim, actionDim, hiddenDim: inverseHidden }),
  };
  return module(children, (m) => {
    const step = (z: Tensor, actions: Tensor): Tensor => m.encoder.norm(m['predictor.rnn'].step(actions, z));
    const requireActions = (actions: Tensor, axes: string): void => {
      if (actions.shape.length === axes.split(', ').length + 1 && actions.shape.at(-1) === actionDim) return;
      throw new JepaError(
        'shape',
        `eb-jepa: actions must be [${axes}, ${actionDim}], got [${actions.shape.join(', ')}]; check actionDim and frameSkip`,
      );
    };
    const unroll = (z: Tensor, actions: Tensor): Tensor => {
      requireActions(actions, 'B, H');
      const states: Tensor[] = [];
      for (let t = 0; t < actions.shape[1]!; t++) states.push(step(states.at(-1) ?? z, at(actions, 1, t)));
      return stack(states, 1);
    };
    return {
      encoder: m.encoder,
      inverse: m['regularizer.idm_loss_fn.idm'],
      encode(frames) {
        const [B, T, ...image] = frames.shape as [number, number, ...number[]];
        return reshape(m.encoder.embed(reshape(frames, [B * T, ...image])), [B, T, dim]);
      },
      predict(z, actions) {
        requireActions(actions, 'B, T');
        return reshape(step(reshape(z, [-1, dim]), reshape(actions, [-1, actionDim])), z.shape);
      },
      unroll,
      rollout(context, candidates) {
        requireActions(candidates, 'E, S, H');
        const [E, S, H] = candidates.shape as [number, number, number, number];
        const C = context.shape[1]!;
        const perSample = broadcastTo(reshape(context, [E, 1, C, dim]), [E, S, C, dim]);
        const start = reshape(at(perSample, 2, C - 1), [E * S, dim]);
        const imagined = unroll(start, reshape(candidates, [E * S, H, actionDim]));
        return concat([perSample, reshape(imagined, [E, S, H, dim])], 2);
      },
    };
  });
}

/** Second names of tensors that the reference's state dicts hold twice, the shared layer norm and two parts of video models. */
const SECOND = /^(predictor\.final_ln|action_encoder|predcost)\./;

/**
 * The tensors of a reference's state dict under the names of these modules: what it holds under two names stands once. Give
 * the result to `loadWeights`.
 */
export function ebJepaTensors<T>(tensors: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...tensors].filter(([name]) => !SECOND.test(name)));
}
