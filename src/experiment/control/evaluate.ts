// The evaluation stage: probes of the frozen embedding and surprise at violations, on held-out episodes.

import type { WorldModel } from '../../agent/index.ts';
import {
  type EmbeddedRows,
  embedRows,
  fitStateDecoder,
  imaginationErrors,
  type ProbeOutcome,
  probeState,
  probeTargetsOf,
  violationSurprise,
  violationsOf,
} from '../../evals/index.ts';
import type { StateDecoder } from '../../plan/index.ts';
import { keyFor } from '../keys.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import { writeJson } from '../run-files.ts';
import type { ControlExperiment } from './config.ts';
import type { ExperimentData } from './data.ts';
import { unlessAborted } from './interruptible.ts';
import { experimentEnv } from './stages.ts';

/** Clips that are imagined, and how many times as far ahead as the planner looks. */
const IMAGINED = { clips: 200, horizons: 2 };
/** Rows of training episodes to fit on and of held-out ones to score on, embedded. */
async function embeddedRows(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
): Promise<{ readonly fit: EmbeddedRows; readonly held: EmbeddedRows }> {
  const rows = config.evals.probeRows;
  const embedded = (episodes: readonly number[]) => {
    const total = episodes.reduce((n, e) => n + data.store.episodes[e]!.length, 0);
    const stride = Math.max(1, Math.floor(total / rows));
    return unlessAborted(context.signal, () => embedRows(model, data.store, episodes, stride, rows));
  };
  return { fit: await embedded(data.split.train), held: await embedded(data.split.test) };
}

/** What reads the state off the model's embeddings, for goals in words of the state; undefined, with a line, where nothing can be read. */
export async function stateDecoder(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
): Promise<StateDecoder | undefined> {
  const { fit, held } = await embeddedRows(config, context, model, data);
  const decoder = fitStateDecoder(fit, held, experimentEnv(config).spec);
  const read = decoder?.numbers.map(({ name, r }) => `${name} ${r.toFixed(2)}`).join(', ');
  context.log(
    read === undefined
      ? `no decoder of the state: no number of it changes, or the embedding is too wide (${model.dynamics.dim}); agents take observations as goals`
      : `decoder of the state, r on held-out episodes: ${read}`,
  );
  return decoder;
}

/** Probes of the state, fitted on training episodes and scored on held-out ones. */
export async function probes(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
): Promise<ProbeOutcome> {
  const { fit, held } = await embeddedRows(config, context, model, data);
  return await probeState(fit, held, probeTargetsOf(experimentEnv(config).spec), keyFor(context, 'probe'), {
    signal: context.signal,
  });
}

/** Runs probes, imagination and surprise and writes their files. */
export async function evaluateStage(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
): Promise<RunSummary> {
  const metrics: Record<string, number> = {};
  const { targets, file } = await probes(config, context, model, data);
  writeJson(context, 'evals/probe.json', file);
  for (const { target, linearScore, mlpScore } of targets) {
    const name = `probe.${target.name.replaceAll(' ', '-')}`;
    metrics[`${name}.linear.r`] = Math.min(...linearScore.r);
    metrics[`${name}.mlp.r`] = Math.min(...mlpScore.r);
  }
  const read = targets.map(
    (t) => `${t.target.name} ${t.linearScore.meanR.toFixed(3)} (${t.mlpScore.meanR.toFixed(3)})`,
  );
  context.log(`linear (mlp) probes, r: ${read.join(', ')}`);
  const imagination = await unlessAborted(context.signal, () =>
    imaginationErrors({
      model,
      source: data.store,
      episodes: data.split.test,
      frameSkip: config.data.frameSkip,
      actions: data.actions,
      probes: targets,
      horizon: IMAGINED.horizons * config.plan.horizon,
      clips: IMAGINED.clips,
      key: keyFor(context, 'imagination'),
    }),
  );
  writeJson(context, 'evals/imagination.json', imagination);
  const shares = imagination.imagined.map((error, i) => error / imagination.still[i]!);
  for (const at of new Set([1, Math.min(config.plan.horizon, shares.length), shares.length]))
    metrics[`imagination.${at}.error`] = shares[at - 1]!;
  context.log(
    `imagined against standing still: ${shares.map((s) => s.toFixed(2)).join(', ')} of its squared error, 1 to ${shares.length} blocks ahead`,
  );
  const { surpriseClips, surpriseSteps, surpriseAt } = config.evals;
  const env = experimentEnv(config);
  const surprise = await unlessAborted(context.signal, () =>
    violationSurprise({
      model,
      env,
      source: data.store,
      episodes: data.split.test,
      normaliser: data.actions,
      frameSkip: config.data.frameSkip,
      violations: violationsOf(env.spec),
      clips: surpriseClips,
      steps: surpriseSteps,
      at: surpriseAt,
      key: keyFor(context, 'surprise'),
    }),
  );
  writeJson(context, 'evals/surprise.json', surprise);
  for (const { name, auc } of surprise.perturbations) metrics[`surprise.${name}.auc`] = auc;
  context.log(`surprise: ${surprise.perturbations.map((p) => `${p.name} AUC ${p.auc.toFixed(3)}`).join(', ')}`);
  return { metrics };
}
