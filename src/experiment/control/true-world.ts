// The run's planners with the true world to imagine in: what the search reaches when the dynamics are exact. `true-dynamics` encodes
// what happens and scores it by the model's cost; `true-distance` scores by the world's own distance, so that neither the
// encoder nor the cost is at fault for what it misses.

import { costScorer } from '../../agent/index.ts';
import { makeEnv } from '../../envs/index.ts';
import { type SimulatorPolicy, trueWorldPlanner } from '../../evals/index.ts';
import { keyFor } from '../keys.ts';
import type { RunContext } from '../recipe.ts';
import type { ControlExperiment, ControlPlanner } from './config.ts';
import { shapeOf, solverOf } from './planners.ts';
import { experimentEnv } from './stages.ts';
import type { Trained } from './trained.ts';

const KINDS = ['true-dynamics', 'true-distance'] as const;

/** Names that `plan.also` may hold: `true-dynamics` for the main planner, `true-dynamics/icem` for another. */
export function trueWorldNames({ plan }: ControlExperiment): readonly string[] {
  return KINDS.flatMap((kind) => [kind, ...Object.keys(plan.planners).map((name) => `${kind}/${name}`)]);
}

/** Whether a name of `plan.also` is one of these. */
export function isTrueWorld(config: ControlExperiment, name: string): boolean {
  return trueWorldNames(config).includes(name);
}

function plannerOf({ plan }: ControlExperiment, name: string): ControlPlanner {
  const slash = name.indexOf('/');
  return slash < 0 ? plan.planner : plan.planners[name.slice(slash + 1)]!;
}

/** The planner of that name in the true world, under the cost that it names. */
export async function trueWorldPolicy(
  config: ControlExperiment,
  context: RunContext,
  { learned, data: { actions } }: Pick<Trained, 'learned' | 'data'>,
  name: string,
): Promise<SimulatorPolicy> {
  const planner = plannerOf(config, name);
  const { horizon, recedingHorizon } = shapeOf(config, planner);
  const model = await learned.under(planner.cost);
  const distance = name.startsWith('true-distance');
  return trueWorldPlanner({
    name,
    makeEnv: () => (distance ? makeEnv(config.env.id, { imageSize: 16 }) : experimentEnv(config)),
    solver: solverOf(config, planner, actions),
    horizon,
    recedingHorizon,
    frameSkip: config.data.frameSkip,
    actions,
    key: keyFor(context, 'plan'),
    ...(distance
      ? {}
      : {
          by: { model, scorer: costScorer(model.scoring, context.runtime) },
        }),
  });
}
