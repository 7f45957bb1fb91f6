// A world model that is told the true state: the oracle beside models that must find the state in pixels. Nothing is
// encoded, chosen numbers of the state are only standardised, and a residual MLP says what an action block changes. What
// planning with it reaches is what planning could reach with a perfect embedding and learned dynamics.
// Legend: N rows, B clips, T frames, S numbers of the raw state, D of the embedding, A of a block, E tasks, H steps.

import { JepaError } from '../../core/index.ts';
import { type Module, mlp, module } from '../../nn/index.ts';
import { type Cost, type CostGraph, defineCost, type PlanCost, planCost } from '../../plan/index.ts';
import { add, at, broadcastTo, concat, cos, reshape, sin, slice, stack, type Tensor } from '../../tensor/index.ts';
import { checkNumbers, type ReadNumbers, readNumbers } from '../standardise.ts';
import { type BodyFrame, checkFrame, frameWidths, stepInFrame } from './body-frame.ts';

/** Size of a state model, and how it reads a state. */
export interface StateWorldConfig {
  /** S */
  readonly stateDim: number;
  /** Numbers of the embedding: those of the state that are read, standardised, ... */
  readonly numbers: ReadNumbers;
  /** ... then cosine and sine of each of these components, angles in radians. Default none. */
  readonly angles?: readonly number[];
  /** Numbers of an action block. */
  readonly actionDim: number;
  /**
   * Environment steps that a block holds, each predicted from the one before with the same weights: contact begins and ends
   * within a block. @default 1, the whole block in one jump
   */
  readonly perStep?: number;
  /** Predicts in the frame of a body, so that a push learned once is known everywhere. @default in the world's own frame */
  readonly frame?: BodyFrame;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** Numbers of the embedding that a goal is about, counted as above. Default all. */
  readonly goalAt?: readonly number[];
  /** How plans are scored. @default 'last' */
  readonly cost?: PlanCost;
}

/** What a bound state model offers. */
export interface StateWorld {
  /** Embeddings of raw states, [..., S] -> [..., D]; no parameter is involved. */
  embed(states: Tensor): Tensor;
  /** The embedding after each of z [..., D] when blocks [..., A] are taken there: z + MLP(z, block), or so step by step. */
  predict(z: Tensor, blocks: Tensor): Tensor;
  /** Embeddings after each of H blocks [N, H, A] from z [N, D]: [N, H, D], every prediction made from the one before. */
  unroll(z: Tensor, blocks: Tensor): Tensor;
  /** The context [E, C, D], of which the last is where plans begin, and plans [E, S, H, A] -> [E, S, C + H, D]. */
  rollout(context: Tensor, plans: Tensor): Tensor;
}

/** D, the numbers of the embedding. */
export function stateWorldDim({ numbers, angles = [] }: StateWorldConfig): number {
  return numbers.at.length + 2 * angles.length;
}

function checkConfig(config: StateWorldConfig): void {
  const { stateDim, numbers, angles = [], hidden, goalAt, actionDim, perStep = 1, frame } = config;
  const D = stateWorldDim(config);
  if (numbers.at.length > 0 || angles.length === 0) checkNumbers(numbers, stateDim, 'state');
  const below = (values: readonly number[], limit: number): boolean =>
    values.every((i) => Number.isInteger(i) && i >= 0 && i < limit);
  if (!below(angles, stateDim))
    throw new JepaError('usage', `state: angles must be components of the state below ${stateDim}, got [${angles}]`);
  if (goalAt !== undefined && (goalAt.length === 0 || !below(goalAt, D)))
    throw new JepaError('usage', `state: goalAt must be numbers of the embedding below ${D}, got [${goalAt}]`);
  if (actionDim % perStep !== 0)
    throw new JepaError(
      'usage',
      `state: the ${actionDim} numbers of a block must be whole actions of perStep environment steps, got perStep ${perStep}; set it to data.frameSkip`,
      { actionDim, perStep },
    );
  if (frame !== undefined) checkFrame(frame, numbers, angles, actionDim / perStep);
  if (hidden.length === 0) throw new JepaError('usage', 'state: hidden must name at least one hidden layer, got none');
}

/**
 * Defines a state model.
 *
 * @throws JepaError `usage` when what is read is not in the state, or what the goal is about not in the embedding
 */
export function stateWorld(config: StateWorldConfig): Module<StateWorld> {
  checkConfig(config);
  const { stateDim, numbers, angles = [], actionDim, hidden, perStep = 1, frame } = config;
  const D = stateWorldDim(config);
  const width = actionDim / perStep;
  const [inputs, outputs] = frame === undefined ? [D + width, D] : frameWidths(frame, width);
  const embed = (states: Tensor): Tensor => {
    if (states.shape.at(-1) !== stateDim)
      throw new JepaError('shape', `state: states must be [..., ${stateDim}], got [${states.shape}]`);
    const turned = angles.flatMap((i) => [cos(slice(states, -1, i, i + 1)), sin(slice(states, -1, i, i + 1))]);
    return concat(numbers.at.length > 0 ? [readNumbers(states, numbers), ...turned] : turned, -1);
  };
  return module({ change: mlp([inputs, ...hidden, outputs]) }, (m) => {
    const predict = (z: Tensor, blocks: Tensor): Tensor => {
      if (blocks.shape.at(-1) !== actionDim)
        throw new JepaError(
          'shape',
          `state: action blocks must be [..., ${actionDim}] (frame skip x action dimension), got [${blocks.shape}]; check frameSkip`,
        );
      let after = z;
      for (let from = 0; from < actionDim; from += width) {
        const action = perStep === 1 ? blocks : slice(blocks, -1, from, from + width);
        after =
          frame === undefined
            ? add(after, m.change(concat([after, action], -1)))
            : stepInFrame(frame, numbers, (x) => m.change(x), after, action);
      }
      return after;
    };
    const unroll = (z: Tensor, blocks: Tensor): Tensor => {
      const states: Tensor[] = [];
      for (let t = 0; t < blocks.shape[1]!; t++) states.push(predict(states.at(-1) ?? z, at(blocks, 1, t)));
      return stack(states, 1);
    };
    return {
      embed,
      predict,
      unroll,
      rollout(context, plans) {
        const [E, S, H] = plans.shape as [number, number, number, number];
        const C = context.shape[1]!;
        const perSample = broadcastTo(reshape(context, [E, 1, C, D]), [E, S, C, D]);
        const start = reshape(at(perSample, 2, C - 1), [E * S, D]);
        const imagined = unroll(start, reshape(plans, [E * S, H, actionDim]));
        return concat([perSample, reshape(imagined, [E, S, H, D])], 2);
      },
    };
  });
}

/** The cost of the numbers that a goal is about, those of `goalAt`, default all. */
export function stateGoalCost(config: StateWorldConfig): Cost {
  const { goalAt, cost = 'last' } = config;
  const dim = stateWorldDim(config);
  if (goalAt === undefined) return planCost(cost, dim);
  const counted = (t: Tensor): Tensor =>
    concat(
      goalAt.map((i) => slice(t, -1, i, i + 1)),
      -1,
    );
  const own = planCost(cost, goalAt.length);
  const graph = module(
    { '': own.module },
    ({ '': score }): CostGraph =>
      (imagined, goal, at) =>
        score(counted(imagined), counted(goal), at),
  );
  return defineCost({ ...own, dim, module: graph });
}
