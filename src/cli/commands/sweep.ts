// `jepa sweep RECIPE...`: a grid of settings, seeds and recipes, one run after another.

import { basename, join } from 'node:path';
import { JepaError } from '../../core/index.ts';
import { writeFileAtomic } from '../../data/node.ts';
import {
  executeSweep,
  findRecipes,
  isInterruption,
  parseGrid,
  parseSort,
  planSweep,
  type SortBy,
  type SweepFile,
  type SweepOptions,
  sweepMarkdown,
  sweepText,
} from '../../experiment/index.ts';
import { writeComparison } from '../../report/index.ts';
import { claimFolder } from '../../run/node.ts';
import { type CommonOptions, collected, seedList, withUnseededOptions } from '../options.ts';
import type { CommandFile, CommandSession } from '../session.ts';

interface Options extends Omit<CommonOptions, 'seed'> {
  readonly seed: readonly number[];
  readonly grid: readonly string[];
  readonly skip: readonly string[];
  readonly data?: string;
  readonly sort?: string;
}

/** Adds the command. */
export const sweepCommand: CommandFile = (program, session) => {
  const command = program
    .command('sweep')
    .description('run recipes over a grid of settings and seeds, and compare what comes out')
    .argument('<recipe...>', "names, patterns such as 'cifar10-*', or paths of modules")
    .option('--grid <path=v1,v2>', 'values to try for a setting; several make a product', collected, [])
    .option('--seed <k,...>', 'seeds of every configuration', seedList, [0])
    .option('--skip <recipe>', 'leave out a recipe or pattern; may be repeated', collected, [])
    .option('--data <folder>', 'dataset to use instead of collecting one')
    .option('--sort <metric>', 'sort the table, largest first; metric:asc for smallest first');
  withUnseededOptions(command, 'folder of the sweep (default: runs/sweep-<recipe>)').action(
    async (recipes: string[], options: Options) => {
      const sweep = await prepare(session, recipes, options);
      const { resumed } = claimFolder(sweep.dir, options.resume === true);
      if (options.resume === true && !resumed) session.output.log(`nothing to resume in ${sweep.dir}: starting`);
      try {
        const done = await executeSweep(session, sweep);
        finish(session, sweep.dir, done, options.sort === undefined ? undefined : parseSort(options.sort));
      } catch (error) {
        if (isInterruption(error, session.signal) && error instanceof Error) {
          error.message = `interrupted; continue with: ${session.commandLine.replace(/ --resume\b/, '')} --resume`;
        }
        throw error;
      }
    },
  );
};

/** Finds recipes and plans all runs, so that every mistake is reported before any folder is made. */
async function prepare(session: CommandSession, patterns: readonly string[], options: Options): Promise<SweepOptions> {
  const { grid, seed, set, skip, data } = options;
  const recipes = await findRecipes(patterns, skip, session.recipes);
  const axes = parseGrid(grid);
  const names = patterns.map((p) =>
    basename(p)
      .replace(/\.[cm]?js$/, '')
      .replaceAll('*', 'all'),
  );
  return {
    dir: options.out ?? join('runs', `sweep-${names.slice(0, 3).join('+')}${names.length > 3 ? '+more' : ''}`),
    plan: planSweep(recipes, axes, set, seed),
    asked: {
      command: session.commandLine,
      recipes: recipes.map(({ recipe }) => recipe.name),
      grid: Object.fromEntries(axes.map(({ path, values }) => [path, values])),
      set,
      seeds: seed,
      ...(data === undefined ? {} : { data }),
    },
  };
}

/** Writes table and page; a run that failed makes the command fail after everything is written. */
function finish({ output }: CommandSession, dir: string, sweep: SweepFile, sort: SortBy | undefined): void {
  const done = sweep.runs.filter(({ status }) => status === 'done');
  const failed = sweep.runs.filter(({ status }) => status === 'failed');
  const table = join(dir, 'table.md');
  writeFileAtomic(table, [new TextEncoder().encode(sweepMarkdown(sweep, sort))]);
  const page = join(dir, 'compare.html');
  if (done.length > 0) {
    writeComparison(
      done.map(({ name }) => join(dir, name)),
      page,
    );
  }
  const files = { table, ...(done.length > 0 ? { page } : {}) };
  const unknown =
    sort !== undefined && !sweep.runs.some(({ metrics }) => metrics?.[sort.metric] !== undefined)
      ? [`no run has the metric ${sort.metric}: the table is not sorted`]
      : [];
  const text = [sweepText(sweep, sort), ...unknown, '', ...Object.values(files)].join('\n');
  const json = { sweep: dir, done: done.length, failed: failed.length, ...files, runs: sweep.runs };
  if (failed.length === 0) {
    output.answer(json, text);
    return;
  }
  if (output.json) output.log(text);
  else output.answer(json, text);
  const message = `${failed.length} of ${sweep.runs.length} runs failed; what they printed is in ${join(dir, 'logs')}, --resume tries them again`;
  throw new JepaError('runtime', message, json);
}
