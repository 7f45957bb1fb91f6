// Which cost scores the plans of a world model, and where its numbers come from in a program.

import { type ModelValues, module } from '../../nn/index.ts';
import { type Cost, checkCost } from '../../plan/index.ts';
import type { HostArray, Source } from '../../tensor/index.ts';
import type { Dynamics } from '../../world/index.ts';
import { bakeValues } from './world-graphs.ts';

/** A cost with its numbers: how plans are scored in place of the model's default. */
export interface TrainedCost {
  readonly cost: Cost;
  /** Of `cost.module`. */
  readonly values: ModelValues;
}

/** The cost of a model's plans in its programs, and the numbers of both. */
export interface Scoring {
  /** To be bound: parameters that are not the model's are called `cost.*`. */
  readonly cost: Cost;
  readonly bake: (source: Source) => HostArray | undefined;
}

/**
 * How a model's plans are scored: by the cost that is given apart, else by its default.
 *
 * @throws JepaError `usage` for a cost on embeddings of another width
 */
export function scoringOf(dynamics: Dynamics, values: ModelValues, own?: TrainedCost): Scoring {
  const ofModel = bakeValues(values);
  if (own === undefined) return { cost: dynamics.defaultCost, bake: ofModel };
  checkCost(own.cost, dynamics);
  const ofCost = bakeValues(own.values, 'cost.');
  return {
    cost: { ...own.cost, module: module({ cost: own.cost.module }, (m) => m.cost) },
    bake: (source) => ofCost(source) ?? ofModel(source),
  };
}
