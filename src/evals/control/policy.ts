// What is scored: an actor, which is shown observations and nothing else, or a baseline that looks into the simulator and says
// so by its type. Both are run by `runControl`.

import type { Actor } from '../../agent/index.ts';
import { fold, type Key, type Stream, stream } from '../../core/index.ts';
import type { Env, Policy } from '../../envs/index.ts';
import type { Decision } from '../../plan/index.ts';
import type { ControlTask, DrawName } from './tasks.ts';

/** What a baseline may look at in one step of N tasks; it must not move the worlds. */
export interface ControlBatch {
  readonly tasks: readonly ControlTask[];
  /** Steps taken so far; 0 begins a run, and policies with memory begin anew. */
  readonly step: number;
  readonly envs: readonly Env[];
  readonly dead: Uint8Array;
  readonly key: Key;
  /** What names the draws of each task under `key`: its place, or what it is wherever it stands. */
  readonly names: readonly DrawName[];
  /** Writes the picture that a task shows now, and that of its goal, to `out` at `offset`. */
  observe(task: number, out: Uint8Array, offset: number): void;
  goal(task: number, out: Uint8Array, offset: number): void;
}

/** Raw actions [N, A], and the plans behind them if any were made in this step. */
export interface ControlActions {
  readonly actions: Float32Array;
  readonly decisions?: readonly Decision[];
  readonly planMs?: number;
}

/** A baseline that looks into the simulator: the random floor, experts, oracles. */
export interface SimulatorPolicy {
  readonly name: string;
  readonly simulator: true;
  act(batch: ControlBatch): ControlActions | Promise<ControlActions>;
}

/** Whatever can be scored. */
export type ControlPolicy = Actor | SimulatorPolicy;

/** Whether a policy looks into the simulator; what does not is an actor. */
export function looksInside(policy: ControlPolicy): policy is SimulatorPolicy {
  return 'simulator' in policy;
}

/**
 * A policy of the `envs` room (random, expert, oracle), one instance and one stream of random numbers per task.
 *
 * @example
 * const floor = envPolicy(() => randomPolicy());
 */
export function envPolicy(make: () => Policy): SimulatorPolicy {
  const { name } = make();
  let actors: { policy: Policy; random: Stream }[] = [];
  return {
    name,
    simulator: true,
    act({ step, envs, dead, key, names }) {
      if (step === 0) {
        actors = envs.map((_, task) => ({ policy: make(), random: stream(fold(key, name, ...names[task]!)) }));
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
