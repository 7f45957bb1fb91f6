// RC-aux with a LeWorldModel: a head that learns, with the model, whether a goal is reachable within some blocks, and discounts
// the cost of plans by it (arXiv 2605.07278; Guang000/RC-aux @ecb4496).
// Differences from the source: the rollout has a fixed number of steps (there 1 to 4, drawn); the one-step loss may stay beside
// it; negatives come from the batch rolled by a random amount, since a permutation leaves one clip on average as its own negative.
// Legend: B clips, T frames, C frames of context, h predicted steps, D width.

import { type ReachabilityClip, reachabilityLoss, type Term } from '../../jepa/index.ts';
import { type Module, module } from '../../nn/index.ts';
import {
  type Cost,
  type ReachabilityForm,
  type ReachabilityHead,
  reachability,
  reachabilityCost,
} from '../../plan/index.ts';
import { add, broadcastTo, cast, constant, less, mul, random, sub, type Tensor, where } from '../../tensor/index.ts';
import type { Acting } from './acting.ts';
import { type FeelingNetwork, type LeWmConfig, leWmDim } from './le-wm.ts';
import type { ReachabilityTermOptions } from './options.ts';
import { needFrames, type OpenLoop } from './terms.ts';
import type { InverseLeWm } from './with-inverse.ts';

/** Blocks that the head looks ahead unless another number is given, RC-aux's. */
export const REACH = 5;

/** What a bound LeWorldModel offers beside its head. */
export interface ReachingLeWm extends InverseLeWm {
  /** Whether goals are within reach; absent when nothing asks for it. */
  readonly reach?: ReachabilityHead;
}

/** The head for a network's embeddings, which SIGReg keeps near N(0, I): they are read as they are. */
function headOf(network: FeelingNetwork, options: ReachabilityTermOptions): ReachabilityForm {
  const { hidden, maxHorizon = REACH, horizonDim = 32 } = options;
  return reachability(leWmDim(network), { hidden, maxHorizon, horizonDim, standardise: false });
}

/** The network with a head, whose parameters are called `head.*`. */
export function withReachability(
  network: Module<InverseLeWm>,
  config: FeelingNetwork,
  options: ReachabilityTermOptions,
): Module<ReachingLeWm> {
  const head = headOf(config, options).module;
  return module({ '': network, head }, (m) => ({ ...m[''], reach: m.head }));
}

/** The cost of plans, discounted by the model's own head where the configuration has one. */
export function reachingCost(base: Cost, config: LeWmConfig): Cost {
  const { reachability: options } = config;
  if (options === undefined) return base;
  return reachabilityCost(base, headOf(config, options), { weight: options.planWeight ?? 0.35 });
}

/** Rows of a batch rolled by a random amount other than 0: i32 [B], no row its own. */
export function rolled(batch: number, label: string): Tensor {
  const rows = constant(
    Int32Array.from({ length: batch }, (_, row) => row),
    [batch],
    'i32',
  );
  const one = constant(Int32Array.of(1), [1], 'i32');
  const amount = add(cast(mul(random(label, [1], { kind: 'uniform' }), batch - 1), 'i32'), one);
  const moved = add(rows, broadcastTo(amount, [batch]));
  const size = constant(new Int32Array(batch).fill(batch), [batch], 'i32');
  return where(less(moved, size), moved, sub(moved, size));
}

/**
 * The reachability loss of clips and of what is imagined of them. `others` says whose goals are a clip's negatives; drawn anew at
 * each step when left out.
 *
 * @throws JepaError `usage` when clips have no frame after the context
 */
export function reachabilityTerm(
  { weight, maxHorizon = REACH }: ReachabilityTermOptions,
  { context, predicted }: OpenLoop,
  { batch, frames }: { readonly batch: number; readonly frames: number },
  others?: ReachabilityClip['others'],
): Term<ReachingLeWm, Acting> {
  needFrames(`reachability from ${context} frames`, context + 1, frames);
  return {
    name: 'reachability',
    mechanism: 'grounded',
    reads: 'embedding',
    weight,
    trace(step, model) {
      const other = (part: string): Tensor => rolled(batch, `reachability.${part}`);
      const negatives = others ?? {
        encoded: other('encoded'),
        predicted: other('predicted'),
        terminal: other('terminal'),
        terminalPredicted: other('terminal-predicted'),
      };
      const clip = {
        embeddings: step.latents.clip!.embedding,
        predicted: predicted(step, model),
        others: batch > 1 ? negatives : {},
      };
      return reachabilityLoss(model.reach!.logit, clip, { history: context, maxHorizon }).value;
    },
  };
}
