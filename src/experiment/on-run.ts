// `jepa eval`, `plan` and `export`: a part of a recipe on the model of a recorded run. Results made with the run's own settings
// replace those that are there; results made with others stand beside them.

import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { writeReport } from '../report/index.ts';
import { configDifferences, type ResultOrigin, type RunFile } from '../run/index.ts';
import { listCheckpoints, lockRun, makeFolder, newestCheckpoint, readRunFile, writeRunFile } from '../run/node.ts';
import { computingOn } from './compute.ts';
import { reconfigured } from './configure.ts';
import { type Executed, elapsed, workOf } from './executed.ts';
import { recordedRecipe } from './recorded-recipe.ts';
import { type OtherContext, originDigest } from './run-files.ts';
import type { ExperimentSession, OnRunOptions } from './session.ts';

/**
 * Runs a part of a recipe on the run in `model`, and writes into it or into `--out`.
 *
 * @throws JepaError 'usage' for a run without a recipe, a recipe file that is not trusted, or a folder that another process
 * writes; 'corrupt' when the newest checkpoint is damaged and an older one is not allowed
 */
export async function executeOnRun(
  session: ExperimentSession,
  stage: 'eval' | 'plan' | 'export',
  model: string,
  options: OnRunOptions,
  defaultOut: string = model,
): Promise<Executed> {
  const before = readRunFile(model);
  const found = await recordedRecipe(model, before, session.recipes, options);
  const work = workOf(found, stage);
  const recorded = reconfigured(found.recipe, before.config ?? {});
  const config = reconfigured(found.recipe, recorded, options.set);
  await found.recipe.check?.(config);
  const computing = await computingOn(options, (line) => session.output.log(line));
  const seed = options.seed ?? before.seed;
  const into = options.out ?? defaultOut;
  const lock = lockRun(isWithin(into, model) ? model : into, session.commandLine);
  let [out, isNew] = [into, false];
  try {
    const checkpoint = olderCheckpoint(session, model, options);
    const origin = originOf(session, before, { settings: configDifferences(recorded, config), seed }, checkpoint);
    const own = resolve(into) === resolve(model);
    const digest = origin !== undefined && (options.out === undefined || own) ? originDigest(origin) : undefined;
    // A folder of its own within the run, such as that of the graphs, has the digest in its name.
    if (digest !== undefined && !own) out = `${into}@${digest}`;
    isNew = !existsSync(out);
    makeFolder(out);
    const { output, signal } = session;
    const context: OtherContext = {
      ...{ seed, out, model, signal, resume: true },
      ...computing.context,
      log: (line) => output.log(line),
      progress: (line) => output.progress(line),
      ...(origin === undefined ? {} : { origin }),
      ...(digest === undefined || !own ? {} : { digest }),
    };
    const startMs = performance.now();
    const { metrics } = await work(config, context);
    const done: Executed = {
      ...{ recipe: found.recipe.name, seed, run: model, out, minutes: elapsed(startMs), metrics },
      ...(checkpoint === undefined ? {} : { checkpoint }),
      ...(digest === undefined ? {} : { digest, settings: origin!.settings }),
    };
    if (!own) return done;
    // The run may have been changed by the recipe meanwhile, so it is read again.
    const now = readRunFile(model);
    writeRunFile(model, { ...now, ...withMetrics(now, metrics, origin, digest) });
    return { ...done, report: writeReport(model) };
  } finally {
    lock.release();
    // A refused command leaves no empty folder.
    if (isNew && existsSync(out) && readdirSync(out).length === 0) rmdirSync(out);
  }
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way);
}

/** The step of the checkpoint that will be used where the newest is damaged and an older one allowed; else undefined. */
function olderCheckpoint(session: ExperimentSession, model: string, options: OnRunOptions): number | undefined {
  const newest = listCheckpoints(model).at(-1);
  if (newest === undefined) return undefined;
  const used = newestCheckpoint(model, { allowOlder: options.allowOlderCheckpoint === true });
  if (used === null || used.step === newest.step) return undefined;
  session.output.log(`${newest.path} is damaged: the model is that of step ${used.step}`);
  return used.step;
}

/** In what the results differ from those of the run; undefined when in nothing. */
function originOf(
  { commandLine }: ExperimentSession,
  before: RunFile,
  { settings, seed }: Pick<ResultOrigin, 'settings'> & { readonly seed: number },
  checkpoint: number | undefined,
): ResultOrigin | undefined {
  if (Object.keys(settings).length === 0 && seed === before.seed && checkpoint === undefined) return undefined;
  return {
    settings,
    ...(seed === before.seed ? {} : { seed }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    command: commandLine,
  };
}

function withMetrics(
  { metrics, others = {} }: RunFile,
  now: Readonly<Record<string, number>>,
  origin: ResultOrigin | undefined,
  digest: string | undefined,
): Partial<RunFile> {
  if (origin === undefined || digest === undefined) return { metrics: { ...metrics, ...now } };
  return { others: { ...others, [digest]: { ...origin, metrics: { ...others[digest]?.metrics, ...now } } } };
}
