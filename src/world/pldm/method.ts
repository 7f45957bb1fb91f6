// PLDM on the network of LeWorldModel as a method of the family: from the embedding of each frame of a clip, and what the
// agent does next, predict the embedding of the following frame. Variance and covariance over the batch and variance over
// time keep embeddings apart; slowness and inverse dynamics choose what they keep apart. One encoder for both sides,
// gradients through both, no teacher.
// Legend: B clips, T frames, D width, A numbers per action block.

import { defineJepa, type JepaSpec, l2, methods, type PldmTerms, pldmTerms, type Term } from '../../jepa/index.ts';
import { slice } from '../../tensor/index.ts';
import type { Acting, ClipSize } from '../le-wm/method.ts';
import { type Pldm, type PldmConfig, pldm } from './pldm.ts';

type PldmTerm = Term<Pldm, Acting>;

/** A term of the embeddings of the clip, [B, T, D]. */
function ofClip(name: keyof PldmTerms, mechanism: PldmTerm['mechanism'], weight: number): PldmTerm {
  return {
    name,
    mechanism,
    reads: 'embedding',
    weight,
    trace: ({ latents }) => pldmTerms(latents.clip!.embedding)[name],
  };
}

/** Inverse dynamics on the encoder's embeddings. */
function inverse(weight: number): PldmTerm {
  return {
    name: 'inverse',
    mechanism: 'grounded',
    reads: 'embedding',
    weight,
    trace: ({ latents, inputs }, model) => model.inverse!.loss(latents.clip!.embedding, inputs.actions!),
  };
}

/**
 * PLDM on clips, with the inputs `pixels` u8 [B, T, H, W, 3] and `actions` [B, T, A]; the last block has no influence.
 * Predictions are made one step ahead, from true frames, as LeWorldModel's.
 *
 * @throws JepaError `usage` when the weights leave nothing that keeps embeddings from collapsing
 */
export function pldmClipMethod(config: PldmConfig, { batch, frames }: ClipSize): JepaSpec<Pldm, Acting> {
  const { actionDim, encoder, weights } = config;
  const side = encoder.imageSize;
  const terms: readonly PldmTerm[] = [
    ofClip('variance', 'variance', weights.variance),
    ofClip('covariance', 'covariance', weights.covariance),
    ofClip('varianceOverTime', 'variance', weights.varianceOverTime),
    ofClip('similarity', 'predict', weights.similarity),
    inverse(weights.inverse),
  ];
  return defineJepa<Pldm, Acting>({
    name: 'pldm',
    module: pldm(config),
    inputs: {
      pixels: { dtype: 'u8', shape: [batch, frames, side, side, 3] },
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
    terms: [methods.predictEnergy(l2), ...terms.filter(({ weight }) => weight !== 0)],
    features: (model, view) => ({ pooled: model.encoder.cls(view.input) }),
  });
}
