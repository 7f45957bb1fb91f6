// Inverse dynamics: which action led from one state to the next? It makes embeddings keep what actions change, even where
// something else varies more (PLDM, arXiv 2502.14819; facebookresearch/eb_jepa, `InverseDynamicsModel`, `InverseDynamicsLoss`).
// Legend: B clips, T time steps, D width of a state, A numbers of an action.

import { linear, type Module, module } from '../../nn/index.ts';
import { concat, reduceMean, relu, shapeError, slice, square, sub, type Tensor } from '../../tensor/index.ts';

/** Size of the inverse model. */
export interface InverseDynamicsConfig {
  readonly dim: number;
  readonly actionDim: number;
  /** Width of the two hidden layers; default 256. */
  readonly hiddenDim?: number;
}

/** What the bound inverse model offers. */
export interface InverseDynamics {
  /** The action between each state and the next: states [B, T, D] -> [B, T - 1, A]. */
  predict(states: Tensor): Tensor;
  /**
   * Mean squared error of `predict` against actions [B, T - 1, A] or [B, T, A], whose last one is not used. Give encoder
   * states, not predictions, as the reference.
   */
  loss(states: Tensor, actions: Tensor): Tensor;
}

/** An MLP on pairs of successive states, under the names of the reference (`model.0`, `.2`, `.4`). */
export function inverseDynamics(config: InverseDynamicsConfig): Module<InverseDynamics> {
  const { dim, actionDim, hiddenDim = 256 } = config;
  const children = {
    'model.0': linear(2 * dim, hiddenDim),
    'model.2': linear(hiddenDim, hiddenDim),
    'model.4': linear(hiddenDim, actionDim),
  };
  return module(children, (m) => {
    const predict = (states: Tensor): Tensor => {
      const T = states.shape[1] ?? 0;
      if (states.shape.length !== 3 || states.shape[2] !== dim || T < 2)
        throw shapeError('inverseDynamics', [states], `needs states [B, T, ${dim}] with at least 2 steps`);
      const pairs = concat([slice(states, 1, 0, T - 1), slice(states, 1, 1)], -1);
      return m['model.4'](relu(m['model.2'](relu(m['model.0'](pairs)))));
    };
    return {
      predict,
      loss(states, actions) {
        const predicted = predict(states);
        const [B, steps] = predicted.shape as [number, number];
        const T = actions.shape[1] ?? 0;
        const fits = actions.shape.length === 3 && actions.shape[0] === B && actions.shape[2] === actionDim;
        if (!fits || (T !== steps && T !== steps + 1))
          throw shapeError(
            'inverseDynamics',
            [states, actions],
            `needs actions [B, T - 1, ${actionDim}] or [B, T, ${actionDim}]`,
          );
        return reduceMean(square(sub(predicted, slice(actions, 1, 0, steps))));
      },
    };
  });
}
