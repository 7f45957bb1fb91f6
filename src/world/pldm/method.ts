// PLDM on the network of LeWorldModel as a method of the family: from the embedding of each frame of a clip, and what the
// agent does next, predict the embedding of the following frame. Variance and covariance over the batch and variance over
// time keep embeddings apart; slowness and inverse dynamics choose what they keep apart. One encoder for both sides,
// gradients through both, no teacher.
// Legend: B clips, T frames, D width, A numbers per action block.

import { defineJepa, type JepaSpec, l2, methods, type PldmTerms, pldmTerms, type Term } from '../../jepa/index.ts';
import type { Acting } from '../le-wm/acting.ts';
import { type ClipSize, clipForm } from '../le-wm/method.ts';
import { type InverseLeWm, inverseTerm } from '../le-wm/with-inverse.ts';
import { type PldmConfig, pldm } from './pldm.ts';

type PldmTerm = Term<InverseLeWm, Acting>;

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

/**
 * PLDM on clips, with the inputs `pixels` u8 [B, T, H, W, 3] and `actions` [B, T, A]; the last block has no influence.
 * Predictions are made one step ahead, from true frames, as LeWorldModel's.
 *
 * @throws JepaError `usage` when the weights leave nothing that keeps embeddings from collapsing
 */
export function pldmClipMethod(config: PldmConfig, clips: ClipSize): JepaSpec<InverseLeWm, Acting> {
  const { weights } = config;
  const terms: readonly PldmTerm[] = [
    ofClip('variance', 'variance', weights.variance),
    ofClip('covariance', 'covariance', weights.covariance),
    ofClip('varianceOverTime', 'variance', weights.varianceOverTime),
    ofClip('similarity', 'predict', weights.similarity),
    inverseTerm(weights.inverse),
  ];
  return defineJepa<InverseLeWm, Acting>({
    ...clipForm<InverseLeWm>(config, clips),
    name: 'pldm',
    module: pldm(config),
    terms: [methods.predictEnergy(l2), ...terms.filter(({ weight }) => weight !== 0)],
  });
}
