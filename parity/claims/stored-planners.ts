// The planner part of the cases `eb_jepa_ac` and `dino_wm`: on the costs of our model, which the claim of the whole case
// passes, or on the costs that the reference's model gave; then only the planners' arithmetic is compared.

import { key } from '../../src/core/index.ts';
import { cem, cemVariants, mppi, mppiVariants, type PlanProblem, type PlanResult } from '../../src/plan/index.ts';
import type { JsonValue, ParityCase } from '../runner/case.ts';
import type { ParityResult, ProducedTensor } from '../runner/claim.ts';
import { numberOf } from '../runner/config.ts';
import { eliteMargin } from './elite-margin.ts';
import { iterationsStored, type PlanTrace, planTrace, replayed, stepsFirst } from './plan-trace.ts';

const floats = (c: ParityCase, name: string): Float32Array => c.tensor(name).data as Float32Array;

/**
 * CEM and MPPI of EB-JEPA: `output.cem_*` and `output.mppi_*`, on costs [S] that `costOf` gives for plans [1, S, H, A], or
 * on those that were stored.
 */
export async function ebJepaPlanners(
  c: ParityCase,
  costOf?: (plans: Float32Array) => Promise<Float32Array>,
): Promise<ParityResult> {
  const n = (name: string): number => numberOf(c.config, `plan.${name}`);
  const sizes = { samples: n('samples'), elites: n('elites'), iterations: n('iterations') };
  const shape = { tasks: 1, horizon: n('horizon'), actionDim: numberOf(c.config, 'action_dim') };
  const plan = ({ plan: data }: PlanResult): ProducedTensor => ({ shape: [shape.horizon, shape.actionDim], data });
  const tensors: Record<string, ProducedTensor> = {};
  const scalars: Record<string, JsonValue> = {};

  /** The distribution before the first iteration and after each. */
  const withStart = (start: number, { data }: ProducedTensor): ProducedTensor => ({
    shape: [sizes.iterations + 1, shape.horizon, shape.actionDim],
    data: [...new Float32Array(shape.horizon * shape.actionDim).fill(start), ...Array.from(data)],
  });
  const problemOf = (name: string): PlanProblem =>
    costOf === undefined
      ? replayed(shape, floats(c, `output.${name}_cost`))
      : { name: 'the model of the case', ...shape, cost: costOf };
  const costs = ({ cost }: PlanTrace): Float32Array => cost().data as Float32Array;

  const cemProblem = problemOf('cem');
  const cemTrace = planTrace(cemProblem);
  const elite: { lowest: number[]; mean: number[]; std: number[] } = { lowest: [], mean: [], std: [] };
  const clipped = new Float32Array(shape.horizon * sizes.samples * shape.actionDim);
  const cemResult = await cem({
    ...cemVariants['eb-jepa'],
    ...sizes,
    initialStd: n('var_scale'),
    constraint: { kind: 'norm', max: n('max_norm'), size: shape.actionDim },
  }).solve(cemProblem, {
    key: key(0), // not drawn from: the noise is given
    noise: stepsFirst(floats(c, 'input.plan_noise'), cemProblem),
    onIteration(step) {
      cemTrace.onIteration(step);
      const costs = Array.from(step.elites, (e) => step.cost[e]!);
      const mean = costs.reduce((a, b) => a + b, 0) / costs.length;
      const square = costs.reduce((sum, cost) => sum + (cost - mean) ** 2, 0);
      elite.lowest.push(costs[0]!);
      elite.mean.push(mean);
      elite.std.push(Math.sqrt(square / (costs.length - 1)));
      if (step.iteration > 0) return;
      const [H, S, D] = [shape.horizon, sizes.samples, shape.actionDim];
      for (let i = 0; i < clipped.length; i++) {
        const [d, s, h] = [i % D, Math.floor(i / D) % S, Math.floor(i / (D * S))];
        clipped[i] = step.candidates[(s * H + h) * D + d]!;
      }
    },
  });
  tensors['output.cem_mean'] = withStart(0, cemTrace.mean());
  tensors['output.cem_std'] = withStart(n('var_scale'), cemTrace.std());
  tensors['output.cem_plan'] = plan(cemResult);
  tensors['output.cem_actions_clipped'] = { shape: [shape.horizon, sizes.samples, shape.actionDim], data: clipped };
  scalars.cem_losses = elite.lowest;
  scalars.cem_elite_loss_mean = elite.mean;
  scalars.cem_elite_loss_std = elite.std;
  tensors['output.cem_cost'] = { shape: [sizes.iterations, sizes.samples], data: costs(cemTrace) };
  scalars.cem_elite_margin_rel = eliteMargin(costs(cemTrace), sizes.samples, sizes.elites);

  const mppiProblem = problemOf('mppi');
  const mppiTrace = planTrace(mppiProblem);
  const mppiResult = await mppi({
    ...mppiVariants['eb-jepa'],
    ...sizes,
    initialStd: n('max_std'),
    temperature: { convention: 'multiplicative', value: n('temperature') },
    drawElite: () => c.tensor('input.mppi_elite_index').data[0]!,
  }).solve(mppiProblem, {
    key: key(0),
    noise: stepsFirst(floats(c, 'input.plan_noise'), mppiProblem),
    onIteration: mppiTrace.onIteration,
  });
  tensors['output.mppi_mean'] = withStart(0, mppiTrace.mean());
  tensors['output.mppi_std'] = withStart(n('max_std'), mppiTrace.std());
  tensors['output.mppi_score'] = { shape: [sizes.iterations, sizes.elites], data: mppiTrace.weights().data };
  tensors['output.mppi_plan'] = plan(mppiResult);
  tensors['output.mppi_cost'] = { shape: [sizes.iterations, sizes.samples], data: costs(mppiTrace) };
  scalars.mppi_elite_margin_rel = eliteMargin(costs(mppiTrace), sizes.samples, sizes.elites);
  return { tensors, scalars };
}

