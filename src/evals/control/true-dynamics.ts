// Planning in the true world with a model's cost: candidates are carried out in copies of the worlds, seen, encoded and scored.
// What remains of a planner's failure under it is the cost's or the search's, not the learned dynamics'.
// Legend: E tasks, S candidates, H blocks, A numbers of a block, D width.

import { type CostScorer, observationBytes, observe, type WorldModel, writeObservation } from '../../agent/index.ts';
import { fold, JepaError } from '../../core/index.ts';
import type { Env } from '../../envs/index.ts';
import type { ActionStats, PlanProblem, Solver } from '../../plan/index.ts';
import { shiftPlans } from '../../plan/index.ts';
import { executePlans, type PlanWorlds, type SeenRows } from './execute-plans.ts';
import type { ControlBatch, SimulatorPolicy } from './policy.ts';
import { copyInto } from './simulator-policy.ts';

/** Embeddings that a problem starts from and aims at. */
export interface SeenTasks {
  /** [E, D] each. */
  readonly context: Float32Array;
  readonly goals: Float32Array;
}

/** The embedding before each plan's: [E, D] and [E, S, K, D] -> [E, S, 1 + K, D]. */
export function withContext(context: Float32Array, z: Float32Array, samples: number, dim: number): Float32Array {
  const E = context.length / dim;
  const own = z.length / (E * samples);
  const out = new Float32Array(E * samples * (own + dim));
  for (let row = 0; row < E * samples; row++) {
    const task = Math.floor(row / samples);
    out.set(context.subarray(task * dim, (task + 1) * dim), row * (own + dim));
    out.set(z.subarray(row * own, (row + 1) * own), row * (own + dim) + dim);
  }
  return out;
}

/**
 * The planning problem of worlds as they stand under a cost on embeddings; candidates are normalised plans.
 *
 * @param rows 'last' where the cost looks at nothing but the end, which saves pictures
 */
export function trueDynamicsProblem(
  model: Pick<WorldModel, 'dynamics' | 'encode'>,
  scorer: CostScorer,
  given: PlanWorlds,
  { context, goals }: SeenTasks,
  rows: Exclude<SeenRows, 'none'> = 'all',
): PlanProblem {
  const { dim, actionDim } = model.dynamics;
  const { worlds, horizon } = given;
  const tasks = worlds.length;
  return {
    name: 'true dynamics',
    ...{ tasks, horizon, actionDim, absolute: scorer.cost.absolute },
    async cost(candidates, samples) {
      const { z } = await executePlans(model, given, candidates, samples, rows);
      return scorer.score({
        imagined: withContext(context, z, samples, dim),
        ...{ goals, tasks, samples, rows: 1 + (rows === 'last' ? 1 : horizon) },
        plans: { blocks: candidates, horizon, actionDim },
      });
    },
  };
}

/** How plans are made and carried out. */
export interface TrueDynamicsOptions {
  readonly model: Pick<WorldModel, 'dynamics' | 'encode'>;
  readonly scorer: CostScorer;
  readonly solver: Solver;
  /** A copy of a task's world to try plans in, with pictures as the model knows them; factors, state and goal are set here. */
  readonly makeEnv: (env: Env) => Env;
  readonly actions: ActionStats;
  readonly frameSkip: number;
  readonly horizon: number;
  /** Blocks carried out before planning again. @default horizon */
  readonly recedingHorizon?: number;
  readonly rows?: Exclude<SeenRows, 'none'>;
  /** @default 'true dynamics, <cost>' */
  readonly name?: string;
}

interface Slot {
  readonly copy: Env;
  /** Actions left to take, raw, one after the other, and what is left of the plan after them, normalised. */
  queue: Float32Array;
  rest: Float32Array;
  plans: number;
}

/**
 * A policy that plans as the model's planner does, with the true world in place of the learned dynamics. It looks inside.
 *
 * @throws JepaError `usage` for a receding horizon that cannot be
 */
export function trueDynamicsPolicy(options: TrueDynamicsOptions): SimulatorPolicy {
  const { model, scorer, solver, makeEnv, actions, frameSkip, horizon, recedingHorizon = horizon, rows } = options;
  const { name = `true dynamics, ${scorer.cost.name}` } = options;
  if (!Number.isInteger(recedingHorizon) || recedingHorizon < 1 || recedingHorizon > horizon) {
    throw new JepaError(
      'usage',
      `trueDynamicsPolicy: recedingHorizon must be 1 to horizon = ${horizon}, got ${recedingHorizon}`,
    );
  }
  const { senses, actionDim: A } = model.dynamics;
  const { all } = observationBytes(senses);
  let slots: Slot[] = [];

  async function plan({ tasks, goal, key }: ControlBatch, waiting: readonly number[]): Promise<void> {
    const worlds = waiting.map((task) => slots[task]!.copy);
    const seen = new Uint8Array(waiting.length * all);
    const aims = new Uint8Array(waiting.length * all);
    for (const [n, task] of waiting.entries()) {
      observe(worlds[n]!, senses, seen, n * all);
      const draw = (to: Uint8Array, at: number): void => goal(task, to, at);
      writeObservation(senses, { draw, state: () => tasks[task]!.goalState }, aims, n * all);
    }
    const context = await model.encode(seen, waiting.length);
    const goals = await model.encode(aims, waiting.length);
    const given = { worlds, actions, frameSkip, horizon };
    const init = new Float32Array(waiting.length * horizon * A);
    for (const [n, task] of waiting.entries()) init.set(slots[task]!.rest, n * horizon * A);
    const result = await solver.solve(trueDynamicsProblem(model, scorer, given, { context, goals }, rows), {
      key,
      taskKeys: waiting.map((task) => fold(key, name, task, slots[task]!.plans)),
      init,
    });
    for (const [n, task] of waiting.entries()) {
      const slot = slots[task]!;
      const own = result.plan.slice(n * horizon * A, (n + 1) * horizon * A);
      const actionDim = A / frameSkip;
      slot.queue = own
        .subarray(0, recedingHorizon * A)
        .map((u, i) => u * actions.std[i % actionDim]! + actions.mean[i % actionDim]!);
      slot.rest = shiftPlans(own, horizon, A, recedingHorizon);
      slot.plans++;
    }
  }

  return {
    name,
    simulator: true,
    async act(batch) {
      const { step, envs, dead } = batch;
      const actionDim = A / frameSkip;
      if (step === 0) {
        const none = new Float32Array(0);
        slots = envs.map((env) => ({ copy: makeEnv(env), queue: none, rest: none, plans: 0 }));
      }
      const waiting = slots.flatMap(({ queue }, task) => (dead[task] || queue.length > 0 ? [] : [task]));
      for (const task of waiting) copyInto(slots[task]!.copy, envs[task]!);
      const began = performance.now();
      if (waiting.length > 0) await plan(batch, waiting);
      const planMs = performance.now() - began;
      const taken = new Float32Array(envs.length * actionDim).fill(Number.NaN);
      for (const [task, slot] of slots.entries()) {
        if (dead[task]) continue;
        taken.set(slot.queue.subarray(0, actionDim), task * actionDim);
        slot.queue = slot.queue.subarray(actionDim);
      }
      return { actions: taken, planMs };
    },
  };
}
