// Where the plans of an audit come from: what a planner draws first and last, what was recorded, what a policy proposes.
// Legend: E tasks, S plans of each, H blocks, A numbers of a block.

import { fold, JepaError, type Key, normal } from '../../core/index.ts';
import { ACTION, type EpisodeSource, type Normaliser, normalise, readF32 } from '../../data/index.ts';
import type { PlanProblem, Solver } from '../../plan/index.ts';
import type { ControlTask } from '../control/tasks.ts';

/** What a population is asked. */
export interface PopulationRequest {
  /** Scores plans by the cost under audit, as the planner would. */
  readonly problem: PlanProblem;
  /** S */
  readonly samples: number;
  /** One key for each task: its plans do not depend on the other tasks. */
  readonly keys: readonly Key[];
}

/** A source of plans. */
export interface Population {
  readonly name: string;
  /** Whether the plans depend on the cost: then they are drawn and carried out anew for each. */
  readonly ofCost: boolean;
  /** Normalised plans, [E, S, H, A]. */
  draw(request: PopulationRequest): Promise<Float32Array>;
}

/** The first S of the candidates of every task, [E, N, H, A] -> [E, S, H, A]. */
function firstOf(
  candidates: Float32Array,
  tasks: number,
  samples: number,
  length: number,
  solver: string,
): Float32Array {
  const drawn = candidates.length / (tasks * length);
  if (drawn < samples) {
    throw new JepaError(
      'usage',
      `audit: the planner must draw at least as many candidates as are audited, ${samples}, got ${drawn} of ${solver}; audit fewer`,
      { drawn, samples },
    );
  }
  const out = new Float32Array(tasks * samples * length);
  for (let task = 0; task < tasks; task++) {
    out.set(candidates.subarray(task * drawn * length, (task * drawn + samples) * length), task * samples * length);
  }
  return out;
}

/** A planner's candidates in its first iteration, or in its last: there the cost under audit has chosen among them. */
export function searchPopulation(solver: Solver, which: 'first' | 'last'): Population {
  return {
    name: which,
    ofCost: which === 'last',
    async draw({ problem, samples, keys }) {
      const { tasks, horizon, actionDim } = problem;
      const length = horizon * actionDim;
      let kept: Float32Array | undefined;
      await solver.solve(problem, {
        key: keys[0]!,
        taskKeys: keys,
        onIteration({ iteration, candidates }) {
          if (which === 'last' || iteration === 0) kept = firstOf(candidates, tasks, samples, length, solver.name);
        },
      });
      if (kept !== undefined) return kept;
      throw new JepaError('unsupported', `audit: ${solver.name} shows no candidates; take one that draws them`);
    },
  };
}

/** Plans [E, k, H, A] of each task, and noise around them; the first of each are without. */
function around(given: Float32Array, tasks: number, deviation: number, { problem, samples, keys }: PopulationRequest) {
  const length = problem.horizon * problem.actionDim;
  const k = given.length / (tasks * length);
  const out = new Float32Array(tasks * samples * length);
  const noise = new Float32Array(length);
  for (let task = 0; task < tasks; task++) {
    for (let s = 0; s < samples; s++) {
      const from = (task * k + (s % k)) * length;
      if (s < k) noise.fill(0);
      else normal(fold(keys[task]!, 'noise', s), noise);
      const to = (task * samples + s) * length;
      for (let i = 0; i < length; i++) out[to + i] = given[from + i]! + deviation * noise[i]!;
    }
  }
  return out;
}

/** What was done in a recording from the start of each task on, normalised, [E, H, A]; what it lacks at its end is zero. */
export function recordedPlans(
  source: EpisodeSource,
  tasks: readonly Pick<ControlTask, 'episode' | 'row'>[],
  {
    actions,
    frameSkip,
    horizon,
  }: { readonly actions: Normaliser; readonly frameSkip: number; readonly horizon: number },
): Float32Array {
  const steps = horizon * frameSkip;
  const actionDim = actions.mean.length;
  const plans = new Float32Array(tasks.length * steps * actionDim);
  for (const [i, { episode, row }] of tasks.entries()) {
    const span = source.episodes[episode]!;
    const known = Math.min(steps, span.length - 1 - row);
    const acted = normalise(actions, readF32(source, ACTION, span.row + row, known));
    plans.set(acted, i * steps * actionDim);
  }
  return plans;
}

/** What was recorded, [E, H, A], with noise of a deviation in normalised actions. */
export function dataPopulation(recorded: Float32Array, deviation = 0.3): Population {
  return {
    name: 'data',
    ofCost: false,
    draw: async (request) => around(recorded, request.problem.tasks, deviation, request),
  };
}

/** What something proposes, such as a policy rolled out in imagination: plans [E, k, H, A], and noise around them. */
export function proposedPopulation(
  propose: (request: PopulationRequest) => Promise<Float32Array>,
  { name = 'prior', deviation = 0.3 }: { readonly name?: string; readonly deviation?: number } = {},
): Population {
  return {
    name,
    ofCost: false,
    draw: async (request) => around(await propose(request), request.problem.tasks, deviation, request),
  };
}
