// Control tasks from a dataset: start where a recorded episode stood at some row, reach where it stood a fixed number of
// rows later. So every goal is reachable in at most that many steps, and start and goal come from what the data shows.
//
// Source: the evaluation of LeWorldModel (galilai-group/stable-worldmodel @addbab4, scripts/plan/eval_wm.py and
// world/world.py:525-690).

import { fold, JepaError, type Key, permutation } from '../../core/index.ts';
import { type EpisodeSource, PIXELS, readF32, readU8 } from '../../data/index.ts';
import type { Env } from '../../envs/index.ts';

/**
 * - `paper`: rows drawn from all eligible rows without replacement, as the reference does. A start that already
 *   satisfies the goal counts as a task (and is won by standing still).
 * - `strict`: such starts are left out and counted.
 *
 * Both use the given (held-out) episodes only; the reference draws from its training data.
 */
export type ReplayProtocol = 'paper' | 'strict';

/** One task: a start and a goal that are rows of the same episode. */
export interface ControlTask {
  readonly episode: number;
  readonly row: number;
  readonly goalRow: number;
  readonly start: Float32Array;
  readonly goal: Float32Array;
  /** The whole recorded state that the goal was cut from; only models and baselines that are told states may see it. */
  readonly goalState: Float32Array;
  /** The observation before the first action, and the picture of the goal, both as recorded. */
  readonly startFrame?: Uint8Array;
  readonly goalFrame?: Uint8Array;
  /** The reset that draws start, goal and factors; a task that has it is not a row of an episode. */
  readonly reset?: Key;
}

/** What names the draws of a task under a key. */
export type DrawName = readonly (number | string)[];

/** A task's name by what it is, wherever it stands among others: its draws are the same alone and in any batch. */
export function taskName({ episode, row }: Pick<ControlTask, 'episode' | 'row'>): DrawName {
  return ['task', episode, row];
}

/** The tasks of a protocol, and what was left out to get them. */
export interface TaskSet {
  readonly protocol: string;
  readonly tasks: readonly ControlTask[];
  /** Starts that were looked at or could have been. */
  readonly eligible: number;
  /** Starts that satisfied their goal already and were left out. */
  readonly excluded: number;
  /** Rows between start and goal, where they are rows. */
  readonly goalOffset?: number;
  /** How the tasks were found and what was left out, for people. */
  readonly about: string;
  readonly leftOut: string;
}

export interface ReplayOptions {
  readonly protocol: ReplayProtocol;
  /** Recorded episodes; their frames are used when there is a column of them, else the environment's own rendering. */
  readonly source: EpisodeSource;
  /** The column that holds what `Env.setState` takes. @default 'state' */
  readonly stateColumn?: string;
  /** Episodes that training never saw. */
  readonly heldOutEpisodes: readonly number[];
  /** Rows between start and goal. @default 25 */
  readonly goalOffset?: number;
  /** Tasks wanted. @default 100 */
  readonly count?: number;
  readonly key: Key;
  /** The goal that a recorded state stands for. @default the state itself */
  readonly goalOf?: (state: Float32Array) => Float32Array;
  /** Whether a start already satisfies a goal, see `solvedIn`; needed by `strict`. */
  readonly satisfied?: (start: Float32Array, goal: Float32Array, episode: number) => boolean;
}

/** The tasks of `replayTasks`. */
export interface ReplayTasks extends TaskSet {
  readonly protocol: ReplayProtocol;
  readonly goalOffset: number;
  /** In order of episode and row. */
  readonly tasks: readonly ControlTask[];
  /** Rows that could start a task. */
  readonly eligible: number;
  /** Drawn starts that already satisfied their goal and were left out; 0 under `paper`. */
  readonly excluded: number;
}

/** What a world refuses of a task, said with the task. */
export function placing<T>(where: string, task: Pick<ControlTask, 'episode' | 'row' | 'goalRow'>, place: () => T): T {
  try {
    return place();
  } catch (error) {
    if (!(error instanceof JepaError)) throw error;
    const { episode, row, goalRow } = task;
    const message = `${where}: the world refuses the task from row ${row} to ${goalRow} of episode ${episode}: ${error.message}`;
    throw new JepaError(error.code, message, { ...error.details, episode, row, goalRow }, { cause: error });
  }
}

/** A `satisfied` test that asks an environment; it leaves the environment in the tested state. */
export function solvedIn(env: Env): (start: Float32Array, goal: Float32Array) => boolean {
  return (start, goal) => {
    env.setState(start);
    env.setGoal(goal);
    return env.solved();
  };
}

