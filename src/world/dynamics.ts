// The contract of a world model at work: what embeds an observation, and what imagines the embeddings that plans lead to.
// Planning, probes, surprise and export see every world model only through it. How far those are from a goal is said by a cost.
// Legend: N observations, T frames, D numbers of an embedding (flattened), A numbers per block, E tasks, S samples,
// H planned blocks, C context frames, L = C + H.

import { JepaError } from '../core/index.ts';
import { bind, type Module } from '../nn/index.ts';
import { type Cost, checkCost } from '../plan/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { checkSenses, type Observation, type Senses } from './senses.ts';

/** Sizes and limits of a world model. */
export interface DynamicsSizes {
  /** The method's name: 'le-wm'. */
  readonly name: string;
  readonly senses: Senses;
  /** D */
  readonly dim: number;
  /** A, the numbers of one action block, normalised. */
  readonly actionDim: number;
  /** The most frames that the predictor looks back at. */
  readonly history: number;
  /** The longest plan that can be imagined. Absent: any. */
  readonly maxHorizon?: number;
}

/** The graphs of a world model over its bound parameters `M`. */
export interface DynamicsGraphs<M> {
  /** Embeddings of observations: [N, D]. */
  encode(model: M, seen: Observation): Tensor;
  /** Row t is predicted from embeddings and blocks 0 to t: [N, T, D] and [N, T, A] -> [N, T, D], T <= history. */
  predict(model: M, z: Tensor, blocks: Tensor): Tensor;
  /**
   * Imagines plans: the context [E, C, D], the executed blocks between its frames [E, C - 1, A] (absent when C = 1) and
   * plans [E, S, H, A] give all embeddings [E, S, L, D]: the context, then one per block.
   */
  rollout(model: M, context: Tensor, executed: Tensor | undefined, plans: Tensor): Tensor;
}

/** The graphs of a world model, bound. */
export interface BoundDynamics {
  encode(seen: Observation): Tensor;
  predict(z: Tensor, blocks: Tensor): Tensor;
  rollout(context: Tensor, executed: Tensor | undefined, plans: Tensor): Tensor;
}

/** A world model, ready to be traced. Whoever holds one need not know its method. */
export interface Dynamics extends DynamicsSizes {
  readonly module: Module<unknown>;
  /** How its plans are scored unless another cost is asked for. Parameters, if it has any, are the model's own. */
  readonly defaultCost: Cost;
  /** The graphs over fresh parameter sources, in evaluation mode. */
  bind(): BoundDynamics;
}

/**
 * A world model from its module, graphs and default cost.
 *
 * @throws JepaError `usage` when a size cannot be, or the model is shown nothing, or something without a name or size
 */
export function defineDynamics<M>(
  sizes: DynamicsSizes,
  module: Module<M>,
  graphs: DynamicsGraphs<M>,
  defaultCost: Cost,
): Dynamics {
  const { name, senses, dim, actionDim, history } = sizes;
  for (const [what, value] of Object.entries({ dim, actionDim, history })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new JepaError('usage', `${name}: ${what} must be a whole number of at least 1, got ${value}`, { what });
    }
  }
  checkSenses(name, 'world model', senses);
  checkCost(defaultCost, sizes);
  return {
    ...sizes,
    module,
    defaultCost,
    bind() {
      const { model } = bind(module, 'eval');
      return {
        encode: (seen) => graphs.encode(model, seen),
        predict: (z, blocks) => graphs.predict(model, z, blocks),
        rollout: (context, executed, plans) => graphs.rollout(model, context, executed, plans),
      };
    },
  };
}
