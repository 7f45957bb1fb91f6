// The audit of planning costs on a recorded run. It reads the run and writes nothing into it.

import { basename, resolve } from 'node:path';
import { JepaError } from '../core/index.ts';
import type { CostAudit } from '../run/index.ts';
import { readRunFile } from '../run/node.ts';
import { computingOn } from './compute.ts';
import { reconfigured } from './configure.ts';
import type { AuditChoices } from './control/audit-choices.ts';
import type { RunContext } from './recipe.ts';
import { recordedRecipe } from './recorded-recipe.ts';
import type { ExperimentSession, OnRunOptions } from './session.ts';

/**
 * Audits costs on the model of the run in `dir`.
 *
 * @throws JepaError 'usage' for a run without a recipe, a recipe file that is not trusted, or one of no world; 'corrupt' for a
 * damaged checkpoint
 */
export async function auditRun(
  session: ExperimentSession,
  dir: string,
  options: OnRunOptions,
  choices: AuditChoices,
): Promise<CostAudit> {
  const before = readRunFile(dir);
  const { recipe } = await recordedRecipe(dir, before, session.recipes, options);
  const audit = recipe.control?.audit;
  if (audit === undefined) {
    const message = `the run in '${dir}' must be of a world with planning, but its recipe '${recipe.name}' has no audit of planning costs`;
    throw new JepaError('usage', message, { run: dir, recipe: recipe.name });
  }
  const config = reconfigured(recipe, reconfigured(recipe, before.config ?? {}), options.set);
  await recipe.check?.(config);
  const { output, signal } = session;
  const computing = await computingOn(options, (line) => output.log(line));
  const context: RunContext = {
    ...{ seed: options.seed ?? before.seed, out: dir, model: dir, signal, resume: true },
    ...computing.context,
    log: (line) => output.log(line),
    progress: (line) => output.progress(line),
  };
  const began = performance.now();
  const measured = await audit(config, context, choices);
  return { run: basename(resolve(dir)), ...measured, minutes: (performance.now() - began) / 60_000 };
}
