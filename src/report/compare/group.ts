// Runs that differ only in their seed are one row of a comparison; rows of one recipe are told apart by the settings in
// which they differ.

import { basename, resolve } from 'node:path';
import { leaves } from '../sections/configuration.ts';
import type { ComparedRun } from './read.ts';

/** Runs of one recipe and configuration, in the order of their seeds. */
export interface RunGroup {
  /** The recipe, with the settings in which it differs from other groups of that recipe. */
  readonly label: string;
  readonly runs: readonly ComparedRun[];
}

const nameOf = ({ run, dir }: ComparedRun): string => run.recipe || basename(resolve(dir));

/** Groups in the order in which their first runs were given. */
export function groupRuns(runs: readonly ComparedRun[]): RunGroup[] {
  const groups = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const same = JSON.stringify([nameOf(run), leaves(run.run.config, '')]);
    groups.set(same, [...(groups.get(same) ?? []), run]);
  }
  const found = [...groups.values()];
  return found.map((members) => ({
    label: labelOf(members[0]!, found),
    runs: members.sort((a, b) => a.run.seed - b.run.seed),
  }));
}

function labelOf(first: ComparedRun, groups: readonly (readonly ComparedRun[])[]): string {
  const name = nameOf(first);
  const alike = groups.map((g) => g[0]!).filter((other) => nameOf(other) === name);
  if (alike.length < 2) return name;
  const configs = alike.map(({ run }) => new Map(leaves(run.config, '')));
  const own = new Map(leaves(first.run.config, ''));
  const paths = [...new Set(configs.flatMap((c) => [...c.keys()]))];
  const different = paths.filter((path) => new Set(configs.map((c) => c.get(path))).size > 1);
  return [name, ...different.map((path) => `${path.split('.').at(-1)}=${own.get(path) ?? 'none'}`)].join(' ');
}
