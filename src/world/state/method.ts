// The state model as a method of the family: from the first state of a clip and the blocks that follow, predict all later
// states, each from the prediction before. The targets are data, so nothing can collapse.
// Legend: B clips, T frames, S numbers of the raw state, D of the embedding, A numbers per action block.

import { defineJepa, type JepaSpec, type Latent, l2, methods } from '../../jepa/index.ts';
import { at, slice, type Tensor } from '../../tensor/index.ts';
import type { Acting } from '../le-wm/acting.ts';
import type { ClipSize } from '../le-wm/method.ts';
import { type StateWorld, type StateWorldConfig, stateWorld } from './state-world.ts';

/**
 * The state model on clips, with the inputs `states` [B, T, S], raw, and `actions` [B, T, A]; the last block has no
 * influence. The loss is the mean squared error of all T - 1 predicted embeddings.
 */
export function stateWorldMethod(config: StateWorldConfig, { batch, frames }: ClipSize): JepaSpec<StateWorld, Acting> {
  const latent = (embedding: Tensor): Latent => ({ embedding, representation: embedding });
  const encode = (model: StateWorld, { input }: { readonly input: Tensor }): Latent => latent(model.embed(input));
  return defineJepa<StateWorld, Acting>({
    name: 'state',
    module: stateWorld(config),
    inputs: {
      states: { dtype: 'f32', shape: [batch, frames, config.stateDim] },
      actions: { dtype: 'f32', shape: [batch, frames, config.actionDim] },
    },
    pairs: ({ states: clip, actions }) => [
      {
        name: 'next',
        context: { name: 'clip', input: clip! },
        target: { name: 'clip', input: clip! },
        z: { kind: 'action', actions: actions!, steps: frames - 1 },
        select: (z) => slice(z, 1, 1),
      },
    ],
    encode,
    target: { kind: 'frozen', encode },
    predict: (model, { embedding }, { actions, steps }) =>
      model.unroll(at(embedding, 1, 0), slice(actions, 1, 0, steps)),
    terms: [methods.predictEnergy(l2)],
    features: (model, view) => ({ pooled: model.embed(view.input) }),
  });
}
