// Goals further away: the flat planner, which looks as many blocks ahead as the goal is away, against two levels of planning,
// on the same strict tasks at each distance.

import { OWN_COST } from '../../agent/index.ts';
import { fold } from '../../core/index.ts';
import { makePolicy } from '../../envs/index.ts';
import { type ControlPolicy, type ControlRun, controlRecord, envPolicy, runControl } from '../../evals/index.ts';
import { cem, hierarchical, solverPlanner } from '../../plan/index.ts';
import type { LongHorizonFile } from '../../run/index.ts';
import { keyFor } from '../keys.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import { writeJson } from '../run-files.ts';
import type { ControlExperiment } from './config.ts';
import { AIM, type HighLevelPlanner, macroHorizonFor, trainHighLevel } from './high-level.ts';
import { interruptible } from './interruptible.ts';
import { ceilingPolicy, experimentTasks } from './plan.ts';
import { controller, latentPlanner, plannerActor, solverOf } from './planners.ts';
import { experimentEnv } from './stages.ts';
import type { Trained } from './trained.ts';

/** The planner of two levels for goals some blocks away. */
function twoLevels(
  config: ControlExperiment,
  context: RunContext,
  { model, data: { actions } }: Trained,
  high: HighLevelPlanner,
  blocks: number,
): ControlPolicy {
  const { horizon, recedingHorizon, tasks, planner } = config.plan;
  const { samples, elites, iterations } = config.hierarchy;
  const solver = hierarchical({
    macro: cem({ samples, elites, iterations, constraint: high.box }),
    primitive: solverOf(config, planner, actions),
  });
  const jumps = { macroHorizon: macroHorizonFor(config, blocks), aim: AIM } as const;
  const planning = solverPlanner(solver, async (r) =>
    interruptible(await high.model.problem(r, horizon, jumps), context.signal),
  );
  const shape = { horizon, recedingHorizon };
  return controller(config, context, { ...model.dynamics, planner: planning, actions, tasks }, 'hierarchical', shape);
}

/** Trains the high level and writes `evals/long-horizon.json`. */
export async function longHorizonStage(
  config: ControlExperiment,
  context: RunContext,
  trained: Trained,
): Promise<RunSummary> {
  const { model, data } = trained;
  const { tasks, planner } = config.plan;
  const high = await trainHighLevel(config, context, model, data);
  const horizons: LongHorizonFile['horizons'][number][] = [];
  const metrics: Record<string, number> = {};
  for (const goalOffset of config.hierarchy.goalOffsets) {
    const set = experimentTasks(config, context, data, 'strict', goalOffset);
    const budget = 2 * goalOffset;
    const blocks = Math.ceil(goalOffset / config.data.frameSkip);
    const far = { ...config, plan: { ...config.plan, goalOffset, budget, horizon: blocks, recedingHorizon: blocks } };
    const flat = latentPlanner(far, model, solverOf(far, planner, data.actions), context.signal);
    const policies: readonly ControlPolicy[] = [
      planner.cost === undefined || planner.cost === OWN_COST
        ? controller(far, context, { ...model.dynamics, planner: flat, actions: data.actions, tasks }, 'planner')
        : await plannerActor(config, context, trained, { tasks }, 'planner', planner),
      twoLevels(config, context, trained, high, blocks),
      envPolicy(() => makePolicy(config.env.id, 'random')),
      ceilingPolicy(far),
    ];
    const runs: ControlRun[] = [];
    for (const policy of policies) {
      runs.push(
        await runControl({
          makeEnv: () => experimentEnv(config),
          tasks: set.tasks,
          policy,
          budget,
          freezeOnSuccess: true,
          key: fold(keyFor(context, 'control'), policy.name, goalOffset),
          onStep(step, solved) {
            context.signal.throwIfAborted();
            context.progress({ stage: `${goalOffset} steps (${policy.name})`, step, total: budget, terms: { solved } });
          },
        }),
      );
    }
    const record = controlRecord(set, runs, { seed: context.seed, planner: { ...planner, horizon: blocks } });
    horizons.push({ goalOffset, budget, record });
    for (const r of record.results) metrics[`long.${goalOffset}.${r.policy}`] = r.successAny / r.tasks;
    const shown = record.results.map((r) => `${r.policy} ${((100 * r.successAny) / r.tasks).toFixed(0)} %`);
    context.log(`goals ${goalOffset} steps away: ${shown.join(', ')}`);
  }
  writeJson(context, 'evals/long-horizon.json', { horizons } satisfies LongHorizonFile);
  return { metrics };
}
