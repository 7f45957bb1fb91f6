// Acting along ways over a graph of recordings: at every block the waypoint some blocks ahead becomes the goal of a policy between
// embeddings, or of a planner.
// Legend: N tasks, C context frames, D width of an embedding, A numbers of a block.

import { JepaError } from '../../core/index.ts';
import type { Planner, PlanProblem, PlanRequest } from '../../plan/index.ts';
import type { RouteGuide } from '../memory/route-waypoints.ts';
import { observationBytes } from '../perception/observation.ts';
import type { LatentTasks, WorldModel } from '../world-model/world-model.ts';
import { type Actor, type ActorOptions, planningActor } from './actor.ts';
import type { LatentPolicyModel } from './latent-policy-model.ts';

/** What follows ways: the model that embeds, the graph of its embeddings, and what reaches a waypoint. */
export interface WaypointPolicy {
  readonly model: WorldModel;
  readonly guide: RouteGuide;
  readonly policy: LatentPolicyModel;
}

function checkWidth(what: string, dim: number, { dynamics }: WorldModel): void {
  if (dim === dynamics.dim) return;
  throw new JepaError(
    'usage',
    `waypoints: the ${what} must be of embeddings of ${dynamics.name}, which have ${dynamics.dim} numbers, got ${dim}; make it with this model`,
    { dim, model: dynamics.dim },
  );
}

/**
 * A planner whose plan is one block: the policy's, toward the waypoint. Older frames, warm starts and keys are not looked at; the
 * cost is the blocks that are left to the goal. The ways to a goal are found once.
 *
 * @throws JepaError 'usage' when the graph or the policy is of other embeddings; 'data' from a plan when no way leads to a goal
 * @example
 * const controller = mpc(waypointPlanner({ model, guide: routeGuide(graph), policy }), { horizon: 1, ...sizes });
 */
export function waypointPlanner({ model, guide, policy }: WaypointPolicy): Planner {
  checkWidth('graph', guide.graph.record.dim, model);
  checkWidth('policy', policy.dim, model);
  if (policy.actionDim !== model.dynamics.actionDim)
    throw new JepaError(
      'usage',
      `waypoints: blocks of ${model.dynamics.name} have ${model.dynamics.actionDim} numbers, those of the policy ${policy.actionDim}`,
    );
  const { all: bytes } = observationBytes(model.dynamics.senses);
  return async ({ envs, context, frames, goals }) => {
    const N = envs.length;
    const current = new Uint8Array(N * bytes);
    for (let n = 0; n < N; n++) {
      const last = n * context + context - 1;
      current.set(frames.subarray(last * bytes, (last + 1) * bytes), n * bytes);
    }
    const now = await model.encode(current, N);
    const { subgoals, distance } = guide.toward(now, await model.encode(goals, N), envs);
    return { plan: await policy.act(now, subgoals, N), cost: distance, iterations: [] };
  };
}

/**
 * The same as an actor that looks again after every block. Its name is 'waypoints' unless another is given.
 *
 * @throws JepaError as `waypointPlanner`; `act` of the actor throws when no way leads to a goal
 * @example
 * const actor = waypointActor({ model, guide: routeGuide(graph), policy }, { tasks: 1, frameSkip: 5, actions, key: key(0) });
 */
export function waypointActor(
  parts: WaypointPolicy,
  options: Omit<ActorOptions, 'name'> & { readonly name?: string },
): Actor {
  const planning = {
    senses: parts.model.dynamics.senses,
    planner: waypointPlanner(parts),
    horizon: 1,
    recedingHorizon: 1,
  };
  return planningActor(planning, { name: 'waypoints', ...options });
}

/**
 * The planning tasks whose goals are the waypoints on the way to the given ones, for `problemBetween` of a model. `names` names
 * the tasks in errors.
 *
 * @throws JepaError 'data' when no way leads to a goal
 */
export function towardWaypoints(guide: RouteGuide, tasks: LatentTasks, names?: readonly number[]): LatentTasks {
  const { dim: D } = guide.graph.record;
  const { context, tasks: N, contextLength: C, goals } = tasks;
  const now = new Float32Array(N * D);
  for (let n = 0; n < N; n++) now.set(context.subarray(((n + 1) * C - 1) * D, (n + 1) * C * D), n * D);
  return { ...tasks, goals: guide.toward(now, goals, names).subgoals };
}

/**
 * The planning problem of a request toward its waypoints, in place of `model.problem`.
 *
 * @throws JepaError 'usage' when the graph is of other embeddings; 'data' when no way leads to a goal
 * @example
 * const planner = solverPlanner(icem(), (request) => waypointProblem(model, guide, request, 5));
 */
export async function waypointProblem(
  model: WorldModel,
  guide: RouteGuide,
  { envs, context: C, frames, blocks, goals }: PlanRequest,
  horizon: number,
): Promise<PlanProblem> {
  checkWidth('graph', guide.graph.record.dim, model);
  const E = envs.length;
  const tasks: LatentTasks = {
    context: await model.encode(frames, E * C),
    executed: blocks,
    goals: await model.encode(goals, E),
    tasks: E,
    contextLength: C,
    horizon,
  };
  return model.problemBetween(towardWaypoints(guide, tasks, envs));
}
