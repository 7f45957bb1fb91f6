// Runs a recipe in a folder of its own: configuration, `run.json`, lock, interruption, report.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../core/index.ts';
import { writeReport } from '../report/index.ts';
import type { Failure, RunFile } from '../run/index.ts';
import {
  claimRun,
  isRunFolder,
  machineRecord,
  type RunClaim,
  readRunFile,
  versionRecord,
  writeRunFile,
} from '../run/node.ts';
import { type Computing, computingOn } from './compute.ts';
import { configured, reconfigured } from './configure.ts';
import { type Executed, elapsed, workOf } from './executed.ts';
import { type FoundRecipe, findRecipe } from './find-recipe.ts';
import { isInterruption } from './interrupt.ts';
import type { RunContext } from './recipe.ts';
import type { ExecuteOptions, ExperimentSession } from './session.ts';
import { differences } from './settings.ts';

/** How often the minutes of a run are written down, for a sitting that is killed. */
const MINUTES_EVERY_MS = 60_000;

/** Codes of errors in what was asked, rather than in the work. */
const MISTAKES: readonly string[] = ['usage', 'data', 'shape'];

function contextFor(
  session: ExperimentSession,
  base: Pick<RunContext, 'seed' | 'out' | 'resume' | 'data' | 'model' | 'runtime' | 'loaders'>,
): RunContext {
  const { output, signal } = session;
  return { ...base, signal, log: (line) => output.log(line), progress: (line) => output.progress(line) };
}

/** The first folder of a recipe: `runs/<recipe>-seed<k>`. */
function defaultFolder(recipe: string, seed: number, suffix = ''): string {
  return join('runs', `${recipe}-seed${seed}${suffix}`);
}

/** An interruption says how to continue. */
function explained(session: ExperimentSession, error: unknown): unknown {
  if (isInterruption(error, session.signal) && error instanceof Error) {
    error.message = `interrupted; continue with: ${session.commandLine.replace(/ --resume\b/, '')} --resume`;
  }
  return error;
}

/** Does `work` in a claimed folder. A mistake that shows before anything was made leaves no folder. */
async function inClaim<T>(session: ExperimentSession, claim: RunClaim, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof JepaError && MISTAKES.includes(error.code)) claim.discard();
    throw explained(session, error);
  } finally {
    claim.release();
  }
}

/**
 * `jepa run` and `jepa train`: starts or continues a run folder. However it ends, `run.json` says so: `done`, `interrupted`
 * (the error then says how to continue), or `failed` with the reason.
 */
export async function executeRun(
  session: ExperimentSession,
  stage: 'run' | 'train',
  name: string,
  options: ExecuteOptions & { readonly data?: string },
): Promise<Executed> {
  const found = await findRecipe(name, session.recipes);
  const work = workOf(found, stage);
  // Mistakes in --set are reported before any folder is made.
  const asked = configured(found.recipe, options.set);
  await found.recipe.check?.(asked);
  const computing: Computing = await computingOn(options, (line) => session.output.log(line));
  const out = options.out ?? defaultFolder(found.recipe.name, options.seed ?? 0);
  const resume = options.resume === true;
  const claim = claimRun(out, { resume, recipe: found.recipe.name, command: session.commandLine });
  return inClaim(session, claim, async () => {
    if (resume && !claim.resumed) session.output.log(`nothing to resume in ${out}: starting from the beginning`);
    const { seed, config, before } = planOf(session, found, options, claim, out, asked);
    const resumed = before !== undefined || (claim.resumed && !claim.blank);
    const startMs = performance.now();
    const minutes = (): number => elapsed(startMs, before?.minutes);
    let run: RunFile = {
      recipe: found.recipe.name,
      seed,
      status: 'unfinished',
      command: before?.command ?? session.commandLine,
      ...(found.file === undefined ? {} : { recipeFile: found.file }),
      started: before?.started ?? new Date().toISOString(),
      minutes: before?.minutes ?? 0,
      machine: machineRecord(),
      ...(computing.record === undefined ? {} : { runtime: computing.record }),
      versions: versionRecord(),
      config,
      changed: differences(found.recipe.config(), config),
      metrics: before?.metrics ?? {},
    };
    writeRunFile(out, run);
    const clock = setInterval(() => {
      record(session, out, { ...run, minutes: minutes() });
    }, MINUTES_EVERY_MS);
    clock.unref();
    const { data } = options;
    const given = { seed, out, resume: resumed, model: out, ...(data === undefined ? {} : { data }) };
    try {
      const summary = await work(config, contextFor(session, { ...given, ...computing.context }));
      run = { ...run, status: 'done', minutes: minutes(), metrics: summary.metrics };
      writeRunFile(out, run);
      const report = summary.report ?? writeReport(out);
      return { recipe: run.recipe, seed, run: out, minutes: run.minutes ?? 0, metrics: summary.metrics, report };
    } catch (error) {
      const end: Pick<RunFile, 'status' | 'failure'> = isInterruption(error, session.signal)
        ? { status: 'interrupted' }
        : { status: 'failed', failure: failureOf(error) };
      record(session, out, { ...run, ...end, minutes: minutes() });
      throw error;
    } finally {
      clearInterval(clock);
    }
  });
}

