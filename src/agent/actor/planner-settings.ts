// The settings of planning in a world model as plain data, for recipes and for the headers of model files, and the solver that
// they stand for.

import type { Normaliser } from '../../data/index.ts';
import { type Solver, solverNamed } from '../../plan/index.ts';
import { type ActionBounds, blockBox } from './block-box.ts';

/** How many candidates a planner may try, and how often. */
export interface SolverBudget {
  /** A published planner, such as `cem/le-wm`, see `solverNames`. */
  readonly solver: string;
  readonly samples: number;
  readonly elites: number;
  readonly iterations: number;
  /** Deviation of the first candidates in normalised actions; of `cem/*` and `icem/*`. @default the planner's own */
  readonly initialStd?: number;
  /** Colour of the noise along time; of `icem/*`. @default the planner's own */
  readonly noiseBeta?: number;
  /** Whether the noise is coloured from block to block, or from step to step within blocks too; of `icem/*`. @default 'blocks' */
  readonly noiseAlong?: 'blocks' | 'steps';
  /** What is carried out, the mean of the elites or the cheapest candidate; of `icem/*`. @default the planner's own */
  readonly plan?: 'mean' | 'best-elite';
  /** Whether candidates are cut to the bounds of actions, as the world cuts them. @default false, but in random shooting */
  readonly boxed?: boolean;
}

/** The name of the cost that a world model scores plans with when no other is asked for. */
export const OWN_COST = 'own';

/** Everything that determines how an agent plans. */
export interface PlannerSettings extends SolverBudget {
  /** Blocks of a plan. */
  readonly horizon: number;
  /** Blocks of it that are executed before it plans again. */
  readonly recedingHorizon: number;
  /** The most frames of context, as far as the model looks back. */
  readonly history: number;
  /** The name of the learned cost that scores plans. @default `own`, the model's */
  readonly cost?: string;
}

/** The settings that the recipes of this project plan with, for files that name none. */
export const DEFAULT_PLANNER: PlannerSettings = {
  solver: 'cem/le-wm',
  samples: 128,
  elites: 16,
  iterations: 6,
  horizon: 5,
  recedingHorizon: 5,
  history: 1,
};

/**
 * The solver of a budget. Random shooting draws from the action bounds, the others from a normal distribution that is cut to them where
 * the budget is boxed.
 *
 * @throws JepaError 'usage' for an unknown solver, with the nearest name
 */
export function budgetSolver(
  { solver, boxed = solver === 'random-shooting', ...changes }: SolverBudget,
  bounds: ActionBounds,
  actions: Normaliser,
  frameSkip: number,
): Solver {
  const { samples, elites, iterations, initialStd, noiseBeta, noiseAlong, plan } = changes;
  return solverNamed(solver, {
    ...{ samples, elites, iterations },
    ...(initialStd === undefined ? {} : { initialStd }),
    ...(noiseBeta === undefined ? {} : { noiseBeta }),
    ...(noiseAlong === 'steps' ? { blockSteps: frameSkip } : {}),
    ...(plan === undefined ? {} : { plan }),
    ...(boxed ? { constraint: blockBox(bounds, actions, frameSkip) } : {}),
  });
}