/** The sizes of the problem that the case `dino_wm` plans. */
export function dinoWmPlanSizes({ config }: ParityCase): Pick<PlanProblem, 'tasks' | 'horizon' | 'actionDim'> {
  const n = (name: string): number => numberOf(config, name);
  return { tasks: n('plan.envs'), horizon: n('plan.horizon'), actionDim: n('action_dim') };
}

/** CEM of DINO-WM: `output.cem_*`, of a problem whose costs are given unless a model's is passed. */
export async function dinoWmPlanner(
  c: ParityCase,
  problem: PlanProblem = replayed(dinoWmPlanSizes(c), floats(c, 'output.cem_cost')),
): Promise<ParityResult> {
  const n = (name: string): number => numberOf(c.config, `plan.${name}`);
  const [samples, elites, iterations] = [n('samples'), n('topk'), n('steps')];
  const trace = planTrace(problem);
  const options = { ...cemVariants['dino-wm'], samples, elites, iterations, initialStd: n('var_scale') };
  const { plan, iterations: records } = await cem(options).solve(problem, {
    key: key(0), // not drawn from: the noise is given
    noise: iterationsStored(floats(c, 'input.cem_noise')),
    onIteration: trace.onIteration,
  });
  const cost = trace.cost();
  const lowest = records.map(({ best }) => best.reduce((a, b) => a + b, 0) / problem.tasks);
  return {
    tensors: {
      'output.cem_cost': cost,
      'output.cem_mu': trace.mean(),
      'output.cem_sigma': trace.std(),
      'output.cem_loss': { shape: [iterations], data: lowest },
      'output.cem_plan': { shape: [problem.tasks, problem.horizon, problem.actionDim], data: plan },
    },
    scalars: { cem_elite_margin_rel: eliteMargin(cost.data as Float32Array, samples, elites) },
  };
}
