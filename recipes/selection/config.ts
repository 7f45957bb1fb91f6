// The configuration of the label-free selection experiment: a grid over one small LeJEPA.

import { JepaError } from '../../src/core/index.ts';
import type { ImageExperiment } from '../../src/experiment/index.ts';

/** What is tried, and with which model. */
export interface LeJepaSelection {
  readonly lambdas: readonly number[];
  readonly learningRates: readonly number[];
  /** The loss is divided by lambda to this power before configurations are ranked by it. */
  readonly exponent: number;
  /** Every configuration is this one with its own lambda and learning rate. Its method must be LeJEPA. */
  readonly experiment: ImageExperiment;
}

/** One point of the grid. */
export interface Choice {
  readonly lambda: number;
  readonly learningRate: number;
}

/** Every combination, lambda outermost. */
export function choices({ lambdas, learningRates }: LeJepaSelection): Choice[] {
  return lambdas.flatMap((lambda) => learningRates.map((learningRate) => ({ lambda, learningRate })));
}

/** The experiment of one point. Errors: `usage` when its method is not LeJEPA. */
export function experimentOf({ experiment }: LeJepaSelection, { lambda, learningRate }: Choice): ImageExperiment {
  const { method, train } = experiment;
  const { loss } = method;
  if (method.name !== 'lejepa' || typeof loss !== 'object') {
    throw new JepaError('usage', `experiment.method.name must be 'lejepa', got '${method.name}'`);
  }
  return {
    ...experiment,
    method: { ...method, loss: { ...loss, lambda } },
    train: { ...train, learningRate },
  };
}
