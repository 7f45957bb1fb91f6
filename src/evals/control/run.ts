// Runs one policy on a set of tasks: every environment is put at its start, all step together, and what happened is
// kept task by task.

import { type ActorInput, writeObservation } from '../../agent/index.ts';
import { JepaError, type Key } from '../../core/index.ts';
import type { Env, GoalPredicate } from '../../envs/index.ts';
import type { Decision } from '../../plan/index.ts';
import { type ControlActions, type ControlBatch, type ControlPolicy, looksInside } from './policy.ts';
import { type ControlTask, placing, taskName } from './tasks.ts';

export interface ControlOptions {
  /** An environment that fits the task's episode (its factors of variation); start and goal are set by the run. */
  readonly makeEnv: (task: ControlTask, index: number) => Env;
  readonly tasks: readonly ControlTask[];
  readonly policy: ControlPolicy;
  /** Environment steps per task. @default 50 */
  readonly budget?: number;
  readonly key: Key;
  /** How success is judged in the world of a task. @default by the world itself, at the first hit */
  readonly judge?: (env: Env) => GoalPredicate;
  /**
   * What names the draws of a task under `key`: its place among the tasks, or its identity (`taskName`), by which a task alone
   * and in any batch meets the same noise. Actors draw by names of their own (`ActorOptions.names`). @default 'place'
   */
  readonly draws?: 'place' | 'identity';
  /**
   * Stops a task at its first success, as the reference does. It saves plans, and hides whether the policy stays at the
   * goal: `solvedLast` is then unknown. Success at any step is the same either way. @default false
   */
  readonly freezeOnSuccess?: boolean;
  /** Keeps the frames of the first so many tasks. @default 0 */
  readonly recordFrames?: number;
  /** Called after each step, for progress lines; throw to stop. */
  readonly onStep?: (step: number, solved: number) => void;
}

/** What happened in one task. */
export interface ControlTrace {
  readonly task: ControlTask;
  /** Distance to the goal before the first step, and the kind of the task, where the world tells them. */
  readonly startDistance?: number;
  readonly group?: string;
  /** The state before each step and after the last, [steps + 1][S]. */
  readonly states: readonly Float32Array[];
  /** Distance to the goal after each step, in the world's own measure. */
  readonly distances: readonly number[];
  /** Raw actions handed to the world, [steps][A]. */
  readonly actions: readonly Float32Array[];
  /** Plans with the step at which they were made. */
  readonly decisions: readonly TimedDecision[];
  /** Steps until the goal was first satisfied, for as long as the predicate asks; at least 1; undefined when it never was. */
  readonly solvedAt: number | undefined;
  /** Whether the goal was satisfied after the last step; undefined when solved tasks were frozen. */
  readonly solvedLast: boolean | undefined;
  /** Frames of every state and of the goal, [H, W, 3] each, for the first tasks if asked for. */
  readonly film: { readonly frames: readonly Uint8Array[]; readonly goal: Uint8Array } | undefined;
}

/** A plan and the step at which it was made. */
export interface TimedDecision extends Decision {
  readonly step: number;
}

export interface ControlRun {
  readonly policy: string;
  readonly budget: number;
  readonly traces: readonly ControlTrace[];
  /** Every batch of plans: when, for how many tasks, how long. */
  readonly planning: readonly { readonly step: number; readonly tasks: number; readonly ms: number }[];
  readonly seconds: number;
}

/**
 * Runs `policy` for `budget` steps on every task. An actor is shown what its senses declare: the recorded frames of start and
 * goal where the task has them and rendered ones otherwise, and the state where it reads one; baselines look into the worlds
 * themselves. Success is first looked at after the first step, then after every one.
 *
 * @throws JepaError `usage` for no tasks or no budget, `shape` when a recorded frame or the policy's actions have
 * another size than the environment says, and what the world says of a start or goal that it refuses.
 */
