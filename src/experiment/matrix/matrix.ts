// The matrix of the control benchmark: worlds by models by seeds, each a run of the sweep with every planner in it, and the
// dataset that the runs of a world and a seed share.

import { join } from 'node:path';
import { JepaError, unknownName } from '../../core/index.ts';
import { configured } from '../configure.ts';
import { type FoundRecipe, findRecipe } from '../find-recipe.ts';
import { isModulePath } from '../load-module.ts';
import type { AnyRecipe, ControlChoices } from '../recipe.ts';
import { folderName, type PlannedRun, planSweep } from '../sweep/plan.ts';

/** What is to be run. A list that is left out means all that there is. */
export interface ControlAsk {
  /** Names of control recipes, or paths of modules. */
  readonly worlds?: readonly string[];
  readonly models?: readonly string[];
  /** Planners beside the main one, which always runs and may be named `planner`. */
  readonly planners?: readonly string[];
  /** Stages that take longer; `none` asks for none of them. */
  readonly extra?: readonly string[];
  readonly seeds: readonly number[];
  /** Tasks of each protocol. */
  readonly tasks?: number;
  readonly set: readonly string[];
}

/** A dataset that some runs share. */
export interface PlannedData {
  readonly folder: string;
  readonly world: string;
  /** What `jepa collect` takes. */
  readonly source: string;
  readonly seed: number;
  readonly set: readonly string[];
  /** The part of the configuration that determines it. */
  readonly made: object;
}

/** The whole benchmark; every run's `data` is the folder of one of `datasets`. */
export interface ControlMatrix {
  readonly worlds: readonly string[];
  readonly runs: readonly PlannedRun[];
  readonly datasets: readonly PlannedData[];
  /** Worlds that have none of the models asked for. */
  readonly without: readonly string[];
}

/** A world with what can be chosen in it. */
interface World {
  readonly found: FoundRecipe;
  readonly models: readonly string[];
  readonly planners: readonly string[];
  readonly extra: readonly string[];
  readonly made: object;
}

/** The name of the main planner among the policies of a run. */
const MAIN = 'planner';
const NO_EXTRA = 'none';

/**
 * Plans every run, seeds outermost, so that a table over all worlds and models is there after the first seed. A model or a
 * planner must be known in at least one of the worlds; it is left out where it is not. Errors: `usage` for unknown names
 * (with the nearest), for settings that the benchmark sets itself, and those of `--set`.
 */
export async function planControl(known: readonly AnyRecipe[], ask: ControlAsk, dir: string): Promise<ControlMatrix> {
  checkSettings(ask);
  const worlds = await findWorlds(known, ask);
  checkNames(
    'model',
    ask.models,
    worlds.flatMap(({ models }) => models),
  );
  checkNames('planner', ask.planners, [MAIN, ...worlds.flatMap(({ planners }) => planners)]);
  checkNames('stage', ask.extra, [NO_EXTRA, ...worlds.flatMap(({ extra }) => extra)]);
  const modelsOf = ({ models }: World): readonly string[] => models.filter((m) => ask.models?.includes(m) ?? true);
  const used = worlds.filter((world) => modelsOf(world).length > 0);
  const cells = ask.seeds.flatMap((seed) => used.map((world) => ({ world, seed })));
  return {
    worlds: used.map(({ found }) => found.recipe.name),
    runs: cells.flatMap(({ world, seed }) => runsOf(world, modelsOf(world), seed, ask, dir)),
    datasets: cells.map(({ world: { found, made }, seed }) => ({
      folder: dataFolder(dir, found.recipe.name, seed),
      world: found.recipe.name,
      source: found.file ?? found.recipe.name,
      seed,
      set: ask.set,
      made,
    })),
    without: worlds.filter((world) => !used.includes(world)).map(({ found }) => found.recipe.name),
  };
}

function dataFolder(dir: string, world: string, seed: number): string {
  return join(dir, 'data', folderName([`${world}-seed${seed}`]));
}

function runsOf(
  { found, planners, extra }: World,
  models: readonly string[],
  seed: number,
  ask: ControlAsk,
  dir: string,
): PlannedRun[] {
  const also = planners.filter((name) => ask.planners?.includes(name) ?? true);
  const stages = extra.filter((name) => ask.extra?.includes(name) ?? true);
  const set = [
    ...ask.set,
    `plan.also=${JSON.stringify(also)}`,
    ...(extra.length === 0 ? [] : [`evals.extra=${JSON.stringify(stages)}`]),
    ...(ask.tasks === undefined ? [] : [`plan.tasks=${ask.tasks}`]),
  ];
  const data = dataFolder(dir, found.recipe.name, seed);
  return planSweep([found], [{ path: 'model', values: models }], set, [seed]).map((run) => ({ ...run, data }));
}

/** What has an option of its own is not set a second time. */
function checkSettings({ set, tasks }: ControlAsk): void {
  const own: Readonly<Record<string, string>> = {
    model: '--models',
    'plan.also': '--planners',
    'evals.extra': '--extra',
    ...(tasks === undefined ? {} : { 'plan.tasks': '--tasks' }),
  };
  for (const setting of set) {
    const path = setting.slice(0, Math.max(0, setting.indexOf('=')));
    if (!Object.hasOwn(own, path)) continue;
    throw new JepaError('usage', `the benchmark sets '${path}' itself, got --set ${setting}; use ${own[path]}`, {
      setting,
    });
  }
}

async function findWorlds(known: readonly AnyRecipe[], { worlds, set }: ControlAsk): Promise<World[]> {
  const control = known.filter((recipe) => recipe.control !== undefined);
  const found = await Promise.all((worlds ?? control.map(({ name }) => name)).map((name) => findWorld(name, known)));
  if (found.length === 0) throw new JepaError('unsupported', 'this build of jepa holds no control experiment');
  const names = found.map(({ found: { recipe } }) => recipe.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new JepaError('usage', `two of --worlds are called '${twice}'; leave one out`, { world: twice });
  }
  return found.map(({ found: one, control: choices }) => {
    const config = configured(one.recipe, set);
    return {
      found: one,
      models: choices.models(config),
      planners: choices.planners(config),
      extra: choices.extra?.(config) ?? [],
      made: choices.dataset(config),
    };
  });
}

async function findWorld(
  name: string,
  known: readonly AnyRecipe[],
): Promise<{ readonly found: FoundRecipe; readonly control: ControlChoices<object> }> {
  const worlds = known.filter((recipe) => recipe.control !== undefined).map((recipe) => recipe.name);
  if (!isModulePath(name) && !known.some((recipe) => recipe.name === name)) throw unknownName('world', name, worlds);
  const found = await findRecipe(name, known);
  const { control, stages } = found.recipe;
  if (control === undefined || stages?.collect === undefined) {
    const message = `recipe ${found.recipe.name} must be a control experiment (with 'control' and 'stages.collect') to be a world; known: ${worlds.join(', ')}`;
    throw new JepaError('usage', message, { recipe: found.recipe.name, known: worlds });
  }
  return { found, control };
}

function checkNames(what: string, asked: readonly string[] | undefined, all: readonly string[]): void {
  const known = [...new Set(all)];
  for (const name of asked ?? []) if (!known.includes(name)) throw unknownName(what, name, known);
}