function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof JepaError ? error.code : 'internal', message };
}

/** Records how a run stands without hiding why it ended. */
function record(session: ExperimentSession, out: string, run: RunFile): void {
  try {
    writeRunFile(out, run);
  } catch (error) {
    session.output.log(`could not update ${out}/run.json: ${(error as Error).message}`);
  }
}

/** What a run is to be: as the command line says, or as a run that is continued was. */
interface RunPlan {
  readonly seed: number;
  readonly config: object;
  /** The run that is continued. */
  readonly before?: RunFile;
}

/** A run that is continued keeps its recipe, seed and configuration; one that made nothing yet may begin anew with others. */
function planOf(
  session: ExperimentSession,
  { recipe }: FoundRecipe,
  options: ExecuteOptions,
  claim: RunClaim,
  out: string,
  asked: object,
): RunPlan {
  const anew: RunPlan = { seed: options.seed ?? 0, config: asked };
  const before = isRunFolder(out) ? readRunFile(out) : undefined;
  if (before === undefined) return anew;
  const startAnew = (): RunPlan => {
    session.output.log(`the run in ${out} collected and trained nothing: it begins again, with the settings given now`);
    for (const file of ['run.json', 'dataset-link.json', 'report.html']) rmSync(join(out, file), { force: true });
    return anew;
  };
  if (!claim.resumed) return startAnew();
  if (before.recipe !== recipe.name) {
    const message = `'${out}' holds a run of recipe ${before.recipe || 'of code, not of a recipe'}, got ${recipe.name}; choose another --out`;
    throw new JepaError('usage', message, { recipe: before.recipe });
  }
  if (options.seed !== undefined && options.seed !== before.seed) {
    if (claim.blank) return startAnew();
    const message = `a resumed run keeps its seed ${before.seed}, got --seed ${options.seed}; leave it out or choose another --out`;
    throw new JepaError('usage', message, { seed: before.seed });
  }
  const recorded = reconfigured(recipe, before.config ?? {});
  const config = reconfigured(recipe, recorded, options.set);
  const changed = differences(recorded, config);
  if (changed.length > 0) {
    if (claim.blank) return startAnew();
    const message = `a resumed run keeps its configuration, but --set changes ${changed.join(', ')}; leave that out or choose another --out`;
    throw new JepaError('usage', message, { changed });
  }
  return { seed: before.seed, config, before };
}

/** `jepa collect`: writes a dataset into a folder of its own. */
export async function executeCollect(
  session: ExperimentSession,
  name: string,
  options: ExecuteOptions,
): Promise<Executed> {
  const found = await findRecipe(name, session.recipes);
  const work = workOf(found, 'collect');
  const config = configured(found.recipe, options.set);
  await found.recipe.check?.(config);
  const seed = options.seed ?? 0;
  const out = options.out ?? defaultFolder(found.recipe.name, seed, '-data');
  const claim = claimRun(out, { resume: options.resume === true, command: session.commandLine });
  return inClaim(session, claim, async () => {
    const startMs = performance.now();
    const { metrics } = await work(config, contextFor(session, { seed, out, resume: claim.resumed }));
    return { recipe: found.recipe.name, seed, run: out, minutes: elapsed(startMs), metrics };
  });
}
