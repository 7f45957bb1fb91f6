// The one form of all joint-embedding predictive methods (LeCun 2022; Assran et al. 2023). A method is a value of `JepaSpec`:
// views make pairs of context and target; an encoder embeds both; a predictor, conditioned on z, maps the context's
// embedding to a prediction of the target's; terms compare, regularise and ground. Everything in which members of the
// family differ is one field here:
//   1 views        `inputs`, `pairs`
//   2 target       `target`: the same encoder, its moving average, a frozen one, one of its own, or the raw input
//   3 predictor    `predict`, conditioned on `Pair.z`
//   4 energy       a term of mechanism `predict`
//   5 collapse     terms of mechanism variance, covariance, gaussian, contrast
//   6 rollout      `Condition.steps`: how many times the predictor is applied to its own output
//   7 side losses  terms of mechanism `grounded`
// Legend: B samples, N tokens, K compared tokens, D width of the embedding, F width of the representation.

import type { Module } from '../../nn/index.ts';
import type { Tensor, TensorType } from '../../tensor/index.ts';

/** A number that may change with the zero-based training step. */
export type Scheduled = number | ((step: number) => number);

/** What an encoder is given: a tensor of the batch and, where only some tokens are encoded, which. */
export interface View {
  readonly name: string;
  readonly input: Tensor;
  /** Token ids [B, K] to encode, or [M B, K] of M contexts; the others are removed before attention. Absent: all. */
  readonly keep?: Tensor;
}

/** What the predictor is told besides the context. */
export type Condition =
  | { readonly kind: 'none' }
  /**
   * Positions: which tokens the context consists of, [B, Kc], and which are to be predicted, one [B, K] per block. M contexts
   * are [M B, Kc], one after another.
   */
  | { readonly kind: 'slots'; readonly context: Tensor; readonly targets: readonly Tensor[] }
  /** Actions [B, T, A], and how often the prediction is fed back. */
  | { readonly kind: 'action'; readonly actions: Tensor; readonly steps: number }
  /** Tokens of a question, [B, L] or embedded [B, L, D]. */
  | { readonly kind: 'query'; readonly tokens: Tensor };

/** One prediction problem: predict `target` from `context` under `z`. */
export interface Pair<Z extends Condition = Condition> {
  readonly name: string;
  readonly context: View;
  readonly target: View;
  readonly z: Z;
  /** The part of the target's embedding that is compared, in the order of the predictions. Absent: all of it. */
  readonly select?: (embedding: Tensor) => Tensor;
}

/** What an encoder gives. */
export interface Latent {
  /** What energies and regularisers read: [B, D] of a whole view, or [B, N, D] of its tokens. */
  readonly embedding: Tensor;
  /** What probes read, before any projector: [B, F] or [B, N, F]. */
  readonly representation: Tensor;
}

/** How a target embedding is scaled before it is compared; `layer-norm` has no affine (epsilon 1e-5). */
export type Normalise = 'none' | 'layer-norm' | 'l2';

/**
 * Where target embeddings come from. A teacher (`ema`) is a frozen copy inside the module: buffers `<teacher>.*` follow the
 * parameters `<student>.*` after every update, and no gradient passes through it.
 */
export type Target<M> =
  | { readonly kind: 'shared'; readonly normalise?: Normalise }
  | {
      readonly kind: 'ema';
      readonly student: string;
      readonly teacher: string;
      readonly momentum: Scheduled;
      encode(model: M, view: View): Latent;
      readonly normalise?: Normalise;
    }
  | {
      readonly kind: 'frozen' | 'own';
      encode(model: M, view: View): Latent;
      readonly normalise?: Normalise;
    }
  /** The input itself: what generative baselines predict. */
  | { readonly kind: 'raw'; readonly values: (view: View) => Tensor };

/** A pair as traced: embeddings, with the target normalised and selected. */
export interface TracedPair<Z extends Condition = Condition> {
  readonly name: string;
  readonly context: Latent;
  readonly prediction: Tensor;
  readonly target: Tensor;
  readonly z: Z;
}

/** One training step as terms see it. */
export interface TracedStep<Z extends Condition = Condition> {
  readonly pairs: readonly TracedPair<Z>[];
  /** Every view that the trained encoder saw, by name, in the order of the pairs. */
  readonly latents: Readonly<Record<string, Latent>>;
  /** Every view that the target encoder saw, by name, whole and before normalisation. Empty for raw targets. */
  readonly targets: Readonly<Record<string, Latent>>;
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** A number of the step as a scalar tensor: fed at each step when it follows a schedule. */
  scheduled(name: string, value: Scheduled): Tensor;
}

/** What a term does. Collapse is prevented by variance (with covariance), gaussian and contrast. */
export type Mechanism = 'predict' | 'variance' | 'covariance' | 'gaussian' | 'contrast' | 'grounded';

/** Which latent a term reads. A term protects only the latent that it reads. */
export type Reads = 'embedding' | 'representation' | 'inputs';

/** One summand of the loss: `weight` times the scalar that `trace` gives. */
export interface Term<M, Z extends Condition = Condition> {
  readonly name: string;
  readonly mechanism: Mechanism | readonly Mechanism[];
  readonly reads: Reads;
  readonly weight: Scheduled;
  trace(step: TracedStep<Z>, model: M): Tensor;
}

/** What evaluation reads of an image: one vector, and the tokens where the encoder has them. */
export interface Features {
  /** [B, F] */
  readonly pooled: Tensor;
  /** [B, N, F], in raster order. */
  readonly tokens?: Tensor;
}

/**
 * A joint-embedding predictive method. `M` is what its module binds to. Its functions are methods, so that a method of any
 * model is a `JepaSpec<unknown>`, which is what those hold who need not know the model.
 */
export interface JepaSpec<M, Z extends Condition = Condition> {
  readonly name: string;
  /** All parts, under the names of the reference. */
  readonly module: Module<M>;
  /** The host arrays of one step, by name. */
  readonly inputs: Readonly<Record<string, TensorType>>;
  pairs(inputs: Readonly<Record<string, Tensor>>): readonly Pair<Z>[];
  encode(model: M, view: View): Latent;
  readonly target: Target<M>;
  /** The prediction of the selected part of the target. Absent: the context itself. */
  predict?(model: M, context: Latent, z: Z): Tensor;
  readonly terms: readonly Term<M, Z>[];
  /** Frozen features for evaluation: the encoder whose representation the method is judged by. */
  features(model: M, view: View): Features;
  /** For control experiments: lets a composition through in which nothing prevents collapse. */
  readonly allowCollapse?: boolean;
}
