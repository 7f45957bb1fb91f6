// Everything that is scored acts through one interface: the planner, the random floor and the expert ceiling.

import { writeObservation } from '../../agent/index.ts';
import { fold, type Key, type Stream, stream } from '../../core/index.ts';
import type { Env, Policy } from '../../envs/index.ts';
import type { Decision, Mpc, MpcInput } from '../../plan/index.ts';
import { type Senses, stateDimOf } from '../../world/index.ts';
import type { ControlTask } from './tasks.ts';

/** What a policy may look at in one step of N tasks. Only baselines look into `envs` and `tasks`; none may move them. */
export interface ControlBatch extends MpcInput {
  readonly tasks: readonly ControlTask[];
  /** Steps taken so far; 0 begins a run, and policies with memory begin anew. */
  readonly step: number;
  readonly envs: readonly Env[];
  readonly dead: Uint8Array;
  readonly key: Key;
}

/** Raw actions [N, A], and the plans behind them if any were made in this step. */
export interface ControlActions {
  readonly actions: Float32Array;
  readonly decisions?: readonly Decision[];
  readonly planMs?: number;
}

/** Acts in all environments of a run at once. */
export interface ControlPolicy {
  readonly name: string;
  act(batch: ControlBatch): ControlActions | Promise<ControlActions>;
}

/**
 * A policy of the `envs` room (random, expert, oracle), one instance and one stream of random numbers per task.
 *
 * @example
 * const floor = envPolicy(() => randomPolicy());
 */
export function envPolicy(make: () => Policy): ControlPolicy {
  const { name } = make();
  let actors: { policy: Policy; random: Stream }[] = [];
  return {
    name,
    act({ step, envs, dead, key }) {
      if (step === 0) {
        actors = envs.map((_, task) => ({ policy: make(), random: stream(fold(key, name, task)) }));
      }
      const actionDim = envs[0]!.spec.actionDim;
      const actions = new Float32Array(envs.length * actionDim).fill(Number.NaN);
      for (const [task, { policy, random }] of actors.entries()) {
        if (dead[task]) continue;
        actions.set(policy.act(envs[task]!, random), task * actionDim);
      }
      return { actions };
    },
  };
}

/**
 * A controller that plans from what its model is shown: pictures, and the raw state only where `senses` say so. The default
 * is pictures alone.
 */
export function plannerPolicy(controller: Mpc, name = 'planner', senses?: Senses): ControlPolicy {
  return {
    name,
    act({ step, envs, tasks, observe, goal, dead }) {
      if (step === 0) controller.reset();
      if (senses === undefined || stateDimOf(senses) === 0) return controller.act({ observe, goal, dead });
      return controller.act({
        observe: (i, out, offset) =>
          writeObservation(
            senses,
            { draw: (to, at) => observe(i, to, at), state: () => envs[i]!.state() },
            out,
            offset,
          ),
        goal: (i, out, offset) =>
          writeObservation(
            senses,
            { draw: (to, at) => goal(i, to, at), state: () => tasks[i]!.goalState },
            out,
            offset,
          ),
        dead,
      });
    },
  };
}
