// The planning stage: goals shown as pictures, by every protocol that is asked for, with a random policy and a ceiling on the same
// tasks, and other planners beside the main one.

import { fold } from '../../core/index.ts';
import { type GoalPredicate, makeEnv, makePolicy } from '../../envs/index.ts';
import {
  type ControlPolicy,
  type ControlRecord,
  type ControlRun,
  controlRecord,
  envPolicy,
  type Protocol,
  runControl,
  simulatorOracle,
  type TaskSet,
  taskName,
} from '../../evals/index.ts';
import type { RolloutFile } from '../../run/index.ts';
import { stateDimOf } from '../../world/index.ts';
import { keyFor } from '../keys.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import { writeBytes, writeJson } from '../run-files.ts';
import type { ControlExperiment, ControlPlanner } from './config.ts';
import { goalPolicies } from './goal-policies.ts';
import { imaginedPaths, placeOn } from './paths.ts';
import { plannerActor, type Seats, shapeOf } from './planners.ts';
import { datasetDigest, experimentProtocol } from './protocols.ts';
import { experimentEnv } from './stages.ts';
import type { Trained } from './trained.ts';
import { isTrueWorld, trueWorldPolicy } from './true-world.ts';

export { experimentTasks } from './protocols.ts';

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

/** The ceiling of a table: a policy of the world, or planning in the true world. A predicate may name a policy of its own. */
export function ceilingPolicy(
  { env, plan }: ControlExperiment,
  { oracle }: Pick<GoalPredicate, 'oracle'> = {},
): ControlPolicy {
  if (oracle !== undefined) return { ...envPolicy(() => makePolicy(env.id, oracle)), name: 'oracle' };
  if (plan.ceiling !== 'simulator') return { ...envPolicy(() => makePolicy(env.id, plan.ceiling)), name: 'oracle' };
  return simulatorOracle(() => makeEnv(env.id, { imageSize: 16 }));
}

/** Every policy of a table; those of `plan.also` where planners are compared. */
async function policies(
  config: ControlExperiment,
  context: RunContext,
  trained: Trained,
  seats: Seats,
  { compared, judged }: { readonly compared: boolean; readonly judged?: GoalPredicate },
): Promise<readonly ControlPolicy[]> {
  const { plan, env } = config;
  const planning = (name: string, planner: ControlPlanner): Promise<ControlPolicy> =>
    plannerActor(config, context, trained, seats, name, planner);
  const others: ControlPolicy[] = [];
  for (const name of compared ? plan.also : []) {
    if (isTrueWorld(config, name)) {
      others.push(await trueWorldPolicy(config, context, trained, name));
      continue;
    }
    const policy = goalPolicies[name];
    others.push(
      await (policy === undefined ? planning(name, plan.planners[name]!) : policy(config, context, trained, seats)),
    );
  }
  return [
    await planning('planner', plan.planner),
    ...others,
    envPolicy(() => makePolicy(env.id, 'random')),
    ceilingPolicy(config, judged),
  ];
}

/** The tasks of a set as actors sit in front of them: as many, with draws named as the protocol names them. */
function seatsOf({ draws }: Protocol, { tasks }: TaskSet): Seats {
  return { tasks: tasks.length, ...(draws === 'place' ? {} : { names: tasks.map(taskName) }) };
}

/** Results of a protocol by dotted name. */
function metricsOf({ name, results, groups = [] }: ControlRecord): Record<string, number> {
  const metrics: Record<string, number> = {};
  const called = (policy: string): string => (policy === 'planner' ? 'success' : policy);
  for (const { by, name: kind, tasks, results: own } of groups) {
    if (by !== 'kind') continue;
    for (const { policy, success } of own) metrics[`planning.${name}.${kind}.${called(policy)}`] = success / tasks;
  }
  for (const result of results) {
    const at = `planning.${name}.${called(result.policy)}`;
    metrics[at] = result.successAny / result.tasks;
    const prefix = result.policy === 'planner' ? `planning.${name}` : at;
    if (result.successLast !== undefined && result.policy === 'planner')
      metrics[`${prefix}.successLast`] = result.successLast / result.tasks;
    if (result.planSecondsMean !== undefined)
      metrics[`${prefix}.secondsPerDecision`] = result.planSecondsMean / result.tasks;
  }
  return metrics;
}

/** Runs every protocol of the configuration and writes `evals/planning.json` and the filmed episodes, those of the first one. */
export async function planStage(config: ControlExperiment, context: RunContext, trained: Trained): Promise<RunSummary> {
  const { film, planner, history, protocols } = config.plan;
  const records: ControlRecord[] = [];
  const metrics: Record<string, number> = {};
  const { spec } = experimentEnv(config);
  const dataset = datasetDigest(trained.data);
  for (const [place, asked] of protocols.entries()) {
    const protocol = experimentProtocol(config, context, trained.data, asked);
    const { budget, judge, draws } = protocol;
    const set = protocol.tasks();
    const runs: ControlRun[] = [];
    const judged = judge?.(experimentEnv(config));
    const table = { compared: place === 0 || protocol.compares, ...(judged === undefined ? {} : { judged }) };
    for (const policy of await policies(config, context, trained, seatsOf(protocol, set), table)) {
      const { name } = policy;
      const filmed = place === 0 && name === 'planner';
      const run = await runControl({
        makeEnv: () => experimentEnv(config),
        tasks: set.tasks,
        policy,
        budget,
        draws,
        ...(judge === undefined ? {} : { judge }),
        key: fold(keyFor(context, 'control'), name),
        // The reference freezes solved tasks, which saves plans; of the main planner we also want to know whether it stays.
        freezeOnSuccess: !filmed,
        recordFrames: filmed ? film : 0,
        onStep(step, solved) {
          context.signal.throwIfAborted();
          context.progress({ stage: `plan (${protocol.name}, ${name})`, step, total: budget, terms: { solved } });
        },
      });
      runs.push(run);
      if (filmed) await writeRollouts(config, context, trained, run);
    }
    const record = controlRecord(set, runs, {
      seed: context.seed,
      planner: { ...planner, ...shapeOf(config, planner), history },
      world: spec.id,
      ...(protocol.recorded ? { dataset } : {}),
      ...(judged === undefined ? {} : { judged }),
      ...(spec.declares?.bands === undefined ? {} : { bands: spec.declares.bands }),
    });
    records.push(record);
    Object.assign(metrics, metricsOf(record));
    const shown = record.results.map((r) => `${r.policy} ${((100 * r.successAny) / r.tasks).toFixed(0)} %`);
    context.log(`planning, ${protocol.name}: ${shown.join(', ')}`);
  }
  writeJson(context, 'evals/planning.json', { protocols: records, solver: planner.solver });
  return { metrics };
}