/**
 * Draws tasks: rows r of held-out episodes with r + goalOffset inside the episode, without replacement.
 *
 * @throws JepaError `usage` when an option cannot be, `data` when the episodes do not hold `count` tasks.
 *
 * @example
 * const set = replayTasks({ protocol: 'strict', source, heldOutEpisodes, key: key(0), satisfied: solvedIn(env) });
 */
export function replayTasks(options: ReplayOptions): ReplayTasks {
  const { protocol, source, stateColumn = 'state', heldOutEpisodes, goalOffset = 25, count = 100, key } = options;
  const { goalOf = (state: Float32Array): Float32Array => state, satisfied } = options;
  const episodes = replayEpisodes('replayTasks', { goalOffset, count, source, heldOutEpisodes });
  if (protocol === 'strict' && satisfied === undefined) {
    throw new JepaError('usage', 'replayTasks: the strict protocol needs `satisfied`; pass solvedIn(env)');
  }

  const rows = eligibleRows(source, episodes, goalOffset);
  const eligible = rows.length;
  const tasks: ControlTask[] = [];
  let excluded = 0;
  for (const drawn of permutation(fold(key, 'replay'), eligible)) {
    if (tasks.length === count) break;
    const [episode, row] = rows[drawn]!;
    const goalRow = row + goalOffset;
    const at = source.episodes[episode]!.row;
    const start = readF32(source, stateColumn, at + row, 1);
    const goalState = readF32(source, stateColumn, at + goalRow, 1);
    const goal = goalOf(goalState);
    const solved = (): boolean => satisfied?.(start, goal, episode) ?? false;
    if (protocol === 'strict' && placing('replayTasks', { episode, row, goalRow }, solved)) {
      excluded++;
      continue;
    }
    const frames = framesOf(source, episode, row, goalRow);
    tasks.push({ episode, row, goalRow, start, goal, goalState, ...frames });
  }
  if (tasks.length < count) {
    throw new JepaError(
      'data',
      `replayTasks: the held-out episodes must hold ${count} ${protocol} tasks with goals ${goalOffset} rows away, got ${tasks.length} (${eligible} eligible rows in ${heldOutEpisodes.length} episodes, ${excluded} starts already at their goal); hold out more episodes, or lower count or goalOffset`,
      { count, found: tasks.length, eligible, excluded, goalOffset },
    );
  }
  tasks.sort((a, b) => a.episode - b.episode || a.row - b.row);
  const about = `${tasks.length} starts from held-out episodes, goal ${goalOffset} recorded steps later`;
  const leftOut =
    protocol === 'strict'
      ? `starts already at their goal left out (${excluded} of ${tasks.length + excluded} drawn)`
      : 'starts already at their goal included';
  return { protocol, goalOffset, tasks, eligible, excluded, about, leftOut };
}

/** The held-out episodes, each once, with the other options checked; `where` names the caller. */
export function replayEpisodes(
  where: string,
  {
    goalOffset,
    count,
    source,
    heldOutEpisodes,
  }: Required<Pick<ReplayOptions, 'goalOffset' | 'count' | 'source' | 'heldOutEpisodes'>>,
): readonly number[] {
  for (const [name, value] of Object.entries({ goalOffset, count })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new JepaError('usage', `${where}: ${name} must be a whole number of at least 1, got ${value}`);
  }
  for (const episode of heldOutEpisodes) {
    if (source.episodes[episode] !== undefined) continue;
    const message = `${where}: held-out episodes must be below ${source.episodes.length}, got ${episode}`;
    throw new JepaError('usage', message, { episode });
  }
  return [...new Set(heldOutEpisodes)];
}

/** The recorded pictures of a start and a goal, where there are any. */
export function framesOf(
  source: EpisodeSource,
  episode: number,
  row: number,
  goalRow: number,
): Pick<ControlTask, 'startFrame' | 'goalFrame'> {
  if (!source.spec.columns.some((column) => column.name === PIXELS)) return {};
  const at = source.episodes[episode]!.row;
  return { startFrame: readU8(source, PIXELS, at + row, 1), goalFrame: readU8(source, PIXELS, at + goalRow, 1) };
}

/** [episode, row] of every row whose goal row lies inside its episode. */
function eligibleRows(
  source: EpisodeSource,
  episodes: readonly number[],
  goalOffset: number,
): readonly (readonly [number, number])[] {
  const rows: [number, number][] = [];
  for (const episode of episodes) {
    const { length } = source.episodes[episode]!;
    for (let row = 0; row + goalOffset < length; row++) rows.push([episode, row]);
  }
  return rows;
}
