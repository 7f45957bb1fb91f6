// What the stored planner runs hold of every iteration: costs, mean and deviation, one after the other.

import type { NoiseSource, PlanProblem, SolverStep } from '../../src/plan/index.ts';
import type { ProducedTensor } from '../runner/claim.ts';

/** A recorder for `SolveOptions.onIteration`; each part has the iterations as first axis. */
export interface PlanTrace {
  readonly onIteration: (step: SolverStep) => void;
  /** [iterations, E, S] */
  cost(): ProducedTensor;
  /** [iterations, E, H, D] */
  mean(): ProducedTensor;
  /** [iterations, E, H, D] */
  std(): ProducedTensor;
  /** [iterations, E, K] */
  weights(): ProducedTensor;
}

/** An empty recorder. */
export function planTrace({ tasks, horizon, actionDim }: PlanProblem): PlanTrace {
  const kept: Record<'cost' | 'mean' | 'std' | 'weights', number[]> = { cost: [], mean: [], std: [], weights: [] };
  let iterations = 0;
  const tensor = (part: keyof typeof kept, ...shape: readonly number[]): ProducedTensor => ({
    shape: [iterations, tasks, ...shape],
    data: Float32Array.from(kept[part]),
  });
  const perTask = (part: keyof typeof kept): number => kept[part].length / iterations / tasks;
  return {
    onIteration({ cost, mean, std, weights }) {
      iterations++;
      kept.cost.push(...cost);
      kept.mean.push(...mean);
      kept.std.push(...std);
      kept.weights.push(...(weights ?? []));
    },
    cost: () => tensor('cost', perTask('cost')),
    mean: () => tensor('mean', horizon, actionDim),
    std: () => tensor('std', horizon, actionDim),
    weights: () => tensor('weights', perTask('weights')),
  };
}

/** Noise stored as [iterations, ...] in the solver's own layout. */
export function iterationsStored(noise: Float32Array): NoiseSource {
  return (iteration, out) => out.set(noise.subarray(iteration * out.length, (iteration + 1) * out.length));
}

/** Noise of one task stored as [iterations, H, S, D]. */
export function stepsFirst(noise: Float32Array, { horizon, actionDim }: PlanProblem): NoiseSource {
  return (iteration, out) => {
    const samples = out.length / horizon / actionDim;
    for (let i = 0; i < out.length; i++) {
      const [d, h, s] = [i % actionDim, Math.floor(i / actionDim) % horizon, Math.floor(i / (actionDim * horizon))];
      out[i] = noise[((iteration * horizon + h) * samples + s) * actionDim + d]!;
    }
  };
}

/** A problem whose costs [iterations, E, S] were stored: only the planner's arithmetic is compared. */
export function replayed(
  sizes: Pick<PlanProblem, 'tasks' | 'horizon' | 'actionDim'>,
  costs: Float32Array,
): PlanProblem {
  let at = 0;
  return {
    name: 'stored costs',
    ...sizes,
    cost(_, samples) {
      const from = at;
      at += sizes.tasks * samples;
      return costs.slice(from, at);
    },
  };
}
