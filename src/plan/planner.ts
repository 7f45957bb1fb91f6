// What a controller asks of whatever plans for it: from the recent frames, the blocks executed between them and the
// goal, a plan per environment. The engine, the world model and the solver are behind this function.
//
// Legend: N environments that need a plan now, C context frames, P bytes of a frame, H steps, D = actionBlock * A.

import { JepaError, type Key } from '../core/index.ts';
import type { PlanProblem } from './problem.ts';
import type { PlanResult, Solver } from './solver.ts';

/** A request for plans. Its arrays are fresh and belong to the planner. */
export interface PlanRequest {
  /** The controller's indices of the N environments, ascending. */
  readonly envs: readonly number[];
  /** C; the last frame is the current observation. */
  readonly context: number;
  /** Frames one action block apart, u8 [N, C, P]. */
  readonly frames: Uint8Array;
  /** Normalised blocks executed between those frames, [N, C - 1, D]. */
  readonly blocks: Float32Array;
  /** Goal frames, u8 [N, P]. */
  readonly goals: Uint8Array;
  /** Warm start, the unexecuted rest of the last plan, zero-padded, [N, H, D]; absent when no environment has one. */
  readonly init?: Float32Array;
  /** For each environment, the last plan's elites moved like its rest, [k, H, D] with any k; absent when there are none. */
  readonly elites?: readonly Float32Array[];
  /** Blocks executed in each environment since it was reset. @default unknown */
  readonly done?: readonly number[];
  /** One key per environment. */
  readonly keys: readonly Key[];
}

/** Plans in normalised actions, [N, H, D], with their costs [N]. */
export type Planner = (request: PlanRequest) => PlanResult | Promise<PlanResult>;

/**
 * A planner that turns each request into a problem (encode the context and the goals once, roll candidates out) and
 * gives it to a solver.
 *
 * Throws `shape` when the problem has another number of tasks or another action size than the request.
 */
export function solverPlanner(
  solver: Solver,
  problemOf: (request: PlanRequest) => PlanProblem | Promise<PlanProblem>,
): Planner {
  return async (request) => {
    const problem = await problemOf(request);
    const { envs, context, blocks, keys, init, elites } = request;
    if (problem.tasks !== envs.length || blocks.length !== envs.length * (context - 1) * problem.actionDim) {
      throw new JepaError(
        'shape',
        `solverPlanner: ${problem.name ?? 'the problem'} must have ${envs.length} tasks and blocks [${envs.length}, ${context - 1}, ${problem.actionDim}], got ${problem.tasks} tasks and ${blocks.length} numbers; check actionBlock and the model's action size`,
        { tasks: problem.tasks, envs: envs.length, blocks: blocks.length, actionDim: problem.actionDim },
      );
    }
    return solver.solve(problem, {
      key: keys[0]!,
      taskKeys: keys,
      ...(init === undefined ? {} : { init }),
      ...(elites === undefined ? {} : { elites }),
    });
  };
}
