// One call from a world to a trained model that was evaluated: what `jepa run` does, from code.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Agent, type LoadAgentOptions, loadAgent } from '../agent/index.ts';
import { JepaError } from '../core/index.ts';
import { type Env, type EnvOptions, listEnvs, type Policy, registerWorld } from '../envs/index.ts';
import type { ComputeOptions } from './compute.ts';
import { type WorldRecipeOptions, worldRecipe } from './control/world-recipe.ts';
import { executeRun } from './execute.ts';
import { executeOnRun } from './on-run.ts';
import type { AnyRecipe, ProgressLine } from './recipe.ts';
import type { ExperimentSession } from './session.ts';

/** Where in a run folder its exported model lies. */
const EXPORT_FOLDER = 'export';

/** What to learn, and where to. */
export interface TrainWorldModelOptions extends WorldRecipeOptions {
  /** The name of a world that is known, or what makes one's own: it becomes known under its own id. */
  readonly env: string | ((options?: EnvOptions) => Env);
  /** Policies of one's own world by name, of which `collect.policy` is one. @default random actions */
  readonly policies?: Readonly<Record<string, () => Policy>>;
  /** The run folder: new, or one to resume. */
  readonly out: string;
  /** @default 0 */
  readonly seed?: number;
  /** Settings as on the command line, each `path=value`. */
  readonly set?: readonly string[];
  /** Continue the run that `out` holds. @default false */
  readonly resume?: boolean;
  readonly signal?: AbortSignal;
  /** Where to compute. @default this machine's processor */
  readonly compute?: ComputeOptions;
  /** Lines for people. @default none */
  readonly log?: (line: string) => void;
  readonly onProgress?: (line: ProgressLine) => void;
}

/** What came of it. */
export interface TrainedWorldModel {
  /** The run folder: checkpoints, evaluations, `report.html`. */
  readonly run: string;
  readonly report: string | undefined;
  /** Results by dotted name, such as `planning.strict.success`. */
  readonly metrics: Readonly<Record<string, number>>;
  /**
   * What acts with the model: observations in, actions out. Its file, `export/model.safetensors` in the run folder, is written
   * at the first call.
   *
   * @throws JepaError as `loadAgent`
   */
  agent(options?: LoadAgentOptions): Promise<Agent>;
}

function worldOf(env: TrainWorldModelOptions['env'], policies: TrainWorldModelOptions['policies']): string {
  if (typeof env === 'string') {
    if (policies === undefined) return env;
    throw new JepaError(
      'usage',
      `trainWorldModel: policies go with a world of one's own, '${env}' has its own; leave them out`,
    );
  }
  const { id } = env().spec;
  if (!listEnvs().some((world) => world.id === id)) {
    registerWorld({ id, summary: `the world ${id}`, make: env, ...(policies === undefined ? {} : { policies }) });
  }
  return id;
}

/**
 * Collects episodes in a world, trains a world model on them, probes it, plans with it, and writes all of it with a report into
 * a run folder.
 *
 * @throws JepaError `usage` for a world, a model or settings that cannot be, before anything is written; `numeric` when the loss
 * is not finite; the signal's reason when aborted, the run can then be resumed
 * @example
 * const trained = await trainWorldModel({ env: ice, policies: { expert }, out: 'runs/ice' });
 * trained.metrics['planning.strict.success']; // share of held-out goals that were reached
 * const agent = await trained.agent();
 */
export async function trainWorldModel(options: TrainWorldModelOptions): Promise<TrainedWorldModel> {
  const { env, policies, out, seed = 0, set = [], resume = false, signal, compute, log, onProgress, ...rest } = options;
  const recipe = worldRecipe(worldOf(env, policies), rest);
  const session: ExperimentSession = {
    recipes: [recipe as AnyRecipe],
    output: { log: (line) => log?.(line), progress: (line) => onProgress?.(line) },
    signal: signal ?? new AbortController().signal,
    commandLine: 'trainWorldModel',
  };
  const done = await executeRun(session, 'run', recipe.name, { seed, out, set, resume, ...compute });
  return {
    run: done.run,
    report: done.report,
    metrics: done.metrics,
    agent: async (agentOptions = {}) => {
      const file = join(done.run, EXPORT_FOLDER, 'model.safetensors');
      if (!existsSync(file))
        await executeOnRun(session, 'export', done.run, { set: [] }, join(done.run, EXPORT_FOLDER));
      return loadAgent(file, agentOptions);
    },
  };
}
