// `jepa bench control`: models by planners by worlds, with the random floor and the oracle, as tables and one page.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { JepaError } from '../../core/index.ts';
import {
  type ControlMatrix,
  checkDatasets,
  datasetMaker,
  executeSweep,
  isDone,
  isInterruption,
  planControl,
  readSweep,
  type SweepFile,
} from '../../experiment/index.ts';
import { type ControlFiles, controlText, writeControlReport } from '../../report/index.ts';
import { claimFolder } from '../../run/node.ts';
import { type CommonOptions, nameList, seedList, wholeNumber, withUnseededOptions } from '../options.ts';
import type { CommandSession } from '../session.ts';

interface Options extends Omit<CommonOptions, 'seed'> {
  readonly seed: readonly number[];
  readonly worlds?: readonly string[];
  readonly models?: readonly string[];
  readonly planners?: readonly string[];
  readonly extra?: readonly string[];
  readonly tasks?: number;
  readonly tablesOnly?: boolean;
  readonly results?: string;
}

const OUT = join('runs', 'control');

/** Adds `control` to `jepa bench`. */
export function addControlBench(bench: Command, session: CommandSession): void {
  const command = bench
    .command('control')
    .description('run control experiments, models by planners by worlds, and write their tables; hours, resumable')
    .option('--worlds <names>', 'control recipes, separated by commas (default: all)', nameList)
    .option('--models <names>', 'models of the recipes (default: all)', nameList)
    .option('--planners <names>', "planners beside the main one (default: all; 'planner': only the main one)", nameList)
    .option('--extra <names>', "stages that take longer, such as long-horizon (default: all; 'none')", nameList)
    .option('--seed <k,...>', 'seeds of every world and model', seedList, [0])
    .option('--tasks <n>', 'tasks of each protocol (default: those of the recipe)', someTasks)
    .option('--tables-only', 'run nothing: write the tables of what is done')
    .option('--results <folder>', 'write control.json and control.md there, too');
  withUnseededOptions(command, `folder of the benchmark (default: ${OUT})`).action(async (options: Options) => {
    const dir = options.out ?? OUT;
    if (options.tablesOnly === true) {
      onlyTables(session, dir, options);
      return;
    }
    const matrix = await planControl(session.recipes, { ...options, seeds: options.seed }, dir);
    checkDatasets(matrix.datasets);
    await execute(session, dir, matrix, options);
  });
}

function someTasks(text: string): number {
  const tasks = wholeNumber(text);
  if (tasks === 0) throw new InvalidArgumentError('It must be at least 1, got 0.');
  return tasks;
}

async function execute(session: CommandSession, dir: string, matrix: ControlMatrix, options: Options): Promise<void> {
  const { output, signal, commandLine } = session;
  const { runs, datasets, worlds, without } = matrix;
  for (const world of without) output.log(`${world} has none of the models asked for: left out`);
  // Nothing is run again when all is done, so writing the tables anew needs no --resume.
  const allDone = runs.every((run) => isDone(dir, run));
  const { resumed } = claimFolder(dir, options.resume === true || allDone);
  if (options.resume === true && !resumed) output.log(`nothing to resume in ${dir}: starting`);
  const command = commandLine.replace(/ --resume\b/, '');
  try {
    const sweep = await executeSweep(session, {
      dir,
      plan: runs,
      asked: {
        command,
        recipes: worlds,
        grid: { model: [...new Set(runs.map(({ settings }) => settings.model!))] },
        set: options.set,
        seeds: options.seed,
      },
      ready: datasetMaker(session, dir, datasets),
      onChange: (now) => {
        writeControlReport(dir, now, options.results);
      },
    });
    finish(session, dir, sweep, options.results);
  } catch (error) {
    if (isInterruption(error, signal) && error instanceof Error) {
      error.message = `interrupted; the tables of what is done are in ${dir}; continue with: ${command} --resume`;
    }
    throw error;
  }
}

function onlyTables(session: CommandSession, dir: string, options: Options): void {
  const given = (['worlds', 'models', 'planners', 'extra', 'tasks'] as const).filter(
    (name) => options[name] !== undefined,
  );
  const unused = [...given, ...(options.set.length > 0 ? ['set'] : [])];
  if (unused.length > 0) {
    const message = `--tables-only shows everything that is done in '${dir}', got --${unused.join(', --')} beside it; leave that out`;
    throw new JepaError('usage', message, { unused });
  }
  if (!existsSync(dir)) {
    throw new JepaError('usage', `--tables-only needs the folder of a benchmark, but '${dir}' does not exist`, { dir });
  }
  finish(session, dir, readSweep(dir), options.results);
}

/** Writes everything and answers; runs that failed make the command fail after that. */
function finish(
  { output }: CommandSession,
  dir: string,
  sweep: SweepFile | undefined,
  results: string | undefined,
): void {
  const { report, files } = writeControlReport(dir, sweep ?? { runs: [] }, results);
  const runs = sweep?.runs ?? [];
  const failed = runs.filter(({ status }) => status === 'failed');
  const paths: ControlFiles & { readonly results?: string } = {
    ...files,
    ...(results === undefined ? {} : { results }),
  };
  const text = [controlText(report), '', ...Object.values(paths)].join('\n');
  const json = { out: dir, done: report.runs.length, failed: failed.length, ...paths, runs };
  if (failed.length === 0) {
    output.answer(json, text);
    return;
  }
  if (output.json) output.log(text);
  else output.answer(json, text);
  const message = `${failed.length} of ${runs.length} runs failed; what they printed is in ${join(dir, 'logs')}, --resume tries them again`;
  throw new JepaError('runtime', message, json);
}
