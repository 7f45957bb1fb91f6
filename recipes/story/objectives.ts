// The objectives of the story as terms on traced embeddings. The predicted embedding is to equal the next one; what is added
// to that keeps the embedding from collapsing, or, in `naive`, nothing does. Legend: B batch, D embedding.

import {
  barlowTwins as barlowTwinsOf,
  type Condition,
  covariancePenalty,
  type Mechanism,
  sigregDirections,
  sigreg as sigregOf,
  type Term,
  varianceHinge,
} from '../../src/jepa/index.ts';
import {
  add,
  crossEntropy,
  indices,
  l2Normalise,
  matmul,
  reduceMean,
  square,
  stack,
  sub,
  type Tensor,
} from '../../src/tensor/index.ts';

/** Objectives of the models that predict embeddings. */
export type JointObjective = 'vicreg' | 'sigreg' | 'contrastive';

/** Objectives of an encoder on two views; `naive` has nothing against collapse. */
export type ViewsObjective = 'naive' | 'barlow' | 'sigreg';

/** Weight of SIGReg beside the prediction error, and its directions. */
const SIGREG = { weight: 0.02, directions: 64 };
/** Temperature of the contrastive softmax over cosines. */
export const TEMPERATURE = 0.1;
const BARLOW_LAMBDA = 0.005;

/** Mean squared difference of two tensors. */
export function meanSquares(a: Tensor, b: Tensor): Tensor {
  return reduceMean(square(sub(a, b)));
}

/** What a term reads of the one pair of a step: its two embeddings, and the prediction of the second. */
interface Compared {
  readonly z: Tensor;
  readonly next: Tensor;
  readonly predicted: Tensor;
}

type Part<N extends string> = readonly [name: N, mechanism: Mechanism | readonly Mechanism[], weight: number];

/** Terms that are computed together, once for each step. A weight of 0 reports a term and adds nothing. */
function together<N extends string>(
  parts: readonly Part<N>[],
  values: (compared: Compared) => Readonly<Record<N, Tensor>>,
): readonly Term<unknown, Condition>[] {
  const made = new WeakMap<object, Readonly<Record<N, Tensor>>>();
  return parts.map(([name, mechanism, weight]) => ({
    name,
    mechanism,
    reads: 'embedding',
    weight,
    trace(step) {
      const [pair] = step.pairs;
      let known = made.get(step);
      known ??= values({ z: pair!.context.embedding, next: pair!.target, predicted: pair!.prediction });
      made.set(step, known);
      return known[name];
    },
  }));
}

/** sim + 0.02 SIGReg, averaged over the two embeddings. */
const sigreg = together(
  [
    ['sim', 'predict', 1],
    ['sigreg', 'gaussian', SIGREG.weight],
  ],
  ({ z, next, predicted }) => ({
    sim: meanSquares(predicted, next),
    sigreg: sigregOf(stack([z, next], 0), sigregDirections(z.shape[1]!, SIGREG.directions)).value,
  }),
);

/**
 * Terms of a model that predicts the next embedding [B, D] from this one:
 *
 * - `vicreg`: 25 (sim + both hinges) + both covariance penalties (divided by D), gradients into both embeddings. The first
 *   two stand in one term, so that the sum is rounded as the reference rounds it, and are reported beside it.
 * - `sigreg`: sim + 0.02 SIGReg, averaged over the two embeddings.
 * - `contrastive`: cross-entropy of picking the true next embedding among those of the batch by cosine, temperature 0.1.
 */
export const jointTerms: Readonly<Record<JointObjective, readonly Term<unknown>[]>> = {
  vicreg: together(
    [
      ['agreement', ['predict', 'variance'], 25],
      ['covariance', 'covariance', 1],
      ['sim', 'predict', 0],
      ['variance', 'variance', 0],
    ],
    ({ z, next, predicted }) => {
      const sim = meanSquares(predicted, next);
      const variance = add(varianceHinge(z), varianceHinge(next));
      const covariance = add(covariancePenalty(z), covariancePenalty(next));
      return { sim, variance, covariance, agreement: add(sim, variance) };
    },
  ),
  sigreg,
  contrastive: together([['contrast', ['predict', 'contrast'], 1]], ({ next, predicted }) => {
    const cosines = matmul(l2Normalise(predicted), l2Normalise(next), { transB: true, alpha: 1 / TEMPERATURE });
    const own = Array.from({ length: next.shape[0]! }, (_, i) => i);
    return { contrast: crossEntropy(cosines, indices(own)) };
  }),
};

/** Terms of an encoder on two views of the same pictures, without a predictor. */
export const viewsTerms: Readonly<Record<ViewsObjective, readonly Term<unknown>[]>> = {
  naive: together([['sim', 'predict', 1]], ({ next, predicted }) => ({ sim: meanSquares(predicted, next) })),
  barlow: together(
    [
      ['onDiagonal', ['predict', 'variance'], 1],
      ['offDiagonal', 'covariance', BARLOW_LAMBDA],
      ['sim', 'predict', 0],
    ],
    ({ z, next }) => {
      const { onDiagonal, offDiagonal } = barlowTwinsOf(z, next);
      return { sim: meanSquares(z, next), onDiagonal, offDiagonal };
    },
  ),
  sigreg,
};
