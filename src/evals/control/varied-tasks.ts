// Tasks in worlds that are otherwise: the recorded start and goal states, with some factors of the world drawn anew, and
// both pictures painted again as the world now looks.

import { fold, JepaError, type Key, stream } from '../../core/index.ts';
import type { Env, FactorValue, Policy } from '../../envs/index.ts';
import type { ControlTask } from './tasks.ts';

/** A task and the factors that its world was given. */
export interface VariedTask {
  readonly task: ControlTask;
  readonly factors: Readonly<Record<string, FactorValue>>;
  /** The task's index among those it was made from. */
  readonly index: number;
}

/** How tasks are varied. */
export interface VaryOptions {
  readonly makeEnv: (task: ControlTask, index: number) => Env;
  readonly tasks: readonly ControlTask[];
  /** Factors drawn for each task. None leaves the world as it is. */
  readonly factors: readonly string[];
  readonly budget: number;
  readonly key: Key;
  /** A policy that says whether a varied task can be solved: its draw is taken when it reaches the goal in the budget. */
  readonly reference?: () => Policy;
  /** Draws tried for each task. */
  readonly draws: number;
}

/** The state with the components that factors bound to it have in `from`. */
function withBound(env: Env, names: readonly string[], from: Float32Array, state: Float32Array): Float32Array {
  const out = state.slice();
  for (const name of names) {
    const { binding, size } = env.spec.factors[name]!;
    if (binding?.vector === 'state') out.set(from.subarray(binding.at, binding.at + size), binding.at);
  }
  return out;
}

/** Whether a policy takes the world from where it stands to its goal; the world is moved. */
function solves(env: Env, policy: Policy, budget: number, key: Key): boolean {
  policy.reset?.();
  const random = stream(key);
  for (let t = 0; t < budget; t++) if (env.step(policy.act(env, random)).terminated) return true;
  return false;
}

function painted(env: Env): Uint8Array {
  const out = new Uint8Array(env.spec.imageSize ** 2 * 3);
  env.render(out);
  return out;
}

/** Puts a world's factors at given values, as far as they are not part of its state. */
export function setFactors(env: Env, factors: Readonly<Record<string, FactorValue>>): void {
  for (const [name, value] of Object.entries(factors)) {
    if (env.spec.factors[name]?.binding === undefined) env.setFactor(name, value);
  }
}

/** One task under one draw; undefined where the world refuses it or the reference does not solve it. */
function varied(options: VaryOptions, task: ControlTask, index: number, draw: number): VariedTask | undefined {
  const { makeEnv, factors, budget, key, reference } = options;
  const env = makeEnv(task, index);
  const names = Object.keys(env.spec.factors).filter((name) => env.spec.factors[name]!.binding === undefined);
  const as = Object.fromEntries(names.filter((n) => !factors.includes(n)).map((name) => [name, env.factor(name)]));
  const own = fold(key, index, draw);
  env.reset(own, { factors: as, vary: factors });
  const drawn = env.state();
  const values = Object.fromEntries(factors.map((name) => [name, env.factor(name)]));
  const start = withBound(env, factors, drawn, task.start);
  const goalState = withBound(env, factors, drawn, task.goalState);
  let goalFrame: Uint8Array;
  try {
    env.setState(goalState);
    goalFrame = painted(env);
    env.setState(start);
    env.setGoal(task.goal);
  } catch (error) {
    // A start or goal that now lies inside a wall: the world says so with `usage`.
    if (error instanceof JepaError && error.code === 'usage') return undefined;
    throw error;
  }
  const startFrame = painted(env);
  if (reference !== undefined && !solves(env, reference(), budget, fold(own, 'reference'))) return undefined;
  // What a reset drew is put anew from its states: the reset would undo the variation.
  const { reset: _, ...placed } = task;
  return { task: { ...placed, start, goalState, startFrame, goalFrame }, factors: values, index };
}

/**
 * The tasks with factors drawn by key, one draw for each task. A draw that makes the task unsolvable is drawn again: one whose
 * start or goal the world refuses (inside a wall), or that the reference policy does not solve within the budget. A task
 * without a possible draw is left out.
 */
export function varyTasks(options: VaryOptions): readonly VariedTask[] {
  const { tasks, factors, draws } = options;
  // Without factors there is nothing to draw, and every task stays.
  const { reference: _, ...plain } = options;
  return tasks.flatMap((task, index) => {
    if (factors.length === 0) return varied(plain, task, index, 0) ?? [];
    for (let draw = 0; draw < draws; draw++) {
      const found = varied(options, task, index, draw);
      if (found !== undefined) return found;
    }
    return [];
  });
}
