// Model-predictive control of a batch of environments with a receding horizon: plan H blocks, execute the first R of
// them, look again, plan again. Only environments whose queue of actions is empty are planned for, all in one request.
//
// Legend: E environments, A numbers of one environment step's action, H planned blocks, R executed blocks,
// D = actionBlock * A, C context frames.
// Source: stable-worldmodel @addbab4 policy.py:334-543.

import { fold, JepaError, type Key } from '../core/index.ts';
import { type History, history } from './history.ts';
import type { Planner, PlanRequest } from './planner.ts';
import { shiftPlans } from './solver.ts';

/** Per-number mean and deviation of raw actions; normalised = (raw - mean) / std. */
export interface ActionStats {
  readonly mean: ArrayLike<number>;
  readonly std: ArrayLike<number>;
}

export interface MpcOptions {
  /** E. */
  readonly envs: number;
  /** Bytes of one frame. */
  readonly frameSize: number;
  /** A. */
  readonly actionDim: number;
  /** H, in blocks. */
  readonly horizon: number;
  /** R, blocks executed before planning again. @default horizon */
  readonly recedingHorizon?: number;
  /** Environment steps per block. @default 1 */
  readonly actionBlock?: number;
  /** Largest number of context frames. @default 1 */
  readonly historyLength?: number;
  /** Whether the unexecuted rest of a plan starts the next one. @default true */
  readonly warmStart?: boolean;
  /** Plans are in normalised actions; these turn them into raw ones. @default plans are raw */
  readonly actionStats?: ActionStats;
  readonly key: Key;
  /** What names the draws of each environment under `key`. @default its number */
  readonly names?: readonly (readonly (number | string)[])[];
}

/** What a controller may ask for while it decides; frames are rendered only for environments that need them. */
export interface MpcInput {
  /** Writes the current frame of an environment to `out` at `offset`. */
  observe(env: number, out: Uint8Array, offset: number): void;
  /** Writes the goal frame of an environment to `out` at `offset`. */
  goal(env: number, out: Uint8Array, offset: number): void;
  /** Truthy entries get no plan and NaN actions. */
  readonly dead?: ArrayLike<number | boolean>;
}

/** One plan that was made. */
export interface Decision {
  readonly env: number;
  /** The whole plan as raw actions of environment steps, [H * actionBlock, A]. */
  readonly plan: Float32Array;
  /** How many environment steps of it are executed before the next decision. */
  readonly executed: number;
  readonly cost: number;
}

export interface MpcStep {
  /** Raw actions [E, A]; NaN for dead environments. */
  readonly actions: Float32Array;
  /** The plans made in this step, empty while queues last. */
  readonly decisions: readonly Decision[];
  /** Time inside the planner, 0 when nothing was planned. */
  readonly planMs: number;
}

/** A controller with a queue, a leftover plan and a history per environment. */
export interface Mpc {
  /** One action for each environment. */
  act(input: MpcInput): Promise<MpcStep>;
  /** Forgets queue, leftover and history of the given environments (default: all), as after an environment's reset. */
  reset(envs?: readonly number[]): void;
}

interface Slot {
  /** The rest of the current plan in normalised actions, [steps, A]; executed from `at`. */
  queue: Float32Array;
  at: number;
  leftover: Float32Array;
  /** The solver's elites, moved by the executed blocks. */
  elites: Float32Array;
  /** Environment steps since the last reset. */
  steps: number;
  plans: number;
  readonly block: Float32Array;
  readonly past: History;
}

/**
 * A receding-horizon controller around `planner`.
 *
 * The context of a request has min(historyLength, frames seen at block boundaries) frames; when environments at
 * different points of their episodes share a request, shorter ones are padded in front with their oldest frame and zero
 * blocks. Executed blocks are the planned ones, in normalised actions, before the environment clips.
 *
 * @throws JepaError `usage` for sizes that cannot be; `shape` or `numeric` when the planner returns a plan of another
 * size or with values that are not finite.
 */
