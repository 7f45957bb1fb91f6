// The tasks of a protocol in groups: by their distance at the start, in bands, and by their kind, as the world names it. Near
// goals and goals behind a wall are different tests, and one rate hides which of the two failed.

import { wilsonInterval } from '../../measure/index.ts';
import type { TaskGroup } from '../../run/index.ts';
import type { ControlRun } from './run.ts';

/** Bands where the world declares none. */
const QUARTERS = 4;

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** Edges that part `values` into four bands of about equally many; fewer where many values are equal. */
export function quarterEdges(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const edges = Array.from(
    { length: QUARTERS - 1 },
    (_, k) => sorted[Math.floor(((k + 1) * sorted.length) / QUARTERS)]!,
  );
  return [...new Set(edges)].filter((edge) => edge > sorted[0]!);
}

function bandName(edges: readonly number[], band: number): string {
  const [from, to] = [edges[band - 1], edges[band]];
  if (from === undefined) return to === undefined ? 'all' : `below ${short(to)}`;
  return to === undefined ? `${short(from)} and more` : `${short(from)} to ${short(to)}`;
}

/** The name of each task's group; undefined where not every task has one. */
function named<T>(
  values: readonly (T | undefined)[],
  name: (value: T, all: readonly T[]) => string,
): string[] | undefined {
  const all = values.filter((value): value is T => value !== undefined);
  return all.length < values.length ? undefined : all.map((value) => name(value, all));
}

/** One group of tasks by their places. */
function groupOf(by: string, name: string, places: readonly number[], runs: readonly ControlRun[]): TaskGroup {
  const tasks = places.length;
  const results = runs.map(({ policy, traces }) => {
    const success = places.filter((place) => traces[place]!.solvedAt !== undefined).length;
    return { policy, success, interval: wilsonInterval(success, tasks) };
  });
  return { by, name, tasks, results };
}

function groupsBy(
  by: string,
  names: readonly string[],
  order: readonly string[],
  runs: readonly ControlRun[],
): TaskGroup[] {
  return order.flatMap((name) => {
    const places = names.flatMap((own, place) => (own === name ? [place] : []));
    return places.length === 0 ? [] : [groupOf(by, name, places, runs)];
  });
}

/**
 * Success of every policy in every group of tasks, with Wilson intervals. Distances are the world's own, before the first step;
 * where the world does not tell them, or names no kinds of tasks, there are no such groups.
 *
 * @param runs runs of different policies on the same tasks
 * @param bands rising distances at which bands part; without them, quarters of the tasks
 */
export function taskGroups(runs: readonly ControlRun[], bands?: readonly number[]): readonly TaskGroup[] {
  const traces = runs[0]?.traces ?? [];
  const distances = traces.map(({ startDistance }) => startDistance);
  const known = distances.filter((d): d is number => d !== undefined);
  const edges = bands ?? quarterEdges(known);
  const bandOf = (d: number): number => edges.filter((edge) => d >= edge).length;
  const byDistance = named(distances, (d) => bandName(edges, bandOf(d)));
  const byKind = named(
    traces.map(({ group }) => group),
    (name) => name,
  );
  const bandNames = Array.from({ length: edges.length + 1 }, (_, band) => bandName(edges, band));
  return [
    ...(byDistance === undefined ? [] : groupsBy('distance', byDistance, bandNames, runs)),
    ...(byKind === undefined ? [] : groupsBy('kind', byKind, [...new Set(byKind)].sort().reverse(), runs)),
  ];
}
