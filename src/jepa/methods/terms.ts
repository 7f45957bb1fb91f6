// Terms that several methods share.

import { addAll, mul, reduceMean, type Tensor } from '../../tensor/index.ts';
import type { Condition, Scheduled, Term, TracedStep } from '../contract/types.ts';
import type { Energy } from '../objectives/energies.ts';

/** Mean of scalars. */
function meanOf(values: readonly Tensor[]): Tensor {
  return mul(addAll(values), 1 / values.length);
}

/** The predictive energy: the mean over pairs and slots of the distance between prediction and target. */
export function predictEnergy(energy: Energy, weight: Scheduled = 1): Term<unknown> {
  return {
    name: 'prediction',
    mechanism: 'predict',
    reads: 'embedding',
    weight,
    trace: ({ pairs }) => meanOf(pairs.map((p) => reduceMean(energy.perSlot(p.prediction, p.target)))),
  };
}

/** The embeddings of all views, in the order of the pairs. */
export function embeddings<Z extends Condition>({ latents }: TracedStep<Z>): readonly Tensor[] {
  return Object.values(latents).map((l) => l.embedding);
}
