// The objectives of the story on traced embeddings. The predicted embedding is to equal the next one; what is added to that
// keeps the embedding from collapsing, or, in `naive`, nothing does. Legend: B batch, D embedding.

import { barlowTwins, covariancePenalty, sigreg, sigregDirections, varianceHinge } from '../../src/jepa/index.ts';
import {
  add,
  crossEntropy,
  indices,
  l2Normalise,
  matmul,
  mul,
  reduceMean,
  square,
  stack,
  sub,
  type Tensor,
} from '../../src/tensor/index.ts';
import type { TracedLoss } from '../../src/train/index.ts';

/** Objectives of the models that predict embeddings. */
export type JointObjective = 'vicreg' | 'sigreg' | 'contrastive';

/** Weight of SIGReg beside the prediction error, and its directions. */
const SIGREG = { weight: 0.02, directions: 64 };
/** Temperature of the contrastive softmax over cosines. */
export const TEMPERATURE = 0.1;
const BARLOW_LAMBDA = 0.005;

/** Mean squared difference of two tensors. */
export function meanSquares(a: Tensor, b: Tensor): Tensor {
  return reduceMean(square(sub(a, b)));
}

function sigregOf(z: Tensor, next: Tensor): Tensor {
  return sigreg(stack([z, next], 0), sigregDirections(z.shape[1]!, SIGREG.directions)).value;
}

/**
 * The loss of a model that predicts `next` [B, D] as `predicted` from `z`:
 *
 * - `vicreg`: 25 sim + 25 (both hinges) + both covariance penalties (divided by D), gradients into both embeddings.
 * - `sigreg`: sim + 0.02 SIGReg, averaged over the two embeddings.
 * - `contrastive`: cross-entropy of picking the true next embedding among those of the batch by cosine, temperature 0.1.
 */
export function jointLoss(objective: JointObjective, z: Tensor, next: Tensor, predicted: Tensor): TracedLoss {
  const sim = meanSquares(predicted, next);
  if (objective === 'vicreg') {
    const variance = add(varianceHinge(z), varianceHinge(next));
    const covariance = add(covariancePenalty(z), covariancePenalty(next));
    return { loss: add(mul(add(sim, variance), 25), covariance), terms: { sim, variance, covariance } };
  }
  if (objective === 'sigreg') {
    const statistic = sigregOf(z, next);
    return { loss: add(sim, mul(statistic, SIGREG.weight)), terms: { sim, sigreg: statistic } };
  }
  const B = z.shape[0]!;
  const cosines = matmul(l2Normalise(predicted), l2Normalise(next), { transB: true, alpha: 1 / TEMPERATURE });
  const loss = crossEntropy(cosines, indices(Array.from({ length: B }, (_, i) => i)));
  return { loss, terms: { contrast: loss } };
}

/** The loss of an encoder on two views [B, D] of the same pictures; `naive` has nothing against collapse. */
export function viewsLoss(objective: 'naive' | 'barlow' | 'sigreg', a: Tensor, b: Tensor): TracedLoss {
  const sim = meanSquares(a, b);
  if (objective === 'naive') return { loss: sim, terms: { sim } };
  if (objective === 'barlow') {
    const { value, onDiagonal, offDiagonal } = barlowTwins(a, b, { lambda: BARLOW_LAMBDA });
    return { loss: value, terms: { sim, onDiagonal, offDiagonal } };
  }
  const statistic = sigregOf(a, b);
  return { loss: add(sim, mul(statistic, SIGREG.weight)), terms: { sim, sigreg: statistic } };
}
