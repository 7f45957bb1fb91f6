// The planners of an experiment: published solvers at the configured budgets, as actors that the control protocol scores.

import { type Actor, budgetSolver, planningActor, type SolverBudget, type WorldModel } from '../../agent/index.ts';
import type { Normaliser } from '../../data/index.ts';
import type { DrawName } from '../../evals/index.ts';
import { type Planner, type Solver, solverPlanner } from '../../plan/index.ts';
import type { Senses } from '../../world/index.ts';
import { keyFor } from '../keys.ts';
import type { RunContext } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import { interruptible, unlessAborted } from './interruptible.ts';
import { actionBounds } from './stages.ts';

/** The solver of a budget. Random shooting draws from the action bounds, the others from a normal distribution. */
export function solverOf(config: ControlExperiment, budget: SolverBudget, actions: Normaliser): Solver {
  return budgetSolver(budget, actionBounds(config), actions, config.data.frameSkip);
}

/** The tasks that an actor acts for. */
export interface Seats {
  readonly tasks: number;
  /** What names their draws. @default their places */
  readonly names?: readonly DrawName[];
}

/** A planner with what it is shown and how far it looks back. */
export interface Planning extends Seats {
  readonly senses: Senses;
  readonly history: number;
  readonly planner: Planner;
  readonly actions: Normaliser;
}

/** A planner under model-predictive control; `shape` differs where a planner looks less far than the experiment. */
export function controller(
  config: ControlExperiment,
  context: RunContext,
  given: Planning,
  name: string,
  shape: { readonly horizon: number; readonly recedingHorizon: number } = config.plan,
): Actor {
  const { senses, planner, actions, tasks, names } = given;
  const { horizon, recedingHorizon } = shape;
  const history = Math.min(config.plan.history, given.history);
  return planningActor(
    { senses, planner, horizon, recedingHorizon, history },
    {
      ...{ name, tasks, frameSkip: config.data.frameSkip, actions, key: keyFor(context, 'plan') },
      ...(names === undefined ? {} : { names }),
    },
  );
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
