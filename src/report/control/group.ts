// Runs that differ only in their seed are one row of the tables: the world, the model, and every result pooled over seeds.

import { leaves } from '../sections/configuration.ts';
import { type ControlledResults, resultsOf } from './pool.ts';
import type { ControlRunFolder } from './read.ts';

/** One world and one model over its seeds. */
export interface ControlGroup extends ControlledResults {
  readonly world: string;
  readonly model: string;
  /** Settings in which this group differs from others of the same world and model. */
  readonly variant?: string;
  /** The settings of its runs; of the models that could be chosen, only the one that was. */
  readonly config: unknown;
  /** In the order of their seeds. */
  readonly runs: readonly ControlRunFolder[];
}

/** Groups runs by recipe, model and settings, sorted by the order in which worlds and models first come. */
export function groupControlRuns(runs: readonly ControlRunFolder[]): ControlGroup[] {
  const groups = new Map<string, ControlRunFolder[]>();
  for (const run of runs) {
    const same = JSON.stringify([run.run.recipe, run.model, [...settingsOf(run)]]);
    groups.set(same, [...(groups.get(same) ?? []), run]);
  }
  const found = [...groups.values()].map((members) => [...members].sort((a, b) => a.run.seed - b.run.seed));
  return found.map((members) => {
    const { run, model } = members[0]!;
    const alike = found.map((g) => g[0]!).filter((other) => other.run.recipe === run.recipe && other.model === model);
    const variant = differenceOf(settingsOf(members[0]!), alike.map(settingsOf));
    return {
      world: run.recipe,
      model,
      ...(variant === '' ? {} : { variant }),
      config: chosenOnly(run.config, model),
      runs: members,
      ...resultsOf(members),
    };
  });
}

/** Settings that say what was run beside the rest, and change no result. */
const RAN: readonly string[] = ['plan.also', 'plan.protocols', 'evals.extra'];

/** The settings that a result depends on, by path. */
function settingsOf({ run, model }: ControlRunFolder): ReadonlyMap<string, string> {
  return new Map(leaves(chosenOnly(run.config, model), '').filter(([path]) => !RAN.includes(path)));
}

/** `path=value` of the settings in which `mine` is not like all others of the same world and model. */
function differenceOf(mine: ReadonlyMap<string, string>, all: readonly ReadonlyMap<string, string>[]): string {
  const paths = [...new Set(all.flatMap((config) => [...config.keys()]))];
  return paths
    .filter((path) => new Set(all.map((config) => config.get(path))).size > 1)
    .map((path) => `${path}=${mine.get(path) ?? 'none'}`)
    .join(' ');
}

function chosenOnly(config: unknown, model: string): unknown {
  if (typeof config !== 'object' || config === null || !('models' in config)) return config;
  const { models } = config;
  if (typeof models !== 'object' || models === null) return config;
  return { ...config, models: Object.fromEntries(Object.entries(models).filter(([name]) => name === model)) };
}
