// The planners of an experiment: published solvers at the configured budgets, as policies of the control protocol.

import { observationBytes, type WorldModel } from '../../agent/index.ts';
import type { Normaliser } from '../../data/index.ts';
import { type ControlPolicy, plannerPolicy } from '../../evals/index.ts';
import {
  type ActionConstraint,
  mpc,
  type Planner,
  publishedSolver,
  type Solver,
  solverPlanner,
} from '../../plan/index.ts';
import type { Senses } from '../../world/index.ts';
import type { RunContext } from '../recipe.ts';
import type { ControlExperiment, PlannerBudget } from './config.ts';
import { interruptible, unlessAborted } from './interruptible.ts';
import { actionBounds, keyFor } from './stages.ts';

/** The bounds of the world's actions in normalised blocks. */
function blockBox(config: ControlExperiment, { mean, std }: Normaliser): ActionConstraint {
  const { low, high } = actionBounds(config);
  const each = (bound: number): number[] =>
    Array.from(
      { length: config.data.frameSkip * mean.length },
      (_, i) => (bound - mean[i % mean.length]!) / std[i % mean.length]!,
    );
  return { kind: 'box', low: each(low), high: each(high) };
}

/** The solver of a budget. Random shooting draws from the action bounds, the others from a normal distribution. */
export function solverOf(config: ControlExperiment, budget: PlannerBudget, actions: Normaliser): Solver {
  const { solver, samples, elites, iterations } = budget;
  const constraint = solver === 'random-shooting' ? { constraint: blockBox(config, actions) } : {};
  return publishedSolver(solver, { samples, elites, iterations, ...constraint });
}

/** A planner with what it is shown and how far it looks back. */
export interface Planning {
  readonly senses: Senses;
  readonly history: number;
  readonly planner: Planner;
  readonly actions: Normaliser;
  readonly tasks: number;
}

/** A planner under model-predictive control; `shape` differs where a planner looks less far than the experiment. */
export function controller(
  config: ControlExperiment,
  context: RunContext,
  given: Planning,
  name: string,
  shape: { readonly horizon: number; readonly recedingHorizon: number } = config.plan,
): ControlPolicy {
  const { senses, history, planner, actions, tasks } = given;
  const control = mpc(planner, {
    envs: tasks,
    frameSize: observationBytes(senses).all,
    actionDim: actions.mean.length,
    horizon: shape.horizon,
    recedingHorizon: shape.recedingHorizon,
    actionBlock: config.data.frameSkip,
    historyLength: Math.min(config.plan.history, history),
    actionStats: actions,
    key: keyFor(context, 'plan'),
  });
  return plannerPolicy(control, name, senses);
}

/** Planning in the latent space of a world model; an abort of the signal ends a search between two of its iterations. */
export function latentPlanner(
  config: ControlExperiment,
  model: WorldModel,
  solver: Solver,
  signal: AbortSignal,
): Planner {
  return solverPlanner(solver, async (request) =>
    interruptible(await unlessAborted(signal, () => model.problem(request, config.plan.horizon)), signal),
  );
}
