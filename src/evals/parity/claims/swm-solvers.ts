// Parity case `swm_solvers`: the planners of stable-worldmodel on a small analytic cost,
// x_{t+1} = tanh(M x_t + K a_t), cost = |x_H - goal|^2 + 0.05 sum of squared actions (case notes).
// Axes: E tasks, S samples, H horizon, D numbers of one action block, X state.

import { key } from '../../../core/index.ts';
import { cem, type PlanProblem } from '../../../plan/index.ts';
import type { JsonValue, ParityCase } from '../case.ts';
import type { ParityClaim, ProducedTensor } from '../claim.ts';
import { numberOf } from '../config.ts';
import { eliteMargin } from './elite-margin.ts';

const notYet = 'this planner is not part of the package yet';

/** Takes the case `swm_solvers`: cross-entropy method. */
export const swmSolvers: ParityClaim = {
  case: 'swm_solvers',
  notReproduced: {
    'output.icem_*': notYet,
    'output.mppi_*': notYet,
    'output.ps_*': notYet,
    'output.gd_*': notYet,
    'scalar.icem_*': notYet,
    'scalar.mppi_*': notYet,
  },
  async run(c) {
    const problem = analyticProblem(c);
    const { tasks, horizon, actionDim } = problem;
    const [samples, elites, iterations] = ['samples', 'topk', 'iterations'].map((name) => numberOf(c.config, name)) as [
      number,
      number,
      number,
    ];
    const costs = new Float32Array(iterations * tasks * samples);
    const means = new Float32Array(iterations * tasks * horizon * actionDim);
    const stds = new Float32Array(means.length);
    const noise = c.tensor('input.noise').data;
    const solver = cem({ samples, elites, iterations, initialStd: numberOf(c.config, 'var_scale') });
    const { plan } = await solver.solve(problem, {
      key: key(0), // not drawn from: the noise is given
      init: Float32Array.from(c.tensor('input.init_action').data),
      noise: (iteration, out) => out.set(noise.subarray(iteration * out.length, (iteration + 1) * out.length)),
      onIteration({ iteration, cost, mean, std }) {
        costs.set(cost, iteration * cost.length);
        means.set(mean, iteration * mean.length);
        stds.set(std, iteration * std.length);
      },
    });
    const tensors: Record<string, ProducedTensor> = {
      'output.cem_cost': { shape: [iterations, tasks, samples], data: costs },
      'output.cem_mean': { shape: [iterations, tasks, horizon, actionDim], data: means },
      'output.cem_std': { shape: [iterations, tasks, horizon, actionDim], data: stds },
      'output.cem_plan': { shape: [tasks, horizon, actionDim], data: plan },
    };
    const scalars: Record<string, JsonValue> = { cem_elite_margin_rel: eliteMargin(costs, samples, elites) };
    return { tensors, scalars };
  },
};

function analyticProblem(c: ParityCase): PlanProblem {
  const [m_XX, k_XD, x0_EX, goal_EX] = ['M', 'K', 'x0', 'goal'].map((name) => c.tensor(`input.${name}`).data) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const n = numberOf(c.config, 'state_dim');
  const tasks = numberOf(c.config, 'envs');
  const horizon = numberOf(c.config, 'horizon');
  const actionDim = numberOf(c.config, 'action_dim') * numberOf(c.config, 'action_block');
  const move = (x: Float64Array, action: Float32Array): Float64Array =>
    x.map((_, i) => {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += m_XX[i * n + j]! * x[j]!;
      for (let j = 0; j < actionDim; j++) sum += k_XD[i * actionDim + j]! * action[j]!;
      return Math.tanh(sum);
    });
  return {
    tasks,
    horizon,
    actionDim,
    cost(candidates, samples) {
      return Float32Array.from({ length: tasks * samples }, (_, row) => {
        const task = Math.floor(row / samples);
        let x = Float64Array.from(x0_EX.subarray(task * n, (task + 1) * n));
        let effort = 0;
        for (let h = 0; h < horizon; h++) {
          const at = (row * horizon + h) * actionDim;
          const action = candidates.subarray(at, at + actionDim);
          x = Float64Array.from(move(x, action));
          for (const value of action) effort += value * value;
        }
        return x.reduce((sum, value, i) => sum + (value - goal_EX[task * n + i]!) ** 2, 0) + 0.05 * effort;
      });
    },
  };
}
