// The ceiling of a control table where no exact policy is known: a planner that imagines with the true world. It sees
// states, so it is an oracle; it has no other advantage, in particular no look at the recording a task was cut from.
//
// Steps are functions of state, goal, factors and action, so a plan that reaches the goal in a copy of the world reaches
// it in the world: it is carried out to the end, and planning goes on only while no such plan is known.
//
// Legend: H planned actions, each held for some steps, A numbers of an action, k elites.

import { fold, JepaError, type Key } from '../../core/index.ts';
import { type Env, makePolicy, type SearchSettings } from '../../envs/index.ts';
import { type Decision, icem, type Solver, shiftPlans } from '../../plan/index.ts';
import { type ControlActions, envPolicy, type SimulatorPolicy } from './policy.ts';
import { type SimulatorPlans, simulatorProblem, toRaw } from './simulator.ts';
import type { DrawName } from './tasks.ts';

/** What a simulator oracle does. */
export interface SimulatorOptions extends SimulatorPlans {
  /**
   * Makes a copy of a task's world to imagine in: same dynamics, any picture size. Factors, state and goal are set here.
   */
  readonly makeEnv: (env: Env) => Env;
  readonly solver: Solver;
  /** Planned actions carried out before planning again, while no plan reaches the goal. @default 1 */
  readonly replanEvery?: number;
  /**
   * Solves of one decision, at most: while no plan of a task reaches its goal, it is planned again from nothing, and the
   * best plan of all counts. Most decisions need one. @default 1
   */
  readonly attempts?: number;
  /** @default 'simulator' */
  readonly name?: string;
}

/** One task's copy and what is left of its plan. */
interface Slot {
  readonly copy: Env;
  /** Raw actions still to take, [A] each. */
  queue: Float32Array[];
  /** The last plan [H, A] and its rivals [k, H, A] in units of the range, moved on by what was carried out. */
  rest: Float32Array;
  elites: Float32Array;
  plans: number;
}

/** A plan [H, A] in units of the range, its rivals [k, H, A] and its cost. */
interface Found {
  readonly plan: Float32Array;
  readonly elites: Float32Array;
  readonly cost: number;
}

const NOTHING = new Float32Array(0);

/** Puts `copy` where `env` is. */
export function copyInto(copy: Env, env: Env): void {
  for (const [name, { binding }] of Object.entries(env.spec.factors)) {
    if (binding !== undefined) continue;
    const value = env.factor(name);
    // Setting a factor makes the world derive its scene again.
    if (String(copy.factor(name)) !== String(value)) copy.setFactor(name, value);
  }
  copy.setState(env.state());
  copy.setGoal(env.goal());
}

/** A copy of a task's world. Throws `usage` when another world is made. */
export function copyOf(env: Env, makeEnv: (env: Env) => Env): Env {
  const copy = makeEnv(env);
  if (copy.spec.id === env.spec.id) return copy;
  throw new JepaError(
    'usage',
    `simulatorPolicy: makeEnv must make the world of the task, '${env.spec.id}', got '${copy.spec.id}'`,
    { expected: env.spec.id, got: copy.spec.id },
  );
}

/**
 * Acts in every task by planning in a copy of its world: plan, carry out the whole plan if it reaches the goal, else
 * `replanEvery` actions of it, and plan again from there. At the goal it stands still as long as that keeps it there.
 *
 * @throws JepaError `usage` when `makeEnv` makes another world than the task's, or for a horizon, hold, replanEvery or
 * attempts that cannot be.
 *
 * @example
 * const ceiling = simulatorPolicy({
 *   makeEnv: () => pushT({ imageSize: 16 }),
 *   solver: icem({ samples: 64, elites: 8, iterations: 8, plan: 'best-elite' }),
 *   horizon: 25,
 *   replanEvery: 5,
 * });
 */
