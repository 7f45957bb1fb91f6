// Inverse dynamics beside a LeWorldModel: a model that reads blocks off two embeddings, in training only. Its loss asks for
// whatever actions move, which the prediction of embeddings is content to leave out when something else is easier to predict.

import { type InverseDynamics, inverseDynamics, type Term } from '../../jepa/index.ts';
import { type Module, module } from '../../nn/index.ts';
import type { Acting } from './acting.ts';
import { type FeelingNetwork, type LeWm, leWmDim } from './le-wm.ts';
import type { InverseOptions } from './options.ts';

/** What a bound LeWorldModel offers beside its inverse model. */
export interface InverseLeWm extends LeWm {
  /** Reads blocks off embeddings; absent when nothing asks for it. */
  readonly inverse?: InverseDynamics;
}

/** The network with an inverse model of two hidden layers; its parameters are called `idm.*`. */
export function withInverse(
  network: Module<LeWm>,
  config: FeelingNetwork,
  { hidden: hiddenDim, ...form }: Omit<InverseOptions, 'weight'>,
): Module<InverseLeWm> {
  const idm = inverseDynamics({ dim: leWmDim(config), actionDim: config.actionDim, hiddenDim, ...form });
  return module({ '': network, idm }, (m) => ({ ...m[''], inverse: m.idm }));
}

/** The mean squared error of the blocks: 1, the variance of blocks, when embeddings do not show what blocks change. */
export function inverseTerm(weight: number): Term<InverseLeWm, Acting> {
  return {
    name: 'inverse',
    mechanism: 'grounded',
    reads: 'embedding',
    weight,
    trace: ({ latents, inputs }, model) => model.inverse!.loss(latents.clip!.embedding, inputs.actions!),
  };
}