export function mpc(planner: Planner, options: MpcOptions): Mpc {
  const { envs, frameSize, actionDim, horizon, recedingHorizon = horizon, actionBlock = 1 } = options;
  const { historyLength = 1, warmStart = true, actionStats, key, names } = options;
  if (names !== undefined && names.length !== envs) {
    throw new JepaError('usage', `mpc: names must be one for each of ${envs} environments, got ${names.length}`, {
      envs,
    });
  }
  check({ envs, frameSize, actionDim, horizon, recedingHorizon, actionBlock, historyLength }, actionStats);
  const blockSize = actionBlock * actionDim;
  const planSize = horizon * blockSize;
  const empty = new Float32Array(0);
  const slots: Slot[] = Array.from({ length: envs }, () => ({
    queue: empty,
    at: 0,
    leftover: empty,
    elites: empty,
    steps: 0,
    plans: 0,
    block: new Float32Array(blockSize),
    past: history(historyLength, frameSize),
  }));

  /** Normalised actions [.., A] to raw ones, in a new array. */
  function raw(normalised: Float32Array): Float32Array {
    if (actionStats === undefined) return normalised.slice();
    return normalised.map((value, i) => value * actionStats.std[i % actionDim]! + actionStats.mean[i % actionDim]!);
  }

  function requestFor(waiting: readonly number[], input: MpcInput): PlanRequest {
    const context = Math.max(...waiting.map((env) => slots[env]!.past.frames.length));
    const frames = new Uint8Array(waiting.length * context * frameSize);
    const blocks = new Float32Array(waiting.length * (context - 1) * blockSize);
    const goals = new Uint8Array(waiting.length * frameSize);
    const init = new Float32Array(waiting.length * planSize);
    let warm = false;
    for (const [n, env] of waiting.entries()) {
      const { past, leftover } = slots[env]!;
      const missing = context - past.frames.length;
      for (let c = 0; c < context; c++) {
        frames.set(past.frames[Math.max(0, c - missing)]!, (n * context + c) * frameSize);
        if (c > missing) blocks.set(past.blocks[c - missing - 1]!, (n * (context - 1) + c - 1) * blockSize);
      }
      input.goal(env, goals, n * frameSize);
      if (warmStart && leftover.length > 0) {
        init.set(leftover, n * planSize);
        warm = true;
      }
    }
    const keys = waiting.map((env) => fold(key, ...(names?.[env] ?? [env]), slots[env]!.plans));
    const elites = waiting.map((env) => slots[env]!.elites);
    return {
      envs: waiting,
      context,
      frames,
      blocks,
      goals,
      keys,
      ...(warm ? { init } : {}),
      ...(warm && elites.some((plans) => plans.length > 0) ? { elites } : {}),
    };
  }

  return {
    reset(which = [...slots.keys()]) {
      for (const env of which) {
        const slot = slots[env];
        if (slot === undefined) throw new JepaError('usage', `mpc: env must be below ${envs}, got ${env}`, { env });
        slot.queue = slot.leftover = slot.elites = empty;
        slot.at = slot.steps = 0;
        slot.past.clear();
      }
    },

    async act(input) {
      const waiting: number[] = [];
      for (const [env, slot] of slots.entries()) {
        if (input.dead?.[env]) continue;
        const planning = slot.at === slot.queue.length;
        if (slot.steps % actionBlock === 0 && (planning || historyLength > 1)) {
          slot.past.pushFrame((out) => input.observe(env, out, 0));
        }
        if (planning) waiting.push(env);
      }

      const decisions: Decision[] = [];
      let planMs = 0;
      if (waiting.length > 0) {
        const request = requestFor(waiting, input);
        const start = performance.now();
        const { plan, cost, elites } = await planner(request);
        planMs = performance.now() - start;
        checkPlan(plan, waiting, planSize);
        const executed = recedingHorizon * blockSize;
        for (const [n, env] of waiting.entries()) {
          const own = plan.slice(n * planSize, (n + 1) * planSize);
          const slot = slots[env]!;
          slot.queue = own.subarray(0, executed);
          slot.leftover = own.subarray(executed);
          slot.elites = shiftPlans(elites?.[n] ?? empty, horizon, blockSize, recedingHorizon);
          slot.at = 0;
          slot.plans++;
          decisions.push({ env, plan: raw(own), executed: recedingHorizon * actionBlock, cost: cost[n]! });
        }
      }

      const actions = new Float32Array(envs * actionDim).fill(Number.NaN);
      for (const [env, slot] of slots.entries()) {
        if (input.dead?.[env]) continue;
        const action = slot.queue.subarray(slot.at, slot.at + actionDim);
        slot.at += actionDim;
        actions.set(raw(action), env * actionDim);
        slot.block.set(action, (slot.steps % actionBlock) * actionDim);
        slot.steps++;
        if (historyLength > 1 && slot.steps % actionBlock === 0) slot.past.pushBlock(slot.block);
      }
      return { actions, decisions, planMs };
    },
  };
}

function check(sizes: Readonly<Record<string, number>>, stats: ActionStats | undefined): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new JepaError('usage', `mpc: ${name} must be a whole number of at least 1, got ${value}`, { name, value });
    }
  }
  const { recedingHorizon, horizon, actionDim } = sizes;
  if (recedingHorizon! > horizon!) {
    throw new JepaError(
      'usage',
      `mpc: recedingHorizon must not exceed horizon = ${horizon}, got ${recedingHorizon}; a plan holds only horizon blocks`,
      { recedingHorizon, horizon },
    );
  }
  if (stats !== undefined && (stats.mean.length !== actionDim || stats.std.length !== actionDim)) {
    throw new JepaError(
      'shape',
      `mpc: actionStats must hold ${actionDim} means and deviations (one per number of an environment step's action), got ${stats.mean.length} and ${stats.std.length}`,
      { actionDim },
    );
  }
}

function checkPlan(plan: Float32Array, waiting: readonly number[], planSize: number): void {
  if (plan.length !== waiting.length * planSize) {
    throw new JepaError(
      'shape',
      `mpc: the planner must return ${waiting.length} plans of ${planSize} numbers, got ${plan.length}; check horizon and actionBlock`,
      { got: plan.length, envs: waiting.length, planSize },
    );
  }
  const bad = plan.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const env = waiting[Math.floor(bad / planSize)]!;
    throw new JepaError('numeric', `mpc: the plan of environment ${env} must be finite, got ${plan[bad]}`, { env });
  }
}
