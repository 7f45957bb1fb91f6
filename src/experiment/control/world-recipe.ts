// A recipe for a world that is known by its name, one's own or a built-in one: what is not said is taken from the world.

import { hasWalls, makeEnv, policyNames } from '../../envs/index.ts';
import type { Recipe } from '../recipe.ts';
import { type ControlExperiment, ROUTED_PLANNER } from './config.ts';
import type { WorldExperiment } from './defaults.ts';
import { controlRecipe } from './experiment.ts';

/** What may be said of an experiment in a world. */
export interface WorldRecipeOptions extends Partial<Omit<WorldExperiment, 'id' | 'collect'>> {
  /** One sentence for `jepa list`. */
  readonly summary?: string;
  readonly collect?: Partial<WorldExperiment['collect']>;
}

/** Policies that make good recordings, the first that a world has: they move about and yet get somewhere. */
const RECORDING = ['roaming', 'noisy-expert', 'expert'] as const;

function recordingPolicy(id: string): string {
  const names = policyNames(id);
  return RECORDING.find((name) => names.includes(name)) ?? names.find((name) => name !== 'random') ?? 'random';
}

/**
 * The experiment of a world: collect, train, probe, plan, report. Without options LeWorldModel with 16 numbers learns from 400
 * episodes of the world's roaming policy, its noisy expert, or another of its policies, in 700 updates; in a world with walls plans are
 * scored over the routes of the recordings.
 *
 * @param id a world that is registered (`registerWorld`)
 * @throws JepaError `usage` for a world that is not known
 * @example
 * registerWorld({ id: 'ice', summary: 'a puck that glides', make: ice });
 * export default worldRecipe('ice', { model: 'le-wm', steps: 1500 }); // jepa run ./ice.ts
 */
export function worldRecipe(id: string, options: WorldRecipeOptions = {}): Recipe<ControlExperiment> {
  const { summary = `a world model learns ${id} from pixels and plans to goal pictures`, collect, ...rest } = options;
  const { frameSkip = 5 } = rest;
  const { spec } = makeEnv(id);
  const { actionDim, stateDim, goalDim, maxSteps } = spec;
  const all = Array.from({ length: stateDim }, (_, i) => i);
  return controlRecipe(id, summary, {
    id,
    actionDim,
    model: 'le-wm',
    embedDim: 16,
    steps: 700,
    state: { stateDim, at: all, goalAt: all.slice(0, goalDim) },
    ...rest,
    ...(hasWalls(spec) ? { plan: { planner: ROUTED_PLANNER, ...rest.plan } } : {}),
    collect: {
      policy: recordingPolicy(id),
      episodes: 400,
      maxSteps: Math.max(maxSteps, 5 * frameSkip),
      minSteps: 5 * frameSkip,
      untilGoal: false,
      ...collect,
    },
  });
}
