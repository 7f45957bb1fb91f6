// Runs a recipe or one of its stages in a folder: configuration, `run.json`, interruption, report.

import { join } from 'node:path';
import { JepaError } from '../core/index.ts';
import { writeReport } from '../report/index.ts';
import {
  claimFolder,
  isRunFolder,
  machineRecord,
  makeFolder,
  type RunFile,
  readRunFile,
  versionRecord,
  writeRunFile,
} from '../run/index.ts';
import { configured, reconfigured } from './configure.ts';
import { type FoundRecipe, findRecipe } from './find-recipe.ts';
import { isInterruption } from './interrupt.ts';
import type { RecipeStages, RunContext, RunSummary } from './recipe.ts';
import type { ExecuteOptions, Session } from './session.ts';
import { differences } from './settings.ts';

/** The names of the parts of a recipe. */
export type StageName = keyof RecipeStages<object>;

/** The outcome of a command that ran a recipe: what the JSON line of `jepa run` holds, and the report's path. */
export interface Executed {
  readonly recipe: string;
  readonly seed: number;
  readonly run: string;
  readonly minutes: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly report?: string;
}

type Work = (config: object, context: RunContext) => Promise<RunSummary>;

function workOf({ recipe }: FoundRecipe, stage: StageName | 'run'): Work {
  if (stage === 'run') return (config, context) => recipe.run(config, context);
  const work = recipe.stages?.[stage];
  if (work === undefined) {
    const parts = Object.keys(recipe.stages ?? {}).join(', ') || 'none';
    const message = `recipe ${recipe.name} has no separate '${stage}' (its parts: ${parts}); use 'jepa run ${recipe.name}'`;
    throw new JepaError('usage', message, { recipe: recipe.name, stage });
  }
  return (config, context) => work.call(recipe.stages, config, context);
}

function contextFor(
  session: Session,
  base: Pick<RunContext, 'seed' | 'out' | 'resume' | 'data' | 'model'>,
): RunContext {
  const { output, signal } = session;
  return { ...base, signal, log: (line) => output.log(line), progress: (line) => output.progress(line) };
}

function elapsed(startMs: number, before = 0): number {
  return Math.round((before + (performance.now() - startMs) / 60_000) * 1000) / 1000;
}

/** The first folder of a recipe: `runs/<recipe>-seed<k>`. */
function defaultFolder(recipe: string, seed: number, suffix = ''): string {
  return join('runs', `${recipe}-seed${seed}${suffix}`);
}

/**
 * `jepa run` and `jepa train`: starts or continues a run folder. On an interruption the folder is marked so, and the
 * error says how to continue.
 */
export async function executeRun(
  session: Session,
  stage: 'run' | 'train',
  name: string,
  options: ExecuteOptions & { readonly data?: string },
): Promise<Executed> {
  const found = await findRecipe(name, session.recipes);
  const work = workOf(found, stage);
  const seedOrDefault = options.seed ?? 0;
  // Mistakes in --set are reported before any folder is made.
  const asked = configured(found.recipe, options.set);
  await found.recipe.check?.(asked);
  const out = options.out ?? defaultFolder(found.recipe.name, seedOrDefault);
  const { resumed } = claimFolder(out, options.resume === true);
  const before = resumed && isRunFolder(out) ? readRunFile(out) : undefined;
  if (options.resume === true && !resumed)
    session.output.log(`nothing to resume in ${out}: starting from the beginning`);
  const { seed, config } = planOf(found, options, before, out);
  const startMs = performance.now();
  let run: RunFile = {
    recipe: found.recipe.name,
    seed,
    status: 'unfinished',
    command: before?.command ?? session.commandLine,
    ...(found.file === undefined ? {} : { recipeFile: found.file }),
    started: before?.started ?? new Date().toISOString(),
    minutes: before?.minutes ?? 0,
    machine: machineRecord(),
    versions: versionRecord(),
    config,
    metrics: before?.metrics ?? {},
  };
  writeRunFile(out, run);
  const { data } = options;
  const context = contextFor(session, {
    seed,
    out,
    resume: resumed,
    model: out,
    ...(data === undefined ? {} : { data }),
  });
  try {
    const summary = await work(config, context);
    run = { ...run, status: 'done', minutes: elapsed(startMs, before?.minutes), metrics: summary.metrics };
    writeRunFile(out, run);
    const report = summary.report ?? writeReport(out);
    return { recipe: run.recipe, seed, run: out, minutes: run.minutes ?? 0, metrics: summary.metrics, report };
  } catch (error) {
    const stopped = isInterruption(error, session.signal);
    markStopped(session, out, {
      ...run,
      status: stopped ? 'interrupted' : 'failed',
      minutes: elapsed(startMs, before?.minutes),
    });
    if (stopped && error instanceof Error) {
      error.message = `interrupted; continue with: ${session.commandLine.replace(/ --resume\b/, '')} --resume`;
    }
    throw error;
  }
}

