// The three programs of a trained LeWorldModel, traced for given sizes: encode frames, predict one block ahead, score plans.
// Legend: N images, E tasks, S samples, H planned blocks, C context frames, A numbers per block, D embedding width.

import { flatView } from '../core/index.ts';
import type { ModelValues } from '../nn/index.ts';
import { actionGradient } from '../plan/index.ts';
import { type HostArray, input, reshape, type Source, type Tensor } from '../tensor/index.ts';
import { goalCost, type LeWm, type LeWmConfig } from '../world/index.ts';

/** The numbers to store inside a program in place of its parameters and state. */
export function bakeValues({ parameters, buffers }: ModelValues): (source: Source) => HostArray | undefined {
  return ({ role, name }) => {
    if (role === 'parameter') return flatView(parameters.layout, parameters.data, name);
    return role === 'state' ? flatView(buffers.layout, buffers.data, name) : undefined;
  };
}

/** `frames` u8 [N, size, size, 3] -> `z` [N, D]. */
export function encodeGraph(m: LeWm, { encoder, embedDim }: LeWmConfig, count: number): Record<string, Tensor> {
  const { imageSize: size } = encoder;
  const frames = input('frames', [count, size, size, 3], 'u8');
  return { z: reshape(m.encode(reshape(frames, [count, 1, size, size, 3])), [count, embedDim]) };
}

/** `z` [N, T, D] and `blocks` [N, T, A] -> `next` [N, T, D]: row t is predicted from frames and blocks 0 to t. */
export function predictGraph(m: LeWm, config: LeWmConfig, count: number, length: number): Record<string, Tensor> {
  const z = input('z', [count, length, config.embedDim]);
  return { next: m.predict(z, m.encodeActions(input('blocks', [count, length, config.actionDim]))) };
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
export function imagineGraph(m: LeWm, config: LeWmConfig, size: RolloutSize): Tensor {
  return rollout(m, config, size, plansInput(config, size));
}

/** The inputs of `imagineGraph` and `goal` [E, D] -> `cost` [E, S], the squared distance of the last embedding. */
export function costGraph(m: LeWm, config: LeWmConfig, size: RolloutSize): Record<string, Tensor> {
  return { cost: distanceToGoal(m, config, size, plansInput(config, size)) };
}

/** `costGraph` with `gradient` [E, S, H, A], the derivative of each cost with respect to its plan. */
export function costAndGradientGraph(m: LeWm, config: LeWmConfig, size: RolloutSize): Record<string, Tensor> {
  const plans = plansInput(config, size);
  return actionGradient(distanceToGoal(m, config, size, plans), plans);
}

function plansInput({ actionDim }: LeWmConfig, { tasks, samples, horizon }: RolloutSize): Tensor {
  return input('plans', [tasks, samples, horizon, actionDim]);
}

function rollout(
  m: LeWm,
  { embedDim, actionDim }: LeWmConfig,
  { tasks: E, context: C }: RolloutSize,
  plans: Tensor,
): Tensor {
  const executed = C > 1 ? input('executed', [E, C - 1, actionDim]) : undefined;
  return m.rollout(input('context', [E, C, embedDim]), executed, plans);
}

function distanceToGoal(m: LeWm, config: LeWmConfig, size: RolloutSize, plans: Tensor): Tensor {
  return goalCost(rollout(m, config, size, plans), input('goal', [size.tasks, config.embedDim]));
}
