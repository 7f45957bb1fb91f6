// Parity case `swm_solvers`: the planners of stable-worldmodel on a small analytic cost,
// x_{t+1} = tanh(M x_t + K a_t), cost = |x_H - goal|^2 + 0.05 sum of squared actions (case notes).
// Axes: E tasks, S samples, H horizon, D numbers of one action block, X state.

import { key } from '../../src/core/index.ts';
import { cem, colour, type Descent, type GradientOptions, gradient, icem, mppi, type NoiseSource, type PlanProblem, type PlanResult, predictiveSampling, type Solver } from '../../src/plan/index.ts';
import type { JsonValue, ParityCase } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf } from '../runner/config.ts';
import { analyticProblem } from './analytic-problem.ts';
import { eliteMargin } from './elite-margin.ts';
import { iterationsStored, planTrace } from './plan-trace.ts';

type Tensors = Record<string, ProducedTensor>;

/** Takes the case `swm_solvers`: all its planners. */
export const swmSolvers: ParityClaim = {
  case: 'swm_solvers',
  async run(c) {
    const tensors: Tensors = {};
    const scalars: Record<string, JsonValue> = {};
    const n = (name: string): number => numberOf(c.config, name);
    const problem = analyticProblem(c);
    const sizes = { samples: n('samples'), elites: n('topk'), iterations: n('iterations'), initialStd: n('var_scale') };
    const shared = iterationsStored(c.tensor('input.noise').data as Float32Array);

    const run = async (prefix: string, solver: Solver, noise: NoiseSource, parts: readonly Part[]) => {
      const trace = planTrace(problem);
      const result = await solver.solve(problem, {
        key: key(0), // not drawn from: the noise is given
        init: Float32Array.from(c.tensor('input.init_action').data),
        noise,
        onIteration: trace.onIteration,
      });
      for (const part of parts) tensors[`output.${prefix}_${part}`] = trace[part]();
      tensors[`output.${prefix}_plan`] = planTensor(problem, result);
      return trace;
    };
    const margin = (cost: ProducedTensor): number =>
      eliteMargin(Float32Array.from(cost.data), sizes.samples, sizes.elites);

    const cemTrace = await run('cem', cem(sizes), shared, ['cost', 'mean', 'std']);
    scalars.cem_elite_margin_rel = margin(cemTrace.cost());

    const temperature = { convention: 'divisive', value: n('temperature') } as const;
    const mppiTrace = await run('mppi', mppi({ ...sizes, temperature }), shared, ['cost']);
    scalars.mppi_elite_margin_rel = margin(mppiTrace.cost());

    const icemOptions = {
      ...sizes,
      noiseBeta: n('icem.noise_beta'),
      momentum: n('icem.alpha'),
      keptElites: n('icem.n_elite_keep'),
      constraint: { kind: 'box', low: n('icem.low'), high: n('icem.high') },
    } as const;
    const white = timeLast(c, problem);
    const icemTrace = await run('icem', icem(icemOptions), white, ['cost', 'mean', 'std']);
    scalars.icem_elite_margin_rel = margin(icemTrace.cost());
    const best = await icem({ ...icemOptions, plan: 'best-elite' }).solve(problem, {
      key: key(0),
      init: Float32Array.from(c.tensor('input.init_action').data),
      noise: white,
    });
    tensors['output.icem_best_plan'] = planTensor(problem, best);
    const coloured = new Float32Array(problem.tasks * sizes.samples * problem.horizon * problem.actionDim);
    white(0, coloured);
    colour(coloured, problem.horizon, problem.actionDim, icemOptions.noiseBeta);
    const shape = [problem.tasks, sizes.samples, problem.horizon, problem.actionDim];
    tensors['output.icem_coloured0'] = { shape, data: coloured };

    const sampling = predictiveSampling({ samples: sizes.samples, noiseScale: n('ps_noise_scale') });
    await run('ps', sampling, iterationsStored(c.tensor('input.noise_ps').data as Float32Array), ['cost']);

    const descend = (name: string, descent: Descent, extra: GradientOptions) =>
      run(
        name,
        gradient({
          samples: n('gd.samples'),
          iterations: n('gd.steps'),
          initialStd: n('var_scale'),
          descent,
          ...extra,
        }),
        gradientNoise(c, problem),
        ['cost'],
      );
    await descend('gd_sgd', { kind: 'sgd', lr: n('gd.sgd_lr') }, {});
    await descend(
      'gd_adamw',
      { kind: 'adamw', lr: n('gd.adamw_lr') },
      { actionNoise: n('gd.action_noise'), clip: { norm: n('gd.grad_clip'), over: 'batch' } },
    );
    await problem.dispose();
    return { tensors, scalars };
  },
};

type Part = 'cost' | 'mean' | 'std';

function planTensor({ tasks, horizon, actionDim }: PlanProblem, { plan }: PlanResult): ProducedTensor {
  return { shape: [tasks, horizon, actionDim], data: plan };
}

/** White noise stored as [iterations, E, S, D, H]. */
function timeLast(c: ParityCase, { horizon, actionDim }: PlanProblem): NoiseSource {
  const { data } = c.tensor('input.noise_icem');
  const length = horizon * actionDim;
  return (iteration, out) => {
    for (let i = 0; i < out.length; i++) {
      const [row, t, d] = [Math.floor(i / length), Math.floor(i / actionDim) % horizon, i % actionDim];
      out[i] = data[iteration * out.length + row * length + d * horizon + t]!;
    }
  };
}

/** Iteration 0: the start of plans 1, 2, ...; then the noise added after each step. */
function gradientNoise(c: ParityCase, { tasks }: PlanProblem): NoiseSource {
  const start = c.tensor('input.noise_gd').data as Float32Array;
  const steps = iterationsStored(c.tensor('input.noise_gd_steps').data as Float32Array);
  return (iteration, out) => {
    if (iteration > 0) return steps(iteration - 1, out);
    const size = out.length / tasks;
    const given = start.length / tasks;
    for (let task = 0; task < tasks; task++) {
      out.set(start.subarray(task * given, (task + 1) * given), (task + 1) * size - given);
    }
  };
}
