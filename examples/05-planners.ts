// Every planner on a problem whose optimum is known: push a puck so that it lies at a goal after ten pushes, with little
// effort. Prints the share of the avoidable cost that each planner leaves with the same number of imagined plans
// (0 is the optimum, 1 is doing nothing). Run with `npx jiti examples/05-planners.ts`; ends with "ok" when everything it claims is true.

import { ok } from 'node:assert/strict';
import { key, uniform } from 'jepa/core';
import {
  cem,
  cemVariants,
  gradient,
  icem,
  lagrangian,
  mppi,
  mppiVariants,
  type PlanProblem,
  predictiveSampling,
  randomShooting,
  type Solver,
} from 'jepa/plan';

const [tasks, horizon, dims] = [6, 10, 2];
const effort = 0.1;
const goals = uniform(key(7), new Float32Array(tasks * dims), -3, 3);
/** How far a push at step h has moved the puck in the end: earlier pushes count more. */
const reach = Array.from({ length: horizon }, (_, h) => 0.1 * (horizon - h));
const reachSquare = reach.reduce((sum, w) => sum + w * w, 0);

/** The cost and its slope: squared distance from the goal in the end, plus effort. */
const puck: PlanProblem = {
  name: 'puck',
  tasks,
  horizon,
  actionDim: dims,
  cost: (plans, samples) => score(plans, samples),
  costAndGradient(plans, samples) {
    const gradient = new Float32Array(plans.length);
    return { cost: score(plans, samples, gradient), gradient };
  },
};

function score(plans: Float32Array, samples: number, slope?: Float32Array): Float32Array {
  const cost = new Float32Array(tasks * samples);
  for (let row = 0; row < cost.length; row++) {
    for (let d = 0; d < dims; d++) {
      let miss = -goals[Math.floor(row / samples) * dims + d]!;
      let work = 0;
      for (let h = 0; h < horizon; h++) {
        const a = plans[(row * horizon + h) * dims + d]!;
        miss += reach[h]! * a;
        work += a * a;
      }
      cost[row]! += miss * miss + effort * work;
      for (let h = 0; slope !== undefined && h < horizon; h++) {
        const at = (row * horizon + h) * dims + d;
        slope[at] = 2 * miss * reach[h]! + 2 * effort * plans[at]!;
      }
    }
  }
  return cost;
}

/** Least squares: a = w g / (|w|^2 + effort), so the lowest cost is effort |g|^2 / (|w|^2 + effort). */
const square = goals.reduce((sum, g) => sum + g * g, 0);
const lowest = (effort * square) / (reachSquare + effort);

const sizes = { samples: 100, elites: 10, iterations: 30 };
const adam = { kind: 'adam', lr: 0.1 } as const;
const planners: readonly (readonly [string, Solver])[] = [
  ['cem', cem(sizes)],
  ['cem, as EB-JEPA', cem({ ...cemVariants['eb-jepa'], ...sizes })],
  ['cem, momentum 0.15', cem({ ...sizes, momentumMean: 0.15, momentumStd: 0.15 })],
  ['icem, beta 0.5', icem({ ...sizes, noiseBeta: 0.5 })],
  ['icem, beta 2', icem({ ...sizes, noiseBeta: 2 })],
  ['mppi, divisive 0.5 (swm)', mppi({ ...mppiVariants.swm, ...sizes })],
  ['mppi, multiplicative 0.005 (EB-JEPA)', mppi({ ...mppiVariants['eb-jepa'], ...sizes })],
  ['mppi, lambda 0.005, deviation 3.46 (PLDM)', mppi({ ...mppiVariants.pldm, samples: 100, iterations: 30 })],
  ['mppi, lambda 0.005, deviation 0.3', mppi({ ...mppiVariants.pldm, samples: 100, iterations: 30, initialStd: 0.3 })],
  ['predictive sampling, once', predictiveSampling({ samples: 3000 })],
  ['predictive sampling, 30 times', predictiveSampling({ samples: 100, iterations: 30, noiseScale: 0.3 })],
  ['random shooting', randomShooting({ samples: 3000, low: -1, high: 1 })],
  ['gradient descent, rate 0.1', gradient({ iterations: 100, descent: { kind: 'sgd', lr: 0.1 } })],
  ['Adam, rate 0.1', gradient({ iterations: 100, descent: adam })],
  ['augmented Lagrangian, no limit', lagrangian({ innerSteps: 20, outerSteps: 5, descent: adam })],
];

const left = new Map<string, number>();
for (const [name, solver] of planners) {
  let total = 0;
  const seeds = 3;
  for (let seed = 0; seed < seeds; seed++) {
    const { plan } = await solver.solve(puck, { key: key(seed) });
    const cost = await puck.cost(plan, 1);
    total += cost.reduce((a, b) => a + b, 0) / seeds;
  }
  left.set(name, Math.max(0, total - lowest) / (square - lowest));
  console.log(`${name.padEnd(42)} ${left.get(name)!.toFixed(5)}`);
}

const share = (name: string): number => left.get(name)!;
ok(share('gradient descent, rate 0.1') < 1e-6, 'a gradient finds the optimum of a quadratic');
ok(share('cem') < 0.05 && share('cem') < share('random shooting'), 'cem is near, and better than chance');
ok(share('icem, beta 0.5') < share('icem, beta 2'), 'noise that is too smooth for the plan costs something');
ok(
  share('mppi, lambda 0.005, deviation 0.3') < 0.1 && share('mppi, lambda 0.005, deviation 3.46 (PLDM)') > 0.5,
  "a published deviation belongs to its code's action units",
);
console.log('ok');
