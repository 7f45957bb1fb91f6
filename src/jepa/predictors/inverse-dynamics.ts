// Inverse dynamics: which action led from one state to the next? It makes embeddings keep what actions change, even where
// something else varies more (PLDM, arXiv 2502.14819; facebookresearch/eb_jepa, `InverseDynamicsModel`, `InverseDynamicsLoss`).
// Forms of it: the action read off the difference of the states alone (Delta-JEPA, arXiv 2606.31232), and the first action on
// the way to a state several steps ahead (AC-MTM, arXiv 2608.17542), which shows what changes slowly.
// Legend: B clips, T time steps, D width of a state, A numbers of an action, K the most steps ahead, S = T - K starts.

import { linear, type Module, module } from '../../nn/index.ts';
import {
  add,
  broadcastTo,
  cast,
  concat,
  constant,
  expandDims,
  less,
  mul,
  random,
  reduceMean,
  relu,
  shapeError,
  slice,
  square,
  stack,
  sub,
  type Tensor,
} from '../../tensor/index.ts';

/** What is read: both states, or how the later differs from the earlier. */
export type InverseOf = 'pair' | 'difference';

/** Size of the inverse model. */
export interface InverseDynamicsConfig {
  readonly dim: number;
  readonly actionDim: number;
  /** Width of the two hidden layers; default 256. */
  readonly hiddenDim?: number;
  /** @default 'pair' */
  readonly of?: InverseOf;
  /** K: the later state is 1 to K steps ahead, which the model is told one-hot. @default 1 */
  readonly steps?: number;
}

/** What the bound inverse model offers. */
export interface InverseDynamics {
  /** The action between each state and the next: states [B, T, D] -> [B, T - 1, A]. */
  predict(states: Tensor): Tensor;
  /**
   * Mean squared error of `predict` against actions [B, T - 1, A] or [B, T, A], whose last one is not used. Give encoder
   * states, not predictions, as the reference.
   *
   * With K above 1: of the first action between each of the first S states and one that is drawn 1 to K steps ahead, all
   * as likely. `draws` [B, S], uniform in [0, 1), says which, k = 1 + floor(K draw); drawn anew at each run when left out.
   */
  loss(states: Tensor, actions: Tensor, draws?: Tensor): Tensor;
}

/** An MLP on pairs of states, under the names of the reference (`model.0`, `.2`, `.4`). */
export function inverseDynamics(config: InverseDynamicsConfig): Module<InverseDynamics> {
  const { dim, actionDim, hiddenDim = 256, of = 'pair', steps: K = 1 } = config;
  const children = {
    'model.0': linear((of === 'pair' ? 2 * dim : dim) + (K === 1 ? 0 : K), hiddenDim),
    'model.2': linear(hiddenDim, hiddenDim),
    'model.4': linear(hiddenDim, actionDim),
  };
  return module(children, (m, trace) => {
    /** Actions [B, S, A] of states and later ones [B, S, D], which are as far ahead as [B, S, K] says one-hot. */
    const read = (from: Tensor, to: Tensor, ahead: Tensor | undefined): Tensor => {
      const seen = of === 'pair' ? [from, to] : [sub(to, from)];
      const pairs = concat(ahead === undefined ? seen : [...seen, ahead], -1);
      return m['model.4'](relu(m['model.2'](relu(m['model.0'](pairs)))));
    };
    const lengthOf = (states: Tensor, least: number): number => {
      const T = states.shape[1] ?? 0;
      if (states.shape.length !== 3 || states.shape[2] !== dim || T < least)
        throw shapeError('inverseDynamics', [states], `needs states [B, T, ${dim}] with at least ${least} steps`);
      return T;
    };
    const predict = (states: Tensor): Tensor => {
      const T = lengthOf(states, 2);
      const next = K === 1 ? undefined : broadcastTo(nextOf(K), [states.shape[0]!, T - 1, K]);
      return read(slice(states, 1, 0, T - 1), slice(states, 1, 1), next);
    };
    return {
      predict,
      loss(states, actions, draws) {
        const steps = lengthOf(states, K + 1) - K;
        const B = states.shape[0]!;
        const T = actions.shape[1] ?? 0;
        const fits = actions.shape.length === 3 && actions.shape[0] === B && actions.shape[2] === actionDim;
        if (!fits || (T !== steps + K - 1 && T !== steps + K))
          throw shapeError(
            'inverseDynamics',
            [states, actions],
            `needs actions [B, T - 1, ${actionDim}] or [B, T, ${actionDim}]`,
          );
        const taken = slice(actions, 1, 0, steps);
        if (K === 1) return reduceMean(square(sub(predict(states), taken)));
        const drawn = draws ?? random(trace.label('ahead'), [B, steps], { kind: 'uniform' });
        const ahead = aheadOf(drawn, K);
        const later = ahead
          .map((here, k) => mul(expandDims(here, -1), slice(states, 1, k + 1, k + 1 + steps)))
          .reduce((a, b) => add(a, b));
        return reduceMean(square(sub(read(slice(states, 1, 0, steps), later, stack(ahead, -1)), taken)));
      },
    };
  });
}

/** One step ahead, one-hot: [1, 1, K]. */
function nextOf(K: number): Tensor {
  return constant(
    Float32Array.from({ length: K }, (_, k) => (k === 0 ? 1 : 0)),
    [1, 1, K],
    'f32',
  );
}

/** Draws [B, S] in [0, 1) as K masks [B, S]: 1 where the state 1, 2, ... K steps ahead is meant. */
function aheadOf(draws: Tensor, K: number): readonly Tensor[] {
  const below = (k: number): Tensor => cast(less(draws, k / K), 'f32');
  return Array.from({ length: K }, (_, k) => {
    if (k === 0) return below(1);
    return sub(k === K - 1 ? 1 : below(k + 1), below(k));
  });
}