export function simulatorPolicy(options: SimulatorOptions): SimulatorPolicy {
  const { makeEnv, solver, horizon, hold = 1, replanEvery = 1, attempts = 1, name = 'simulator' } = options;
  for (const [what, value] of Object.entries({ replanEvery, attempts })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new JepaError('usage', `simulatorPolicy: ${what} must be a whole number of at least 1, got ${value}`);
  }
  let slots: Slot[] = [];

  function slotOf(env: Env): Slot {
    return { copy: copyOf(env, makeEnv), queue: [], rest: NOTHING, elites: NOTHING, plans: 0 };
  }

  /** The best plan of each waiting task in up to `attempts` solves. */
  async function findPlans(
    waiting: readonly number[],
    actionDim: number,
    key: Key,
    names: readonly DrawName[],
  ): Promise<Map<number, Found>> {
    const length = horizon * actionDim;
    const found = new Map<number, Found>();
    let open = waiting;
    for (let attempt = 0; attempt < attempts && open.length > 0; attempt++) {
      const own = open.map((task) => slots[task]!);
      const problem = simulatorProblem(
        own.map(({ copy }) => copy),
        { horizon, hold },
      );
      const init = new Float32Array(open.length * length);
      if (attempt === 0) for (const [n, { rest }] of own.entries()) init.set(rest, n * length);
      const result = await solver.solve(problem, {
        key,
        taskKeys: open.map((task) => fold(key, name, ...names[task]!, slots[task]!.plans, attempt)),
        init,
        ...(attempt === 0 ? { elites: own.map(({ elites }) => elites) } : {}),
      });
      // What a solver says of its plan's cost is not the plan's cost in every solver.
      const costs = await problem.cost(result.plan, 1);
      for (const [n, task] of open.entries()) {
        const cost = costs[n]!;
        if (cost >= (found.get(task)?.cost ?? Number.POSITIVE_INFINITY)) continue;
        const plan = result.plan.slice(n * length, (n + 1) * length);
        found.set(task, { plan, elites: result.elites?.[n] ?? NOTHING, cost });
      }
      open = open.filter((task) => found.get(task)!.cost >= 0);
    }
    return found;
  }

  /** Queues a plan's actions and keeps the rest of it. */
  function follow(slot: Slot, { plan, elites, cost }: Found, { spec }: Env): Omit<Decision, 'env'> {
    const { actionDim } = spec;
    const raw = Float32Array.from({ length: horizon * hold * actionDim }, (_, i) =>
      toRaw(spec, plan[Math.floor(i / (hold * actionDim)) * actionDim + (i % actionDim)]!),
    );
    const executed = cost < 0 ? Math.round((cost + 2) * horizon * hold) : Math.min(replanEvery, horizon) * hold;
    const done = Math.floor(executed / hold);
    slot.queue = Array.from({ length: executed }, (_, t) => raw.slice(t * actionDim, (t + 1) * actionDim));
    slot.rest = shiftPlans(plan, horizon, actionDim, done);
    slot.elites = shiftPlans(elites, horizon, actionDim, done);
    slot.plans++;
    return { plan: raw, executed, cost };
  }

  return {
    name,
    simulator: true,
    async act({ step, envs, dead, key, names }): Promise<ControlActions> {
      if (step === 0) slots = envs.map(slotOf);
      const { spec } = envs[0]!;
      const { actionDim } = spec;
      const still = new Float32Array(actionDim).fill(toRaw(spec, 0));
      const waiting: number[] = [];
      for (const [task, slot] of slots.entries()) {
        const env = envs[task]!;
        if (dead[task] || slot.queue.length > 0) continue;
        copyInto(slot.copy, env);
        if (env.solved() && slot.copy.step(still).terminated) {
          slot.queue = [still];
          continue;
        }
        slot.copy.setState(env.state());
        waiting.push(task);
      }
      const began = performance.now();
      const found = await findPlans(waiting, actionDim, key, names);
      const planMs = performance.now() - began;
      const decisions = [...found].map(([task, plan]) => ({ env: task, ...follow(slots[task]!, plan, envs[task]!) }));
      const actions = new Float32Array(envs.length * actionDim).fill(Number.NaN);
      for (const [task, { queue }] of slots.entries()) {
        if (!dead[task]) actions.set(queue.shift()!, task * actionDim);
      }
      return { actions, decisions, planMs };
    },
  };
}

/** Settings under which it reaches nearly every goal 25 recorded steps away; in README.md what they were measured to do. */
const usual: SearchSettings = {
  ...{ samples: 64, elites: 8, iterations: 8, noiseBeta: 3, initialStd: 0.5 },
  ...{ horizon: 25, replanEvery: 5, attempts: 4 },
};

/**
 * The simulator oracle of a world under the name 'oracle', with the settings that the world declares or the usual ones.
 *
 * @example
 * const ceiling = simulatorOracle(() => pushT({ imageSize: 16 }));
 */
export function simulatorOracle(makeEnv: () => Env): SimulatorPolicy {
  const { search = usual } = makeEnv().spec.declares?.oracle ?? {};
  const { samples, elites, iterations, noiseBeta, initialStd, ...plans } = search;
  const solver = icem({ samples, elites, iterations, noiseBeta, initialStd, plan: 'best-elite' });
  return simulatorPolicy({ ...plans, solver, makeEnv, name: 'oracle' });
}

/**
 * The ceiling of a registered world under the name 'oracle': the policy that it declares as its oracle, else `simulatorOracle`.
 *
 * @example
 * const ceiling = worldOracle(() => makeEnv('two-room', { imageSize: 16 }));
 */
export function worldOracle(makeEnv: () => Env): SimulatorPolicy {
  const { id, declares } = makeEnv().spec;
  const own = declares?.oracle?.policy;
  return own === undefined ? simulatorOracle(makeEnv) : { ...envPolicy(() => makePolicy(id, own)), name: 'oracle' };
}
