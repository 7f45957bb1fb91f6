// Zero-shot generalisation: how much of a policy's success is left when one thing about the world is other than in its
// training, at the same starts and goals. After the robustness studies of stable-worldmodel, where success fell from 94 % to
// 10 % under other background colours, and to 4 % with other agent sizes.

import { fold, JepaError, type Key, unknownName } from '../../core/index.ts';
import type { Env, EnvSpec, Policy } from '../../envs/index.ts';
import { wilsonInterval } from '../../measure/index.ts';
import type { GeneralisationFile, GroupGeneralisation, SuccessCount } from '../../run/index.ts';
import { factorGroups, taskItself } from './factor-groups.ts';
import type { ControlPolicy } from './policy.ts';
import { type ControlRun, runControl } from './run.ts';
import type { ControlTask } from './tasks.ts';
import { setFactors, type VariedTask, varyTasks } from './varied-tasks.ts';

/** What is evaluated. */
export interface GeneralisationOptions {
  /** An environment that fits the task's episode, as for `runControl`. */
  readonly makeEnv: (task: ControlTask, index: number) => Env;
  readonly tasks: readonly ControlTask[];
  /** Makes each policy for a number of tasks: a planner, a random floor, an oracle. */
  readonly policies: readonly ((tasks: number) => ControlPolicy | Promise<ControlPolicy>)[];
  /** Names of factors by the name of their group; one group is varied at a time. @default `factorGroups` of the world */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** Environment steps per task. @default 50 */
  readonly budget?: number;
  readonly key: Key;
  /**
   * Says which varied tasks can be solved: a draw counts only when this policy reaches the goal in the budget. Without it all
   * draws count that the world itself allows. Give one that (nearly) always succeeds in the unvaried world, such as an oracle.
   */
  readonly reference?: () => Policy;
  /** Draws tried for each task before it is left out of a group. @default 20 */
  readonly draws?: number;
  /** Called after each step of a run, for progress lines; throw to stop. */
  readonly onStep?: (group: string, policy: string, step: number, solved: number) => void;
}

function counted(solved: readonly boolean[]): SuccessCount {
  const success = solved.filter(Boolean).length;
  return { success, interval: wilsonInterval(success, solved.length) };
}

const solvedIn = (run: ControlRun): readonly boolean[] => run.traces.map((trace) => trace.solvedAt !== undefined);

/**
 * Runs the policies in the world as it is, then with one group of factors drawn anew for each task. Start and goal states
 * stay; both pictures are painted again, so the goal is shown as it looks in the varied world. Values depend on the key, the
 * group and the task only, and are the same for all policies.
 *
 * @throws JepaError `usage` for no tasks, no policies, an unknown factor, or one that is the task itself
 *
 * @example
 * const file = await generalisation({
 *   makeEnv: () => twoRoom(),
 *   tasks,
 *   policies: [() => envPolicy(randomPolicy), (n) => planningActor(planning, { ...settings, tasks: n })],
 *   reference: oracle,
 *   key: key(0),
 * });
 */
export async function generalisation(options: GeneralisationOptions): Promise<GeneralisationFile> {
  const { makeEnv, tasks, policies, budget = 50, key, reference, draws = 20, onStep } = options;
  if (tasks.length === 0 || policies.length === 0 || !(Number.isInteger(draws) && draws >= 1)) {
    throw new JepaError(
      'usage',
      `generalisation: needs tasks, policies and at least 1 draw, got ${tasks.length} tasks, ${policies.length} policies, ${draws} draws`,
    );
  }
  const { spec } = makeEnv(tasks[0]!, 0);
  const known = factorGroups(spec);
  const groups = options.groups ?? known.groups;
  for (const name of Object.values(groups).flat()) checkFactorName(spec, name);

  const run = async (set: readonly VariedTask[], group: string): Promise<ControlRun[]> => {
    const runs: ControlRun[] = [];
    for (const make of policies) {
      const policy = await make(set.length);
      runs.push(
        await runControl({
          makeEnv(_, i) {
            const { task, factors, index } = set[i]!;
            const env = makeEnv(task, index);
            setFactors(env, factors);
            return env;
          },
          tasks: set.map(({ task }) => task),
          policy,
          budget,
          key: fold(key, 'run', policy.name),
          ...(onStep === undefined ? {} : { onStep: (step, solved) => onStep(group, policy.name, step, solved) }),
        }),
      );
    }
    return runs;
  };
  const vary = (factors: readonly string[], group: string): readonly VariedTask[] =>
    varyTasks({
      makeEnv,
      tasks,
      factors,
      budget,
      key: fold(key, 'vary', group),
      draws,
      ...(reference === undefined ? {} : { reference }),
    });

  const base = await run(vary([], ''), 'unvaried');
  const measured: GroupGeneralisation[] = [];
  for (const [group, factors] of Object.entries(groups)) {
    const set = vary(factors, group);
    const runs = set.length === 0 ? [] : await run(set, group);
    measured.push({
      group,
      factors,
      tasks: set.length,
      leftOut: tasks.length - set.length,
      results: runs.map((own, p) => {
        const before = solvedIn(base[p]!);
        return {
          policy: own.policy,
          ...counted(solvedIn(own)),
          unvaried: counted(set.map(({ index }) => before[index]!)),
        };
      }),
    });
  }
  const used = new Set(Object.values(groups).flat());
  return {
    tasks: tasks.length,
    budget,
    ...(reference === undefined ? {} : { reference: reference().name }),
    unvaried: base.map((own) => ({ policy: own.policy, ...counted(solvedIn(own)) })),
    groups: measured,
    excluded: known.excluded.filter(({ factor }) => !used.has(factor)),
  };
}

/** Throws for a factor that the world has not, or that is the task itself. */
function checkFactorName(spec: EnvSpec, name: string): void {
  const { id, factors } = spec;
  if (!Object.hasOwn(factors, name)) throw unknownName(`factor of ${id}`, name, Object.keys(factors));
  const why = taskItself(spec, name);
  if (why === undefined) return;
  throw new JepaError('usage', `generalisation: factors must leave the task as it is, got '${name}' of ${id}: ${why}`, {
    name,
  });
}
