// The audit of planning costs: the very plans that a planner would choose from are carried out in copies of the true world, so
// that what a cost says of an imagined plan, what it says of the plan's true pictures, and what truly comes of it stand side
// by side. That splits a failure into search, cost and dynamics.
// Legend: E tasks, S plans of each, H blocks, L = 1 + H rows, D width.

import { type CostScorer, observationBytes, observe, type WorldModel, writeObservation } from '../../agent/index.ts';
import { fold, JepaError, type Key, stream } from '../../core/index.ts';
import type { Env, Policy } from '../../envs/index.ts';
import type { ActionStats, PlanProblem } from '../../plan/index.ts';
import type { CostAuditRow } from '../../run/index.ts';
import { type ExecutedPlans, executePlans, type PlanWorlds } from '../control/execute-plans.ts';
import { type ControlTask, placing } from '../control/tasks.ts';
import { withContext } from '../control/true-dynamics.ts';
import type { Population } from './populations.ts';
import { auditRow } from './ranking.ts';

/** A cost under audit. */
export interface AuditedCost {
  readonly name: string;
  readonly scorer: CostScorer;
  /** 'last' where it looks at nothing but the end of a plan, which saves pictures. @default 'all' */
  readonly rows?: 'last' | 'all';
}

/** What is audited. */
export interface AuditOptions {
  readonly model: WorldModel;
  readonly costs: readonly AuditedCost[];
  readonly tasks: readonly ControlTask[];
  /** An environment that fits the task's episode, as for `runControl`. */
  readonly makeEnv: (task: ControlTask, index: number) => Env;
  readonly populations: readonly Population[];
  readonly actions: ActionStats;
  /** Steps of a block. */
  readonly frameSkip: number;
  /** H */
  readonly horizon: number;
  /** S @default 64 */
  readonly samples?: number;
  /** A policy that reaches goals: its steps from where a plan ends are a second truth. */
  readonly oracle?: () => Policy;
  /** The most steps that the oracle is given. @default 100 */
  readonly togoCap?: number;
  readonly key: Key;
  /** Called before each part; throw to stop. */
  readonly onPart?: (part: string) => void;
}

/** Plans imagined in one call. */
const IMAGINED = 3000;

/** Imagined embeddings of plans [E, S, H, A] from one row of context [E, D]: [E, S, 1 + H, D]. */
export async function imaginePlans(
  model: WorldModel,
  context: Float32Array,
  plans: Float32Array,
  samples: number,
  horizon: number,
): Promise<Float32Array> {
  const { dim, actionDim } = model.dynamics;
  const E = context.length / dim;
  const row = samples * (1 + horizon) * dim;
  const out = new Float32Array(E * row);
  const group = Math.min(E, Math.max(1, Math.floor(IMAGINED / samples)));
  for (let from = 0; from < E; from += group) {
    const n = Math.min(group, E - from);
    const length = samples * horizon * actionDim;
    const all = await model.imagine({
      context: context.subarray(from * dim, (from + n) * dim),
      executed: new Float32Array(0),
      plans: plans.subarray(from * length, (from + n) * length),
      ...{ tasks: n, contextLength: 1, samples, horizon },
    });
    out.set(all, from * row);
  }
  return out;
}

/** Embeddings of where tasks start and of their goals, [E, D] each, as the controller sees them. */
export async function seenTasks(
  model: WorldModel,
  worlds: readonly Env[],
  tasks: readonly ControlTask[],
): Promise<{ readonly context: Float32Array; readonly goals: Float32Array }> {
  const { senses } = model.dynamics;
  const { all } = observationBytes(senses);
  const shown = (write: (world: Env, task: ControlTask, out: Uint8Array, at: number) => void): Uint8Array => {
    const out = new Uint8Array(tasks.length * all);
    for (const [i, task] of tasks.entries()) write(worlds[i]!, task, out, i * all);
    return out;
  };
  const picture = (frame: Uint8Array | undefined, render: (to: Uint8Array, at: number) => void) =>
    frame === undefined ? render : (to: Uint8Array, at: number): void => to.set(frame, at);
  const starts = shown((world, { startFrame }, out, at) => {
    if (startFrame === undefined) observe(world, senses, out, at);
    else writeObservation(senses, { draw: picture(startFrame, world.render), state: () => world.state() }, out, at);
  });
  const aims = shown((world, { goalFrame, goalState }, out, at) =>
    writeObservation(senses, { draw: picture(goalFrame, world.renderGoal), state: () => goalState }, out, at),
  );
  return { context: await model.encode(starts, tasks.length), goals: await model.encode(aims, tasks.length) };
}

/** Steps that a policy needs from each of the states [E, S, G] to the goal of its world: 0 at the goal, `cap` where it does not get there. */
export function stepsToGo(
  worlds: readonly Env[],
  states: Float32Array,
  make: () => Policy,
  cap: number,
  key: Key,
): Float64Array {
  const { stateDim } = worlds[0]!.spec;
  const samples = states.length / (worlds.length * stateDim);
  const steps = new Float64Array(worlds.length * samples);
  const policy = make();
  for (const [task, world] of worlds.entries()) {
    const before = world.state();
    for (let s = 0; s < samples; s++) {
      const row = task * samples + s;
      world.setState(states.subarray(row * stateDim, (row + 1) * stateDim));
      policy.reset?.();
      const random = stream(fold(key, row));
      let t = 0;
      while (t < cap && !world.solved()) {
        world.step(policy.act(world, random));
        t++;
      }
      steps[row] = t;
    }
    world.setState(before);
  }
  return steps;
}

