// The planning stage: goals shown as pictures, reached by planning in latent space, on held-out tasks of two protocols,
// with a random policy and an oracle on the same tasks.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LeWmModel } from '../../src/agent/index.ts';
import type { RunContext, RunSummary } from '../../src/cli/index.ts';
import { fold } from '../../src/core/index.ts';
import { normalise, writeFileAtomic } from '../../src/data/index.ts';
import { makePolicy } from '../../src/envs/index.ts';
import {
  type ControlRecord,
  type ControlRun,
  type ControlTrace,
  controlRecord,
  envPolicy,
  matrix,
  type Probe,
  plannerPolicy,
  type ReplayProtocol,
  type RolloutFile,
  replayTasks,
  runControl,
  solvedIn,
} from '../../src/evals/index.ts';
import { cem, mpc, solverPlanner } from '../../src/plan/index.ts';
import { writeJson } from '../run-files.ts';
import type { LeWmExperiment } from './config.ts';
import { type ExperimentData, experimentEnv, keyFor } from './stages.ts';

/** Positions decoded from the embeddings that a plan leads through. */
async function imaginedPaths(
  config: LeWmExperiment,
  model: LeWmModel,
  data: ExperimentData,
  probe: Probe,
  trace: ControlTrace,
): Promise<RolloutFile['imagined']> {
  const H = config.plan.horizon;
  const D = config.model.embedDim;
  const paths = [];
  for (const { step, plan } of trace.decisions) {
    const context = await model.encode(trace.film!.frames[step]!, 1);
    const plans = normalise(data.actions, plan);
    const all = await model.imagine({
      context,
      executed: new Float32Array(0),
      plans,
      tasks: 1,
      contextLength: 1,
      samples: 1,
      horizon: H,
    });
    const { data: xy } = probe.predict(matrix(all, D));
    paths.push({ at: step, path: Array.from({ length: H + 1 }, (_, t) => [xy[2 * t]!, xy[2 * t + 1]!] as const) });
  }
  return paths;
}

async function writeRollouts(
  config: LeWmExperiment,
  context: RunContext,
  model: LeWmModel,
  data: ExperimentData,
  probe: Probe,
  run: ControlRun,
): Promise<void> {
  mkdirSync(join(context.out, 'rollouts'), { recursive: true });
  const size = config.env.imageSize;
  for (const [k, trace] of run.traces.entries()) {
    if (trace.film === undefined) break;
    const { frames, goal } = trace.film;
    const record: RolloutFile = {
      frames: frames.length,
      height: size,
      width: size,
      success: trace.solvedAt !== undefined,
      ...(trace.solvedAt === undefined ? {} : { reachedAt: trace.solvedAt }),
      title: `held-out task ${k + 1}`,
      extent: [-0.5, -0.5, 223.5, 223.5],
      imagined: (await imaginedPaths(config, model, data, probe, trace)) ?? [],
      path: trace.states.map((s) => [s[0]!, s[1]!] as const),
      goal: [trace.task.goal[0]!, trace.task.goal[1]!],
    };
    writeFileAtomic(join(context.out, 'rollouts', `${k}.bin`), [...frames, goal]);
    writeJson(context, `rollouts/${k}.json`, record);
  }
}

/** Runs both protocols and writes `evals/planning.json` and the filmed episodes. */
export async function planStage(
  config: LeWmExperiment,
  context: RunContext,
  model: LeWmModel,
  data: ExperimentData,
  probe: Probe,
): Promise<RunSummary> {
  const {
    tasks: count,
    goalOffset,
    budget,
    horizon,
    recedingHorizon,
    history,
    samples,
    elites,
    iterations,
    initialStd,
    film,
  } = config.plan;
  const env = experimentEnv(config);
  const solver = cem({ samples, elites, iterations, initialStd });
  const planner = solverPlanner(solver, (request) => model.problem(request, horizon));
  const records: ControlRecord[] = [];
  const metrics: Record<string, number> = {};
  for (const protocol of ['strict', 'paper'] as const satisfies readonly ReplayProtocol[]) {
    const set = replayTasks({
      protocol,
      source: data.store,
      heldOutEpisodes: data.split.test,
      goalOffset,
      count,
      key: keyFor(context, 'tasks'),
      satisfied: solvedIn(env),
    });
    const runs: ControlRun[] = [];
    for (const name of ['planner', 'random', 'oracle'] as const) {
      const policy =
        name === 'planner'
          ? plannerPolicy(
              mpc(planner, {
                envs: count,
                frameSize: config.env.imageSize ** 2 * 3,
                actionDim: env.spec.actionDim,
                horizon,
                recedingHorizon,
                actionBlock: config.data.frameSkip,
                historyLength: history,
                actionStats: data.actions,
                key: keyFor(context, 'plan'),
              }),
              'planner',
            )
          : envPolicy(() => makePolicy(config.env.id, name));
      const run = await runControl({
        makeEnv: () => experimentEnv(config),
        tasks: set.tasks,
        policy,
        budget,
        key: fold(keyFor(context, 'control'), name),
        recordFrames: protocol === 'strict' && name === 'planner' ? film : 0,
        onStep(step, solved) {
          context.signal.throwIfAborted();
          context.progress({ stage: `plan (${protocol}, ${name})`, step, total: budget, terms: { solved } });
        },
      });
      runs.push(run);
      if (protocol === 'strict' && name === 'planner') await writeRollouts(config, context, model, data, probe, run);
    }
    const record = controlRecord(set, runs, {
      seed: context.seed,
      planner: { solver: solver.name, horizon, recedingHorizon, samples, elites, iterations, history },
    });
    records.push(record);
    const rate = (policy: string): number => {
      const r = record.results.find((x) => x.policy === policy)!;
      return r.successAny / r.tasks;
    };
    metrics[`planning.${protocol}.success`] = rate('planner');
    metrics[`planning.${protocol}.random`] = rate('random');
    metrics[`planning.${protocol}.oracle`] = rate('oracle');
    const planned = record.results.find((x) => x.policy === 'planner')!;
    if (planned.successLast !== undefined)
      metrics[`planning.${protocol}.successLast`] = planned.successLast / planned.tasks;
    if (planned.planSecondsMean !== undefined)
      metrics[`planning.${protocol}.secondsPerDecision`] = planned.planSecondsMean / planned.tasks;
    context.log(
      `planning, ${protocol}: ${(100 * rate('planner')).toFixed(0)} % (random ${(100 * rate('random')).toFixed(0)} %, oracle ${(100 * rate('oracle')).toFixed(0)} %)`,
    );
  }
  writeJson(context, 'evals/planning.json', { protocols: records, solver: solver.name });
  return { metrics };
}
