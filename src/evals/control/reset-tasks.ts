// Tasks as the world draws them: the start and the goal of a plain reset. No recording is needed, and goals are as far away as
// the world's own, such as in the other room.

import { fold, JepaError, type Key } from '../../core/index.ts';
import { type Env, goalInFront } from '../../envs/index.ts';
import type { ControlTask, TaskSet } from './tasks.ts';

/** What is drawn. */
export interface ResetTaskOptions {
  readonly env: Env;
  /** Tasks wanted. @default 100 */
  readonly count?: number;
  readonly key: Key;
}

/** Resets tried for each task, at most: a world in which nearly every reset is solved already has no tasks. */
const TRIES = 100;

/** The picture of the goal; absent in a world that cannot show it, of which only those who look at it need to hear. */
function goalFrameOf(env: Env): Pick<ControlTask, 'goalFrame'> {
  const goalFrame = new Uint8Array(env.spec.imageSize ** 2 * 3);
  try {
    env.renderGoal(goalFrame);
  } catch (error) {
    if (error instanceof JepaError && error.code === 'unsupported') return {};
    throw error;
  }
  return { goalFrame };
}

/**
 * The tasks of resets 0, 1, 2 and so on; those that are solved at once are left out and counted. A task is named by the number
 * of its reset, from which all of it follows: it is the same task whatever `count` is. It moves `env`.
 *
 * The goal is shown as the world shows it at the start. For models that are told states the goal's state is that of the start
 * with the goal in its place.
 *
 * @throws JepaError `usage` for a count that cannot be, `data` where hardly any reset is unsolved
 *
 * @example
 * const { tasks } = resetTasks({ env: twoRoom({ imageSize: 64 }), count: 100, key: key(0) });
 */
export function resetTasks({ env, count = 100, key }: ResetTaskOptions): TaskSet {
  if (!Number.isInteger(count) || count < 1) {
    throw new JepaError('usage', `resetTasks: count must be a whole number of at least 1, got ${count}`, { count });
  }
  const tasks: ControlTask[] = [];
  let draw = 0;
  for (; tasks.length < count && draw < TRIES * count; draw++) {
    const reset = fold(key, 'reset', draw);
    env.reset(reset);
    if (env.solved()) continue;
    const [start, goal] = [env.state(), env.goal()];
    const goalState = goalInFront(start, goal);
    tasks.push({ episode: draw, row: 0, goalRow: 0, start, goal, goalState, ...goalFrameOf(env), reset });
  }
  if (tasks.length < count) {
    throw new JepaError(
      'data',
      `resetTasks: the resets of ${env.spec.id} must give ${count} starts that are not at their goal, got ${tasks.length} of ${draw}; leave the protocol 'reset' out for this world`,
      { count, found: tasks.length, draws: draw },
    );
  }
  const excluded = draw - tasks.length;
  return {
    protocol: 'reset',
    tasks,
    eligible: draw,
    excluded,
    about: `${tasks.length} starts and goals of the world's own resets`,
    leftOut: `starts already at their goal left out (${excluded} of ${draw} drawn)`,
  };
}
