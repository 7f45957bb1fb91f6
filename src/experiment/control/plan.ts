// The planning stage: goals shown as pictures on held-out tasks, by both protocols, with a random policy and a ceiling on the
// same tasks, and other planners beside the main one.

import type { SolverBudget } from '../../agent/index.ts';
import { fold } from '../../core/index.ts';
import { goalOfState, makeEnv, makePolicy } from '../../envs/index.ts';
import {
  type ControlPolicy,
  type ControlRecord,
  type ControlRun,
  controlRecord,
  envPolicy,
  type ReplayProtocol,
  type ReplayTasks,
  replayTasks,
  runControl,
  simulatorOracle,
  solvedIn,
} from '../../evals/index.ts';
import type { RolloutFile } from '../../run/index.ts';
import { stateDimOf } from '../../world/index.ts';
import { keyFor } from '../keys.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import { writeBytes, writeJson } from '../run-files.ts';
import type { ControlExperiment } from './config.ts';
import type { ExperimentData } from './data.ts';
import { goalPolicies } from './goal-policies.ts';
import { imaginedPaths, placeOn } from './paths.ts';
import { controller, latentPlanner, solverOf } from './planners.ts';
import { experimentEnv } from './stages.ts';
import { isTrueWorld, trueWorldPolicy } from './true-world.ts';
import type { Trained } from './trained.ts';

async function writeRollouts(
  config: ControlExperiment,
  context: RunContext,
  { model, data, probes }: Trained,
  run: ControlRun,
): Promise<void> {
  const size = config.env.imageSize;
  const { ground } = experimentEnv(config).spec.declares ?? {};
  const stateDim = stateDimOf(model.dynamics.senses);
  for (const [k, trace] of run.traces.entries()) {
    if (trace.film === undefined) break;
    const { frames, goal } = trace.film;
    const given = { model, actions: data.actions, probes };
    const record: RolloutFile = {
      frames: frames.length,
      height: size,
      width: size,
      success: trace.solvedAt !== undefined,
      ...(trace.solvedAt === undefined ? {} : { reachedAt: trace.solvedAt }),
      title: `held-out task ${k + 1}`,
      ...(ground === undefined
        ? {}
        : {
            extent: ground.extent,
            // A model that is told the state cannot be asked again from the film alone.
            imagined: stateDim > 0 ? [] : await imaginedPaths(config, { ...given, ground }, trace),
            path: trace.states.map((s) => placeOn(ground, s)),
            goal: placeOn(ground, trace.task.goalState),
          }),
    };
    writeBytes(context, `rollouts/${k}.bin`, [...frames, goal]);
    writeJson(context, `rollouts/${k}.json`, record);
  }
}

/** The ceiling of a table: a policy of the world, or planning in the true world. */
export function ceilingPolicy({ env, plan }: ControlExperiment): ControlPolicy {
  if (plan.ceiling !== 'simulator') return { ...envPolicy(() => makePolicy(env.id, plan.ceiling)), name: 'oracle' };
  return simulatorOracle(() => makeEnv(env.id, { imageSize: 16 }));
}

/** Every policy of a protocol by name; those of `plan.also` act on the strict tasks only. */
async function policies(
  config: ControlExperiment,
  context: RunContext,
  trained: Trained,
  protocol: ReplayProtocol,
): Promise<readonly ControlPolicy[]> {
  const { plan, env } = config;
  const { model, data } = trained;
  const { actions } = data;
  const planning = (name: string, budget: SolverBudget): ControlPolicy => {
    const planner = latentPlanner(config, model, solverOf(config, budget, actions), context.signal);
    return controller(config, context, { ...model.dynamics, planner, actions, tasks: plan.tasks }, name);
  };
  const others: ControlPolicy[] = [];
  for (const name of protocol === 'strict' ? plan.also : []) {
    if (isTrueWorld(config, name)) {
      others.push(trueWorldPolicy(config, context, trained, name));
      continue;
    }
    const policy = goalPolicies[name];
    others.push(policy === undefined ? planning(name, plan.planners[name]!) : await policy(config, context, trained));
  }
  return [
    planning('planner', plan.planner),
    ...others,
    envPolicy(() => makePolicy(env.id, 'random')),
    ceilingPolicy(config),
  ];
}

/** Tasks of held-out episodes for one protocol. */
export function experimentTasks(
  config: ControlExperiment,
  context: RunContext,
  { store, split }: ExperimentData,
  protocol: ReplayProtocol,
  goalOffset: number = config.plan.goalOffset,
): ReplayTasks {
  const env = experimentEnv(config);
  return replayTasks({
    protocol,
    source: store,
    heldOutEpisodes: split.test,
    goalOffset,
    count: config.plan.tasks,
    key: keyFor(context, 'tasks'),
    goalOf: (state) => goalOfState(env.spec, state),
    satisfied: solvedIn(env),
  });
}

/** Results of a protocol by dotted name. */
function metricsOf({ name, results }: ControlRecord): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const result of results) {
    const at = `planning.${name}.${result.policy === 'planner' ? 'success' : result.policy}`;
    metrics[at] = result.successAny / result.tasks;
    const prefix = result.policy === 'planner' ? `planning.${name}` : at;
    if (result.successLast !== undefined && result.policy === 'planner')
      metrics[`${prefix}.successLast`] = result.successLast / result.tasks;
    if (result.planSecondsMean !== undefined)
      metrics[`${prefix}.secondsPerDecision`] = result.planSecondsMean / result.tasks;
  }
  return metrics;
}

/** Runs both protocols and writes `evals/planning.json` and the filmed episodes. */
export async function planStage(config: ControlExperiment, context: RunContext, trained: Trained): Promise<RunSummary> {
  const { budget, film, planner, horizon, recedingHorizon, history } = config.plan;
  const records: ControlRecord[] = [];
  const metrics: Record<string, number> = {};
  for (const protocol of ['strict', 'paper'] as const satisfies readonly ReplayProtocol[]) {
    const set = experimentTasks(config, context, trained.data, protocol);
    const runs: ControlRun[] = [];
    for (const policy of await policies(config, context, trained, protocol)) {
      const { name } = policy;
      const filmed = protocol === 'strict' && name === 'planner';
      const run = await runControl({
        makeEnv: () => experimentEnv(config),
        tasks: set.tasks,
        policy,
        budget,
        key: fold(keyFor(context, 'control'), name),
        // The reference freezes solved tasks, which saves plans; of the main planner we also want to know whether it stays.
        freezeOnSuccess: !filmed,
        recordFrames: filmed ? film : 0,
        onStep(step, solved) {
          context.signal.throwIfAborted();
          context.progress({ stage: `plan (${protocol}, ${name})`, step, total: budget, terms: { solved } });
        },
      });
      runs.push(run);
      if (filmed) await writeRollouts(config, context, trained, run);
    }
    const settings = { ...planner, horizon, recedingHorizon, history };
    const record = controlRecord(set, runs, { seed: context.seed, planner: settings });
    records.push(record);
    Object.assign(metrics, metricsOf(record));
    const shown = record.results.map((r) => `${r.policy} ${((100 * r.successAny) / r.tasks).toFixed(0)} %`);
    context.log(`planning, ${protocol}: ${shown.join(', ')}`);
  }
  writeJson(context, 'evals/planning.json', { protocols: records, solver: planner.solver });
  return { metrics };
}
