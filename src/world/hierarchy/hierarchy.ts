// The high level of a hierarchical world model (HWM, arXiv 2604.03208) on the embeddings of a frozen world model below: a
// macro-action encoder turns what was done between two waypoints, a chunk of 1 to K blocks, into a few numbers; a predictor
// jumps with them from one waypoint's embedding to the next. Encoder as HWM's in the maze: a perceptron with a Gaussian
// posterior of least deviation 0.05; predictor: a residual perceptron with layer norms that starts as the identity.
// Legend: D embedding width, A numbers per block, K blocks of the longest chunk, M numbers of a macro-action, E tasks,
// S samples, H macro-actions of a plan. A chunk is [K, A + 1]: the last number of a row is 1 for a block, 0 for padding.

import { JepaError } from '../../core/index.ts';
import { layerNorm, linear, type Module, mlp, module, zero } from '../../nn/index.ts';
import {
  add,
  addAll,
  at,
  broadcastTo,
  concat,
  gelu,
  log,
  mul,
  random,
  reduceSum,
  reshape,
  softplus,
  split,
  square,
  stack,
  type Tensor,
} from '../../tensor/index.ts';

/** Sizes of the high level, and the weights of its losses; plain data. */
export interface HierarchyConfig {
  /** D, the width of the embedding below. */
  readonly dim: number;
  /** A, the numbers of one block below. */
  readonly actionDim: number;
  /** M. HWM: 8 in the maze, 4 for a robot arm; below that no valid plans, above it subgoals out of reach. */
  readonly macroDim: number;
  /** K, the most blocks between two waypoints. */
  readonly maxBlocks: number;
  /** Hidden widths of the macro-action encoder, [32, 32] in HWM's maze. */
  readonly encoderWidths: readonly number[];
  readonly predictor: {
    readonly width: number;
    /** Residual blocks. */
    readonly depth: number;
  };
  /** Least deviation of the posterior, 0.05 in HWM. */
  readonly minStd: number;
  /** How predictions are compared: HWM `l1`, h-le-wm `l2`. */
  readonly energy: 'l1' | 'l2';
  /** Weights beside the prediction's, which is 1: of predictions fed back, and of the divergence from N(0, I). */
  readonly weights: { readonly rollout: number; readonly prior: number };
}

/** Distribution of a macro-action given its chunk, [..., M] each. */
export interface MacroPosterior {
  readonly mean: Tensor;
  readonly std: Tensor;
}

/** What a bound high level offers. */
export interface Hierarchy {
  /** Chunks [..., K, A + 1] -> the distribution of their macro-actions. What padded rows hold has no influence. */
  posterior(chunks: Tensor): MacroPosterior;
  /** Macro-actions [..., M] of chunks: the mean; in training a draw, anew at each call. */
  encode(chunks: Tensor): Tensor;
  /** Embeddings z [..., D] and macro-actions [..., M] -> the embeddings at the next waypoints [..., D]. */
  predict(z: Tensor, macros: Tensor): Tensor;
  /** z [E, D] and plans of macro-actions [E, S, H, M] -> [E, S, 1 + H, D]: z, then one waypoint per macro-action. */
  rollout(z: Tensor, plans: Tensor): Tensor;
}

/** Sum over M of KL(N(mean, std^2) || N(0, 1)), [...]: 0 for the prior itself. */
export function priorDivergence({ mean, std }: MacroPosterior): Tensor {
  const doubled = addAll([square(mean), square(std), mul(log(std), -2)]);
  return mul(reduceSum(add(doubled, -1), { axes: -1 }), 0.5);
}

/** x + W2 gelu(W1 norm(x)) */
function residual(width: number): Module<(x: Tensor) => Tensor> {
  const children = { norm: layerNorm(width), mlp: mlp([width, 2 * width, width]) };
  return module(children, (m) => (x: Tensor) => add(x, m.mlp(m.norm(x))));
}

/** The next waypoint as the present one plus a change, which starts as 0. */
function jump({ dim, macroDim, predictor: { width, depth } }: HierarchyConfig) {
  const children = {
    in: linear(dim + macroDim, width),
    blocks: Array.from({ length: depth }, () => residual(width)),
    norm: layerNorm(width),
    out: linear(width, dim, { weightInit: zero, biasInit: zero }),
  };
  return module(children, (m) => (z: Tensor, macros: Tensor) => {
    const hidden = m.blocks.reduce((h, block) => block(h), gelu(m.in(concat([z, macros], -1))));
    return add(z, m.out(m.norm(hidden)));
  });
}

function check(config: HierarchyConfig): void {
  const { dim, actionDim, macroDim, maxBlocks, encoderWidths, predictor, minStd, weights } = config;
  const sizes = { dim, actionDim, macroDim, maxBlocks, width: predictor.width, depth: predictor.depth };
  for (const [name, value] of [...Object.entries(sizes), ...encoderWidths.map((w) => ['encoderWidths', w] as const)]) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new JepaError('usage', `hierarchy: ${name} must be a whole number of at least 1, got ${value}`, { name });
  }
  for (const [name, value] of Object.entries({ minStd, ...weights })) {
    if (value >= 0 && Number.isFinite(value)) continue;
    throw new JepaError('usage', `hierarchy: ${name} must be a number of at least 0, got ${value}`, { name });
  }
}

/**
 * Defines the high level.
 *
 * @throws JepaError `usage` for sizes or weights that cannot be
 */
export function hierarchy(config: HierarchyConfig): Module<Hierarchy> {
  check(config);
  const { dim, actionDim: A, macroDim: M, maxBlocks: K, encoderWidths, minStd } = config;
  const children = {
    encoder: mlp([K * (A + 1), ...encoderWidths, 2 * M]),
    predictor: jump(config),
  };
  return module(children, (m, trace) => {
    const posterior = (chunks: Tensor): MacroPosterior => {
      const [rows, numbers] = chunks.shape.slice(-2);
      if (rows !== K || numbers !== A + 1) {
        throw new JepaError(
          'shape',
          `hierarchy: chunks must be [..., ${K}, ${A + 1}] (maxBlocks, block and mark), got [${chunks.shape}]`,
        );
      }
      const lead = chunks.shape.slice(0, -2);
      const [blocks, marks] = split(chunks, [A, 1], -1) as [Tensor, Tensor];
      const seen = concat([mul(blocks, marks), marks], -1);
      const [mean, raw] = split(m.encoder(reshape(seen, [...lead, K * (A + 1)])), [M, M], -1) as [Tensor, Tensor];
      return { mean, std: add(softplus(raw), minStd) };
    };
    const predict = m.predictor;
    return {
      posterior,
      encode(chunks) {
        const { mean, std } = posterior(chunks);
        if (trace.mode === 'eval') return mean;
        return add(mean, mul(std, random(trace.label('macro-action'), mean.shape, { kind: 'normal' })));
      },
      predict,
      rollout(z, plans) {
        const [E, S, H] = plans.shape as [number, number, number, number];
        const waypoints = [broadcastTo(reshape(z, [E, 1, dim]), [E, S, dim])];
        for (let t = 0; t < H; t++) waypoints.push(predict(waypoints[t]!, at(plans, 2, t)));
        return stack(waypoints, 2);
      },
    };
  });
}
