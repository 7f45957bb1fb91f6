// The programs of a trained world model, traced for given sizes: encode observations, predict one block ahead, score plans.
// Legend: N observations, E tasks, S samples, H planned blocks, C context frames, A numbers per block, D embedding width.

import { flatView } from '../../core/index.ts';
import type { ModelValues } from '../../nn/index.ts';
import { actionGradient, type bindCost } from '../../plan/index.ts';
import { type HostArray, input, type Source, type Tensor } from '../../tensor/index.ts';
import { type BoundDynamics, type Dynamics, observationInputs } from '../../world/index.ts';

/** The numbers to store inside a program in place of the parameters and state whose names begin with `prefix`. */
export function bakeValues(
  { parameters, buffers }: ModelValues,
  prefix = '',
): (source: Source) => HostArray | undefined {
  return ({ role, name }) => {
    if (!name.startsWith(prefix) || (role !== 'parameter' && role !== 'state')) return undefined;
    const { layout, data } = role === 'parameter' ? parameters : buffers;
    return flatView(layout, data, name.slice(prefix.length));
  };
}

/** What the model is shown, `frames` u8 [N, H, W, 3] and `states` f32 [N, S] and whatever else (`inputName`) -> `z` [N, D]. */
export function encodeGraph(m: BoundDynamics, { senses }: Dynamics, count: number): Record<string, Tensor> {
  return { z: m.encode(observationInputs(senses, count)) };
}

/** `z` [N, T, D] and `blocks` [N, T, A] -> `next` [N, T, D]: row t is predicted from frames and blocks 0 to t. */
export function predictGraph(
  m: BoundDynamics,
  { dim, actionDim }: Dynamics,
  count: number,
  length: number,
): Record<string, Tensor> {
  return { next: m.predict(input('z', [count, length, dim]), input('blocks', [count, length, actionDim])) };
}

/** How many plans of which length are imagined. */
export interface RolloutSize {
  /** E */
  readonly tasks: number;
  /** C */
  readonly context: number;
  /** S */
  readonly samples: number;
  /** H */
  readonly horizon: number;
}

/** `context` [E, C, D], `executed` [E, C - 1, A] (absent when C = 1) and `plans` [E, S, H, A] -> [E, S, C + H, D]. */
export function imagineGraph(m: BoundDynamics, model: Dynamics, size: RolloutSize): Tensor {
  return rollout(m, model, size, plansInput(model, size));
}

/** The score of plans in a trace. */
export type BoundCost = ReturnType<typeof bindCost>;

/** The inputs of `imagineGraph` and `goal` [E, D], or of another width that the cost says -> `cost` [E, S]. */
export function costGraph(
  m: BoundDynamics,
  score: BoundCost,
  model: Dynamics,
  size: RolloutSize,
  goalDim: number = model.dim,
): Record<string, Tensor> {
  return { cost: costOf(m, score, model, size, goalDim, plansInput(model, size)) };
}

/** `costGraph` with `gradient` [E, S, H, A], the derivative of each cost with respect to its plan. */
export function costAndGradientGraph(
  m: BoundDynamics,
  score: BoundCost,
  model: Dynamics,
  size: RolloutSize,
  goalDim: number = model.dim,
): Record<string, Tensor> {
  const plans = plansInput(model, size);
  return actionGradient(costOf(m, score, model, size, goalDim, plans), plans);
}

function plansInput({ actionDim }: Dynamics, { tasks, samples, horizon }: RolloutSize): Tensor {
  return input('plans', [tasks, samples, horizon, actionDim]);
}

function rollout(
  m: BoundDynamics,
  { dim, actionDim }: Dynamics,
  { tasks: E, context: C }: RolloutSize,
  plans: Tensor,
): Tensor {
  const executed = C > 1 ? input('executed', [E, C - 1, actionDim]) : undefined;
  return m.rollout(input('context', [E, C, dim]), executed, plans);
}

function costOf(
  m: BoundDynamics,
  score: BoundCost,
  model: Dynamics,
  size: RolloutSize,
  goalDim: number,
  plans: Tensor,
): Tensor {
  const goal = input('goal', [size.tasks, goalDim]);
  return score(rollout(m, model, size, plans), goal, { context: size.context, blocks: plans });
}
