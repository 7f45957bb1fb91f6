// The configuration of the label-free selection experiment: a grid over one small LeJEPA.

import { described, group, JepaError, listOf, real, type Schema } from '../../src/core/index.ts';
import { checkExperiment, type ImageExperiment, imageSchema } from '../../src/experiment/index.ts';

/** What is tried, and with which model. */
export interface LeJepaSelection {
  readonly lambdas: readonly number[];
  readonly learningRates: readonly number[];
  /** The loss is divided by lambda to this power before configurations are ranked by it. */
  readonly exponent: number;
  /** Every configuration is this one with its own lambda and learning rate. Its method must be LeJEPA. */
  readonly experiment: ImageExperiment;
}

/** Describes selection experiments. */
export const selectionSchema: Schema<LeJepaSelection> = group<LeJepaSelection>({
  lambdas: described('weights of SIGReg to try', listOf(real({ above: 0 }), 1)),
  learningRates: described('learning rates to try with each of them', listOf(real({ above: 0 }), 1)),
  exponent: described('the loss is divided by lambda to this power before it ranks', real({ least: 0 })),
  experiment: described('what is trained at each point of the grid; its method must be lejepa', imageSchema),
});

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

/**
 * Checks every point of the grid before the first is trained.
 *
 * @throws JepaError `usage` for a value that is given twice, a method that is not LeJEPA, and what `checkExperiment` refuses
 */
export function checkSelection(config: LeJepaSelection): void {
  const { lambdas, learningRates } = config;
  for (const [name, values] of Object.entries({ lambdas, learningRates })) {
    if (new Set(values).size === values.length) continue;
    throw new JepaError('usage', `${name} must be different numbers, got [${values.join(', ')}]; set ${name}`);
  }
  for (const choice of choices(config)) checkExperiment(experimentOf(config, choice));
}