export async function runControl(options: ControlOptions): Promise<ControlRun> {
  const { makeEnv, tasks, policy, budget = 50, key, freezeOnSuccess = false, recordFrames = 0, onStep } = options;
  const { judge, draws = 'place' } = options;
  if (tasks.length === 0 || !Number.isInteger(budget) || budget < 1) {
    throw new JepaError(
      'usage',
      `runControl: needs tasks and a budget, got ${tasks.length} tasks and budget ${budget}`,
    );
  }
  const began = performance.now();
  const envs = tasks.map((task, index) => {
    const env = makeEnv(task, index);
    placing('runControl', task, () => {
      if (task.reset !== undefined) return env.reset(task.reset);
      env.setState(task.start);
      env.setGoal(task.goal);
    });
    checkFrames(task, index, frameBytes(env));
    return env;
  });
  const actionDim = envs[0]!.spec.actionDim;
  const names = tasks.map((task, place) => (draws === 'place' ? [place] : taskName(task)));
  const predicates = judge === undefined ? undefined : envs.map(judge);
  const held = new Uint32Array(tasks.length);
  const dead = new Uint8Array(tasks.length);
  let step = 0;

  const observe: ControlBatch['observe'] = (i, out, offset) => {
    const recorded = step === 0 ? tasks[i]!.startFrame : undefined;
    if (recorded === undefined) envs[i]!.render(out, offset);
    else out.set(recorded, offset);
  };
  const goal: ControlBatch['goal'] = (i, out, offset) => {
    const recorded = tasks[i]!.goalFrame;
    if (recorded === undefined) envs[i]!.renderGoal(out, offset);
    else out.set(recorded, offset);
  };
  const picture = (write: ControlBatch['observe'], i: number): Uint8Array => {
    const out = new Uint8Array(frameBytes(envs[i]!));
    write(i, out, 0);
    return out;
  };

  /** The next actions: of an actor from what it is shown, of a baseline from the worlds themselves. */
  const decide = (): ControlActions | Promise<ControlActions> => {
    if (looksInside(policy)) return policy.act({ step, envs, tasks, observe, goal, dead, key, names });
    const { senses } = policy;
    const shown = (draw: ControlBatch['observe'], state: (i: number) => Float32Array): ActorInput['observe'] => {
      return (i, out, offset) =>
        writeObservation(senses, { draw: (to, at) => draw(i, to, at), state: () => state(i) }, out, offset);
    };
    if (step === 0) policy.reset();
    return policy.act({
      observe: shown(observe, (i) => envs[i]!.state()),
      goal: shown(goal, (i) => tasks[i]!.goalState),
      dead,
    });
  };

  const traces = tasks.map((task, i) => ({
    task,
    ...startOf(envs[i]!, task),
    states: [envs[i]!.state()],
    distances: [] as number[],
    actions: [] as Float32Array[],
    decisions: [] as TimedDecision[],
    solvedAt: undefined as number | undefined,
    solvedLast: undefined as boolean | undefined,
    film: i < recordFrames ? { frames: [picture(observe, i)], goal: picture(goal, i) } : undefined,
  }));
  const planning: { step: number; tasks: number; ms: number }[] = [];

  while (step < budget && dead.includes(0)) {
    const { actions, decisions = [], planMs = 0 } = await decide();
    if (actions.length !== tasks.length * actionDim) {
      throw new JepaError(
        'shape',
        `runControl: policy '${policy.name}' must return actions [${tasks.length}, ${actionDim}], got ${actions.length} numbers`,
        { policy: policy.name, got: actions.length },
      );
    }
    if (decisions.length > 0) planning.push({ step, tasks: decisions.length, ms: planMs });
    for (const decision of decisions) traces[decision.env]!.decisions.push({ ...decision, step });
    step++;
    for (const [i, env] of envs.entries()) {
      if (dead[i]) continue;
      const trace = traces[i]!;
      const { task } = trace;
      const action = actions.slice(i * actionDim, (i + 1) * actionDim);
      const { terminated, distance } = env.step(action);
      trace.actions.push(action);
      trace.states.push(env.state());
      trace.distances.push(distance);
      trace.film?.frames.push(picture(observe, i));
      const { satisfied, hold } = predicates?.[i] ?? { satisfied: () => terminated, hold: 1 };
      held[i] = satisfied(trace.states, task.goalState) ? held[i]! + 1 : 0;
      const solved = held[i]! >= hold;
      if (solved) trace.solvedAt ??= step;
      if (!freezeOnSuccess) trace.solvedLast = solved;
      else if (solved) dead[i] = 1;
    }
    onStep?.(step, traces.filter((trace) => trace.solvedAt !== undefined).length);
  }
  return {
    policy: policy.name,
    budget,
    traces,
    planning,
    seconds: (performance.now() - began) / 1000,
  };
}

/** What a world tells of a task that it was just put to. */
function startOf(env: Env, task: ControlTask): Pick<ControlTrace, 'startDistance' | 'group'> {
  const [startDistance, group] = [env.distance?.(), env.group?.(task.start, task.goal)];
  return {
    ...(startDistance === undefined ? {} : { startDistance }),
    ...(group === undefined ? {} : { group }),
  };
}

function frameBytes(env: Env): number {
  return env.spec.imageSize * env.spec.imageSize * 3;
}

function checkFrames(task: ControlTask, index: number, bytes: number): void {
  for (const name of ['startFrame', 'goalFrame'] as const) {
    const got = task[name]?.length ?? bytes;
    if (got !== bytes) {
      throw new JepaError(
        'shape',
        `runControl: ${name} of task ${index} must hold ${bytes} bytes like the environment's frames, got ${got}; make the environment with the image size of the dataset`,
        { index, got, bytes },
      );
    }
  }
}