/** Records how a run ended without hiding why it ended. */
function markStopped(session: Session, out: string, run: RunFile): void {
  try {
    writeRunFile(out, run);
  } catch (error) {
    session.output.log(`could not update ${out}/run.json: ${(error as Error).message}`);
  }
}

/** Seed and configuration of a run: those of the command line, or those recorded, which a resumed run must keep. */
function planOf(
  { recipe }: FoundRecipe,
  options: ExecuteOptions,
  before: RunFile | undefined,
  out: string,
): { readonly seed: number; readonly config: object } {
  if (before === undefined) return { seed: options.seed ?? 0, config: configured(recipe, options.set) };
  if (before.recipe !== recipe.name) {
    const message = `'${out}' holds a run of recipe ${before.recipe}, got ${recipe.name}; choose another --out`;
    throw new JepaError('usage', message, { recipe: before.recipe });
  }
  if (options.seed !== undefined && options.seed !== before.seed) {
    const message = `a resumed run keeps its seed ${before.seed}, got --seed ${options.seed}; leave it out or choose another --out`;
    throw new JepaError('usage', message, { seed: before.seed });
  }
  const recorded = reconfigured(recipe, before.config ?? {});
  const config = reconfigured(recipe, recorded, options.set);
  const changed = differences(recorded, config);
  if (changed.length > 0) {
    const message = `a resumed run keeps its configuration, but --set changes ${changed.join(', ')}; leave that out or choose another --out`;
    throw new JepaError('usage', message, { changed });
  }
  return { seed: before.seed, config };
}

/** `jepa collect`: writes a dataset into a folder of its own. */
export async function executeCollect(session: Session, name: string, options: ExecuteOptions): Promise<Executed> {
  const found = await findRecipe(name, session.recipes);
  const work = workOf(found, 'collect');
  const config = configured(found.recipe, options.set);
  await found.recipe.check?.(config);
  const seed = options.seed ?? 0;
  const out = options.out ?? defaultFolder(found.recipe.name, seed, '-data');
  const { resumed } = claimFolder(out, options.resume === true);
  const startMs = performance.now();
  const { metrics } = await work(config, contextFor(session, { seed, out, resume: resumed }));
  return { recipe: found.recipe.name, seed, run: out, minutes: elapsed(startMs), metrics };
}

/** `jepa eval`, `plan` and `export`: read a finished run, and write into it or into `--out`. */
export async function executeOnRun(
  session: Session,
  stage: 'eval' | 'plan' | 'export',
  model: string,
  options: ExecuteOptions,
  defaultOut: string = model,
): Promise<Executed> {
  const before = readRunFile(model);
  if (before.recipe === '') {
    const message = `the run in '${model}' must have been made by a recipe, but its run.json names none; use the library instead`;
    throw new JepaError('usage', message, { run: model });
  }
  const found = await findRecipe(before.recipeFile ?? before.recipe, session.recipes);
  const work = workOf(found, stage);
  const config = reconfigured(found.recipe, before.config ?? {}, options.set);
  const seed = options.seed ?? before.seed;
  const out = options.out ?? defaultOut;
  makeFolder(out);
  const startMs = performance.now();
  const { metrics } = await work(config, contextFor(session, { seed, out, resume: true, model }));
  const done = { recipe: found.recipe.name, seed, run: model, minutes: elapsed(startMs), metrics };
  if (out !== model) return done;
  // The run may have been changed by the recipe meanwhile, so it is read again.
  const now = readRunFile(model);
  writeRunFile(model, { ...now, metrics: { ...now.metrics, ...metrics } });
  return { ...done, report: writeReport(model) };
}

/** The metrics as an aligned table, and where to look next. */
export function executedText({ run, minutes, metrics, report }: Executed): string {
  const width = Math.max(0, ...Object.keys(metrics).map((name) => name.length));
  const value = (v: number): string => (Number.isFinite(v) ? String(Number(v.toPrecision(5))) : 'not finite');
  const rows = Object.entries(metrics).map(([name, v]) => `${name.padEnd(width)}  ${value(v)}`);
  const tail = [`folder  ${run}`, ...(report === undefined ? [] : [`report  ${report}`]), `minutes ${minutes}`];
  return [...rows, ...(rows.length > 0 ? [''] : []), ...tail].join('\n');
}

/** The JSON line of `jepa run`. */
export function executedJson({ recipe, seed, run, minutes, metrics }: Executed): object {
  return { recipe, seed, run, minutes, metrics };
}