/** Plans with everything that is known of them, whatever the cost. */
interface Carried {
  readonly plans: Float32Array;
  readonly imagined: Float32Array;
  readonly truly: ExecutedPlans;
  readonly togo: Float64Array | undefined;
}

/**
 * Audits costs on a model: a row for every population, cost and truth.
 *
 * The task's error of a plan is the world's distance to the goal at its end over the distance that counts as reached, so that 1 is
 * the edge of success; worlds made elsewhere that declare none are compared by their distance as it is.
 *
 * @throws JepaError `usage` for no tasks, costs or populations; what the worlds say of a start or goal that they refuse
 *
 * @example
 * const rows = await auditCosts({
 *   model, tasks, makeEnv, actions, frameSkip: 5, horizon: 5, key: key(0),
 *   costs: [{ name: 'latent/last', scorer: costScorer({ cost: planCost('last', 16), values: nothing }), rows: 'last' }],
 *   populations: [searchPopulation(solver, 'first'), searchPopulation(solver, 'last')],
 * });
 */
export async function auditCosts(options: AuditOptions): Promise<readonly CostAuditRow[]> {
  const { model, costs, tasks, makeEnv, populations, actions, frameSkip, horizon, samples = 64 } = options;
  const { oracle, togoCap = 100, key, onPart = () => {} } = options;
  if (tasks.length === 0 || costs.length === 0 || populations.length === 0) {
    throw new JepaError(
      'usage',
      `auditCosts: needs tasks, costs and populations, got ${tasks.length}, ${costs.length} and ${populations.length}`,
    );
  }
  const { dim, actionDim, name: modelName } = model.dynamics;
  const worlds = tasks.map((task, index) => {
    const env = makeEnv(task, index);
    placing('auditCosts', task, () => {
      env.setState(task.start);
      env.setGoal(task.goal);
    });
    return env;
  });
  const E = tasks.length;
  const given: PlanWorlds = { worlds, actions, frameSkip, horizon };
  const within = worlds[0]!.spec.declares?.solvedWithin ?? 1;
  const beyond = tasks.some(({ row, goalRow }) => goalRow - row > horizon * frameSkip);
  const { context, goals } = await seenTasks(model, worlds, tasks);
  const keys = tasks.map(({ episode, row, goalRow }) => fold(key, 'plans', episode, row, goalRow));

  const scored = (
    { scorer }: AuditedCost,
    imagined: Float32Array,
    blocks: Float32Array,
    n: number,
  ): Promise<Float32Array> =>
    scorer.score({
      ...{ imagined, goals, tasks: E, samples: n, rows: imagined.length / (E * n * dim) },
      plans: { blocks, horizon, actionDim },
    });
  const problem = (cost: AuditedCost): PlanProblem => ({
    ...{ name: modelName, tasks: E, horizon, actionDim, absolute: cost.scorer.cost.absolute },
    cost: async (candidates, n) =>
      scored(cost, await imaginePlans(model, context, candidates, n, horizon), candidates, n),
  });
  const carryOut = async (population: Population, cost: AuditedCost, rows: 'last' | 'all'): Promise<Carried> => {
    const plans = await population.draw({ problem: problem(cost), samples, keys });
    const truly = await executePlans(model, given, plans, samples, rows);
    return {
      plans,
      imagined: await imaginePlans(model, context, plans, samples, horizon),
      truly,
      togo: oracle && stepsToGo(worlds, truly.states, oracle, togoCap, fold(key, 'togo', population.name)),
    };
  };

  const out: CostAuditRow[] = [];
  for (const population of populations) {
    const wanted = costs.some(({ rows }) => rows !== 'last') ? 'all' : 'last';
    let shared: Carried | undefined;
    for (const cost of costs) {
      onPart(`${population.name}, ${cost.name}`);
      const rows = population.ofCost ? (cost.rows ?? 'all') : wanted;
      const carried = (population.ofCost ? undefined : shared) ?? (await carryOut(population, cost, rows));
      if (!population.ofCost) shared = carried;
      const { plans, imagined, truly, togo } = carried;
      const named = { cost: cost.name, population: population.name };
      const both = {
        ...{ tasks: E, samples, solved: truly.solved, beyond },
        imagined: await scored(cost, imagined, plans, samples),
        encoded: await scored(cost, withContext(context, truly.z, samples, dim), plans, samples),
      };
      out.push(auditRow({ ...named, truth: 'error' }, { ...both, truth: truly.distance.map((d) => d / within) }));
      if (togo !== undefined) out.push(auditRow({ ...named, truth: 'togo' }, { ...both, truth: togo }));
    }
  }
  return out;
}
