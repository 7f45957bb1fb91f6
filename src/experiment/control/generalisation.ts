// Zero-shot generalisation: the main planner on the strict tasks in worlds that differ in one group of factors (a colour, a
// size, a wall) from those it learned in.

import { makePolicy } from '../../envs/index.ts';
import { generalisation } from '../../evals/index.ts';
import { keyFor } from '../keys.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import { writeJson } from '../run-files.ts';
import type { ControlExperiment } from './config.ts';
import { experimentTasks } from './plan.ts';
import { plannerActor } from './planners.ts';
import { experimentEnv } from './stages.ts';
import type { Trained } from './trained.ts';

/** Runs the planner with each group of factors varied and writes `evals/generalisation.json`. */
export async function generalisationStage(
  config: ControlExperiment,
  context: RunContext,
  trained: Trained,
): Promise<RunSummary> {
  const { env, plan } = config;
  const { budget, planner, ceiling } = plan;
  const { tasks } = experimentTasks(config, context, trained.data, 'strict');
  const file = await generalisation({
    makeEnv: () => experimentEnv(config),
    tasks: tasks.slice(0, config.evals.generalisationTasks),
    policies: [(tasks) => plannerActor(config, context, trained, { tasks }, 'planner', planner)],
    // A task that the world's own oracle cannot do either says nothing of the model.
    ...(ceiling === 'simulator' ? {} : { reference: () => makePolicy(env.id, ceiling) }),
    budget,
    key: keyFor(context, 'generalisation'),
    onStep(group, _, step, solved) {
      context.signal.throwIfAborted();
      context.progress({ stage: `varied: ${group}`, step, total: budget, terms: { solved } });
    },
  });
  writeJson(context, 'evals/generalisation.json', file);
  const metrics: Record<string, number> = {};
  for (const { group, tasks: count, results } of file.groups)
    for (const { success } of results)
      if (count > 0) metrics[`generalisation.${group.replaceAll(' ', '-')}`] = success / count;
  const shown = Object.entries(metrics).map(
    ([name, rate]) => `${name.slice('generalisation.'.length)} ${(100 * rate).toFixed(0)} %`,
  );
  context.log(`success with factors varied: ${shown.join(', ')}`);
  return { metrics };
}
