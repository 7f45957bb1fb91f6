// What acts: for each of N tasks an observation and a goal in, an action out, with whatever it remembers kept inside. It is
// handed bytes and nothing else, so it cannot look into a simulator. Planners and goal policies are both actors.
// Legend: N tasks, A numbers of one environment step's action, H planned blocks, R executed blocks, F steps per block.

import type { Key } from '../../core/index.ts';
import type { Normaliser } from '../../data/index.ts';
import { type Mpc, type MpcInput, type MpcStep, mpc, type Planner } from '../../plan/index.ts';
import type { Senses } from '../../world/index.ts';
import { observationBytes } from '../perception/observation.ts';
import { type PolicyModel, policyPlanner } from './policy-model.ts';

/** What an actor is shown in one step: packed observations and goals of its senses, asked for only where they are needed. */
export type ActorInput = MpcInput;

/** Raw actions [N, A], NaN for dead tasks, with the decisions behind them where any were made in this step. */
export type ActorStep = MpcStep;

/** Acts for N tasks at once. */
export interface Actor {
  readonly name: string;
  /** What `observe` and `goal` must write, packed in this order. */
  readonly senses: Senses;
  /** One raw action for each task. */
  act(input: ActorInput): Promise<ActorStep>;
  /** Forgets what it remembers of the given tasks (default: all), as after an environment's reset. */
  reset(tasks?: readonly number[]): void;
}

/** Sizes and pace of an actor. */
export interface ActorOptions {
  readonly name: string;
  /** N */
  readonly tasks: number;
  /** F, environment steps of a block. */
  readonly frameSkip: number;
  /** Of single raw actions: plans are in normalised ones. */
  readonly actions: Normaliser;
  /** Names the draws of every plan. */
  readonly key: Key;
  /** What names the draws of each task under `key`. @default its place among the tasks */
  readonly names?: readonly (readonly (number | string)[])[];
}

/** What plans, and how far it looks. */
export interface Planning {
  readonly senses: Senses;
  readonly planner: Planner;
  /** H */
  readonly horizon: number;
  /** R. @default horizon */
  readonly recedingHorizon?: number;
  /** The most frames of context that the planner is given. @default 1 */
  readonly history?: number;
}

/**
 * A controller as an actor.
 *
 * @example
 * const actor = controllerActor('planner', model.dynamics.senses, mpc(planner, sizes));
 */
export function controllerActor(name: string, senses: Senses, controller: Mpc): Actor {
  return { name, senses, act: (input) => controller.act(input), reset: (tasks) => controller.reset(tasks) };
}

/**
 * A planner that plans H blocks, executes R of them and plans again.
 *
 * @throws JepaError 'usage' for sizes that cannot be
 * @example
 * const planner = solverPlanner(cem(), (request) => model.problem(request, 5));
 * const actor = planningActor({ senses: model.dynamics.senses, planner, horizon: 5 }, { name: 'cem', tasks: 1, frameSkip: 5, actions, key: key(0) });
 */
export function planningActor(planning: Planning, options: ActorOptions): Actor {
  const { name, tasks, frameSkip, actions, key, names } = options;
  const { senses, planner, horizon, recedingHorizon = horizon, history = 1 } = planning;
  const controller = mpc(planner, {
    envs: tasks,
    frameSize: observationBytes(senses).all,
    actionDim: actions.mean.length,
    horizon,
    recedingHorizon,
    actionBlock: frameSkip,
    historyLength: history,
    actionStats: actions,
    key,
    ...(names === undefined ? {} : { names }),
  });
  return controllerActor(name, senses, controller);
}

/**
 * A goal policy that is asked again whenever its first block is done. Its name is the policy's unless another is given.
 *
 * @example
 * const actor = policyActor(policyModel(policy, values), { tasks: 1, frameSkip: 5, actions, key: key(0) });
 */
export function policyActor(
  model: PolicyModel,
  options: Omit<ActorOptions, 'name'> & { readonly name?: string },
): Actor {
  const { senses, horizon, name } = model.policy;
  return planningActor({ senses, planner: policyPlanner(model), horizon, recedingHorizon: 1 }, { name, ...options });
}
