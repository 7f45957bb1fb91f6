// Tasks for a predicate of the world: pairs of rows of recorded episodes, one pair for each episode, without those that the
// predicate already holds for, and only such as the world admits for it.
// Source: the pair contract of CLEAR-LeWM v0.5 (DavidSunok/CLEAR-LeWM @df02618, EVALUATION_SPEC.md). It samples from all
// episodes of a public snapshot; here only those that training never saw are used, so there may be fewer tasks than asked for.

import { fold, JepaError, permutation } from '../../core/index.ts';
import { type EpisodeSource, readF32 } from '../../data/index.ts';
import type { GoalPredicate } from '../../envs/index.ts';
import { type ControlTask, framesOf, type ReplayOptions, replayEpisodes, type TaskSet } from './tasks.ts';

/** What is drawn. */
export interface PairTaskOptions extends Omit<ReplayOptions, 'protocol' | 'satisfied'> {
  /** The name of the protocol. */
  readonly protocol: string;
  readonly predicate: GoalPredicate;
}

/** The states of an episode. */
function statesOf(source: EpisodeSource, column: string, episode: number): readonly Float32Array[] {
  const { row, length } = source.episodes[episode]!;
  const all = readF32(source, column, row, length);
  const width = all.length / length;
  return Array.from({ length }, (_, t) => all.slice(t * width, (t + 1) * width));
}

/**
 * Draws up to `count` tasks, at most one from each held-out episode. The pair of an episode depends on the key and the episode
 * only. `eligible` counts the pairs of all these episodes, `excluded` those that satisfied the predicate at the start.
 *
 * @throws JepaError `usage` when an option cannot be, `data` when no episode has a pair
 */
export function pairTasks(options: PairTaskOptions): TaskSet {
  const {
    protocol,
    predicate,
    source,
    stateColumn = 'state',
    heldOutEpisodes,
    goalOffset = 25,
    count = 100,
    key,
  } = options;
  const { goalOf = (state: Float32Array): Float32Array => state } = options;
  const episodes = replayEpisodes('pairTasks', { goalOffset, count, source, heldOutEpisodes });
  const counts = { eligible: 0, excluded: 0, notAdmitted: 0 };

  /** The first pair of an episode, in drawn order, that is a task. */
  function pairOf(episode: number): ControlTask | undefined {
    const states = statesOf(source, stateColumn, episode);
    const pairs = Math.max(0, states.length - goalOffset);
    const fitting = Array.from(permutation(fold(key, protocol, 'pair', episode), pairs)).filter((row) => {
      const window = states.slice(row, row + goalOffset + 1);
      counts.eligible++;
      if (predicate.satisfied([window[0]!], window[goalOffset]!)) counts.excluded++;
      else if (predicate.admits?.(window) ?? true) return true;
      else counts.notAdmitted++;
      return false;
    });
    const [row] = fitting;
    if (row === undefined) return undefined;
    const goalRow = row + goalOffset;
    const [start, goalState] = [states[row]!, states[goalRow]!];
    const frames = framesOf(source, episode, row, goalRow);
    return { episode, row, goalRow, start, goal: goalOf(goalState), goalState, ...frames };
  }

  const found = Array.from(permutation(fold(key, protocol), episodes.length), (i) => pairOf(episodes[i]!));
  const tasks = found.filter((task) => task !== undefined).slice(0, count);
  const { eligible, excluded, notAdmitted } = counts;
  const why = `${excluded} of ${eligible} pairs already satisfied it, ${notAdmitted} were of other kinds`;
  if (tasks.length === 0) {
    throw new JepaError(
      'data',
      `pairTasks: the held-out episodes must hold a pair for ${protocol} with its goal ${goalOffset} rows away, got none in ${episodes.length} episodes (${why}); hold out more episodes or leave ${protocol} out`,
      { protocol, ...counts },
    );
  }
  tasks.sort((a, b) => a.episode - b.episode);
  const few = tasks.length < count ? ` (${count} asked for, no more episodes have one)` : '';
  return {
    protocol,
    goalOffset,
    tasks,
    eligible,
    excluded,
    about: `${tasks.length} pairs, one from each held-out episode${few}, goal ${goalOffset} recorded steps later`,
    leftOut: why,
  };
}
