// The high level of a hierarchical world model (HWM, arXiv 2604.03208) on the embeddings of a frozen world model below: a
// macro-action encoder turns what was done between two waypoints, a chunk of 1 to K blocks, into a few numbers; a predictor
// jumps with them from one waypoint's embedding to the next. Encoder: a perceptron, as HWM's in the maze; predictor: a
// residual perceptron with layer norms that starts as the identity.
// Legend: D embedding width, A numbers per block, K blocks of the longest chunk, M numbers of a macro-action, E tasks,
// S samples, H macro-actions of a plan. A chunk is [K, A + 1]: the last number of a row is 1 for a block, 0 for padding.

import { JepaError } from '../../core/index.ts';
import type { EppsPulleyOptions } from '../../jepa/index.ts';
import { layerNorm, linear, type Module, mlp, module, zero } from '../../nn/index.ts';
import {
  add,
  at,
  broadcastTo,
  concat,
  gelu,
  mul,
  random,
  reshape,
  split,
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
  /** Deviation of what is added to macro-actions in training, so that neighbours mean alike; HWM's least deviation is 0.05. */
  readonly noise: number;
  /** How predictions are compared: HWM `l1`, h-le-wm `l2`. */
  readonly energy: 'l1' | 'l2';
  /** Weight of predictions that are fed back, beside the prediction's, which is 1. */
  readonly rollout: number;
  /** Keeps the macro-actions of recorded chunks distributed as N(0, I), where plans are drawn. */
  readonly sigreg: EppsPulleyOptions & { readonly weight: number; readonly directions: number };
}

/** What a bound high level offers. */
export interface Hierarchy {
  /** Chunks [..., K, A + 1] -> their macro-actions [..., M]. What padded rows hold has no influence. */
  encode(chunks: Tensor): Tensor;
  /** What `predict` learns from: in training with noise, drawn anew at each call; else as it is. */
  blurred(macros: Tensor): Tensor;
  /** Embeddings z [..., D] and macro-actions [..., M] -> the embeddings at the next waypoints [..., D]. */
  predict(z: Tensor, macros: Tensor): Tensor;
  /** z [E, D] and plans of macro-actions [E, S, H, M] -> [E, S, 1 + H, D]: z, then one waypoint per macro-action. */
  rollout(z: Tensor, plans: Tensor): Tensor;
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
  const { dim, actionDim, macroDim, maxBlocks, encoderWidths, predictor, noise, rollout, sigreg } = config;
  const sizes = { dim, actionDim, macroDim, maxBlocks, width: predictor.width, depth: predictor.depth };
  for (const [name, value] of [...Object.entries(sizes), ...encoderWidths.map((w) => ['encoderWidths', w] as const)]) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new JepaError('usage', `hierarchy: ${name} must be a whole number of at least 1, got ${value}`, { name });
  }
  for (const [name, value] of Object.entries({ noise, rollout, sigreg: sigreg.weight })) {
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
  const { dim, actionDim: A, macroDim: M, maxBlocks: K, encoderWidths, noise } = config;
  const children = {
    encoder: mlp([K * (A + 1), ...encoderWidths, M]),
    predictor: jump(config),
  };
  return module(children, (m, trace) => {
    const predict = m.predictor;
    return {
      encode(chunks) {
        const [rows, numbers] = chunks.shape.slice(-2);
        if (rows !== K || numbers !== A + 1) {
          throw new JepaError(
            'shape',
            `hierarchy: chunks must be [..., ${K}, ${A + 1}] (maxBlocks, block and mark), got [${chunks.shape}]`,
          );
        }
        const [blocks, marks] = split(chunks, [A, 1], -1) as [Tensor, Tensor];
        const seen = concat([mul(blocks, marks), marks], -1);
        return m.encoder(reshape(seen, [...chunks.shape.slice(0, -2), K * (A + 1)]));
      },
      blurred(macros) {
        if (trace.mode === 'eval' || noise === 0) return macros;
        return add(macros, mul(random(trace.label('macro-action'), macros.shape, { kind: 'normal' }), noise));
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
