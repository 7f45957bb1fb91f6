// The evaluation stage: probes of the frozen embedding and surprise at violations, on held-out episodes.

import type { WorldModel } from '../../src/agent/index.ts';
import type { RunContext, RunSummary } from '../../src/cli/index.ts';
import type { Env } from '../../src/envs/index.ts';
import { embedRows, type ProbeOutcome, probeState, type Violation, violationSurprise } from '../../src/evals/index.ts';
import { writeJson } from '../run-files.ts';
import type { ControlExperiment } from './config.ts';
import { type ExperimentData, experimentEnv, keyFor } from './stages.ts';

/** Probes of the state, fitted on training episodes and scored on held-out ones. */
export async function probes(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
): Promise<ProbeOutcome> {
  const rows = config.evals.probeRows;
  const stride = (episodes: readonly number[], limit: number): number => {
    const total = episodes.reduce((n, e) => n + data.store.episodes[e]!.length, 0);
    return Math.max(1, Math.floor(total / limit));
  };
  const fit = await embedRows(model, data.store, data.split.train, stride(data.split.train, rows), rows);
  const held = await embedRows(model, data.store, data.split.test, stride(data.split.test, rows), rows);
  return probeState(fit, held, experimentEnv(config).spec.stateNames, keyFor(context, 'probe'));
}

/** What an agent's world cannot do: jump, or change colour. */
function violations(spec: Env['spec']): Violation[] {
  return [
    {
      name: 'teleport',
      apply(env, random) {
        // A free position at least a quarter of the picture away: anything nearer could be a step.
        const before = env.state();
        for (let i = 0; ; i++) {
          env.reset([Math.floor(random.uniform() * 2 ** 32), i], { vary: ['agent.position'] });
          const after = env.state();
          if (Math.hypot(after[0]! - before[0]!, after[1]! - before[1]!) >= 56) return;
        }
      },
    },
    {
      name: 'colour',
      apply(env, random) {
        const factor = spec.factors['agent.color']!;
        const pick = (): number => Math.floor(random.uniform() * (factor.high + 1));
        const was = env.factor('agent.color') as readonly number[];
        for (;;) {
          const color = [pick(), pick(), pick()];
          if (Math.hypot(...color.map((c, i) => c - was[i]!)) < 128) continue;
          env.setFactor('agent.color', color);
          return;
        }
      },
    },
  ];
}

/** Runs probes and surprise and writes their files. */
export async function evaluateStage(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
): Promise<RunSummary> {
  const probe = await probes(config, context, model, data);
  writeJson(context, 'evals/probe.json', probe.file);
  context.log(
    `probe of position: linear r ${probe.linearScore.meanR.toFixed(4)}, mlp r ${probe.mlpScore.meanR.toFixed(4)}`,
  );
  const { surpriseClips, surpriseSteps, surpriseAt } = config.evals;
  const env = experimentEnv(config);
  const surprise = await violationSurprise({
    model,
    env,
    source: data.store,
    episodes: data.split.test,
    normaliser: data.actions,
    frameSkip: config.data.frameSkip,
    violations: config.env.id === 'two-room' ? violations(env.spec) : [],
    clips: surpriseClips,
    steps: surpriseSteps,
    at: surpriseAt,
    key: keyFor(context, 'surprise'),
  });
  writeJson(context, 'evals/surprise.json', surprise);
  const metrics: Record<string, number> = {
    'probe.position.linear.r': Math.min(...probe.linearScore.r),
    'probe.position.linear.r2': Math.min(...probe.linearScore.r2),
    'probe.position.mlp.r': Math.min(...probe.mlpScore.r),
  };
  for (const { name, auc } of surprise.perturbations) metrics[`surprise.${name}.auc`] = auc;
  context.log(`surprise: ${surprise.perturbations.map((p) => `${p.name} AUC ${p.auc.toFixed(3)}`).join(', ')}`);
  return { metrics };
}
