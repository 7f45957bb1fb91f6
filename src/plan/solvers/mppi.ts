// Model-predictive path integral control: every candidate moves the plan, by a weight that falls with its cost.
//
//   cand = mean + std * N(0, 1), constrained;  J = cost(cand) (+ lambda * U' Sigma^-1 eps, eps = cand - U, for 'lambda')
//   w = softmax of -J under one of three temperature conventions, over the K cheapest or over all
//   mean <- sum w cand;  std <- weighted deviation, or kept
//
// Legend: B tasks, S candidates, K elites, H steps, D numbers per step, L = H * D, U the current plan.
// Sources: Williams et al. 2017 (arXiv 1707.02342); the variants in `mppiVariants` cite theirs.

import { fold, JepaError, normal, uniform } from '../../core/index.ts';
import { type ActionConstraint, constrain } from '../constraints.ts';
import { checkProblem, requireAbsolute } from '../problem.ts';
import { checkSizes, drawNoise, keysOfTasks, type PlanResult, paddedInit, type Solver } from '../solver.ts';
import { checkElites } from './elites.ts';
import { offerOf } from './proposals.ts';
import { type CandidateBuffer, firstStd, fromNoise, search } from './search.ts';

/**
 * How costs become weights. The three published conventions use the same word for different things:
 *
 * - `divisive`: w ~ exp(-(J - J_min) / value). stable-worldmodel, 0.5. Larger is flatter.
 * - `multiplicative`: w ~ exp(-value * (J - J_min)). EB-JEPA and TD-MPC, 0.005. Larger is sharper; 0.005 is nearly uniform.
 * - `lambda`: divisive, and J includes the control cost value * sum_t U_t' Sigma^-1 eps_t of the path-integral
 *   derivation. PLDM and pytorch_mppi, 0.005.
 */
export interface MppiTemperature {
  readonly convention: 'divisive' | 'multiplicative' | 'lambda';
  readonly value: number;
}

export interface MppiOptions {
  /** S. @default 300 */
  readonly samples?: number;
  /** K, the cheapest candidates that get a weight, or 'all'. @default 30 */
  readonly elites?: number | 'all';
  /** @default 30 */
  readonly iterations?: number;
  /** @default 1 */
  readonly initialStd?: number | readonly number[];
  /** @default { convention: 'divisive', value: 0.5 } */
  readonly temperature?: MppiTemperature;
  /** Whether candidate 0 is the current mean. @default true */
  readonly includeMean?: boolean;
  /** Whether the deviation becomes the weighted (biased) deviation of the elites. @default false */
  readonly refitStd?: boolean;
  /** Where the mean starts without `init`: at zero, or at one draw of the noise. @default 'zero' */
  readonly start?: 'zero' | 'noise';
  /** What is returned: the mean, or one elite drawn with probability w. @default 'mean' */
  readonly plan?: 'mean' | 'drawn-elite';
  /** Replaces the draw: the place among the elites, by increasing cost, of the one to return. */
  readonly drawElite?: (weights: Float32Array, task: number) => number;
  /** Applied to every candidate before the cost; the noise is what it leaves. @default none */
  readonly constraint?: ActionConstraint;
}

/** The name of a published variant of MPPI, see `mppiVariants`. */
export type MppiVariant = 'swm' | 'eb-jepa' | 'pldm';

/**
 * The variants of published code, as options.
 *
 * - `swm`: stable-worldmodel @addbab4 planning/solver/mppi.py, the default: 30 of 300, divisive 0.5, deviation kept.
 * - `eb-jepa`: eb_jepa planning.py:661-797: 20 of 200, multiplicative 0.005, deviation 2 and refitted, an elite drawn
 *   as the plan, no constraint (it ignores its own max_norms).
 * - `pldm`: PLDM's pytorch_mppi: all of 2000, covariance 12 (deviation 3.46), lambda 0.005, 2-D actions of length at
 *   most 2.45, one update per decision, the first plan drawn from the noise.
 */
export const mppiVariants: Readonly<Record<MppiVariant, MppiOptions>> = {
  swm: { samples: 300, elites: 30, iterations: 30, temperature: { convention: 'divisive', value: 0.5 } },
  'eb-jepa': {
    samples: 200,
    elites: 20,
    iterations: 20,
    initialStd: 2,
    temperature: { convention: 'multiplicative', value: 0.005 },
    includeMean: false,
    refitStd: true,
    plan: 'drawn-elite',
  },
  pldm: {
    samples: 2000,
    elites: 'all',
    iterations: 1,
    initialStd: Math.sqrt(12),
    temperature: { convention: 'lambda', value: 0.005 },
    includeMean: false,
    start: 'noise',
    constraint: { kind: 'norm', max: 2.45, size: 2 },
  },
};

/**
 * An MPPI solver; the defaults are stable-worldmodel's.
 *
 * `PlanResult.cost` is the weighted mean cost of the last iteration, or the cost of the drawn elite. Candidates whose
 * cost is not finite get no weight. Errors as `cem`; a temperature that is not positive is `usage`.
 */
export function mppi(options: MppiOptions = {}): Solver {
  const { samples = 300, iterations = 30, initialStd = 1, includeMean = true, refitStd = false } = options;
  const { temperature = { convention: 'divisive', value: 0.5 }, start = 'zero', plan = 'mean' } = options;
  const { elites: wanted = Math.min(30, samples), constraint, drawElite } = options;
  const all = wanted === 'all';
  const elites = all ? 0 : wanted;
  checkSizes('mppi', { samples: [samples, 2], iterations: [iterations, 1], elites: [all ? samples : elites, 1] });
  checkElites('mppi', elites, samples);
  if (!(temperature.value > 0)) {
    throw new JepaError('usage', `mppi: the temperature must be positive, got ${temperature.value}`, {
      ...temperature,
    });
  }
  if (all && plan === 'drawn-elite') {
    throw new JepaError('usage', "mppi: plan 'drawn-elite' needs a number of elites, got elites 'all'");
  }
  const buffer: CandidateBuffer = { spare: new Float32Array(0) };

  return {
    name: 'mppi',
    sampling: { samples, around: true, ...(constraint && { constraint }) },
    async solve(problem, solveOptions): Promise<PlanResult> {
      checkProblem(problem, 'mppi');
      requireAbsolute(problem, 'mppi', 'its temperature compares differences of costs with a fixed number');
      const { tasks, horizon, actionDim } = problem;
      const length = horizon * actionDim;
      const apply = constraint === undefined ? undefined : constrain(constraint, actionDim);
      const mean = paddedInit(problem, solveOptions.init, 'mppi');
      const std = firstStd(problem, initialStd, 'mppi');
      const keys = keysOfTasks(tasks, solveOptions);
      if (start === 'noise' && solveOptions.init === undefined) {
        for (const [task, taskKey] of keys.entries()) {
          normal(fold(taskKey, 'start'), mean.subarray(task * length, (task + 1) * length));
        }
        for (let i = 0; i < mean.length; i++) mean[i]! *= std[i]!;
      }
      const reserved = includeMean ? 1 : 0;
      const room = samples - reserved;
      const offer = offerOf(problem, solveOptions, 'mppi', { first: room, every: room });
      offer.start(mean, std, apply);
      const width = all ? samples : elites;
      const weights = new Float32Array(tasks * width);
      const cost = new Float32Array(tasks);
      const drawn = new Float32Array(mean.length);
      const total = new Float64Array(width);
      const nextMean = new Float64Array(length);

      const records = await search(
        problem,
        solveOptions,
        {
          solver: 'mppi',
          iterations,
          elites,
          needed: 1,
          mean,
          std,
          weights,
          samples: () => samples,
          propose(candidates, _, iteration) {
            drawNoise(candidates, tasks, iteration, solveOptions);
            fromNoise(candidates, samples, length, { mean, std }, includeMean);
            offer.put(candidates, samples, iteration, reserved);
            apply?.(candidates);
          },
          learn({ task, iteration, candidates, cost: J, elites: order, count }) {
            const members = all ? samples : count;
            const member = (e: number): number => (all ? e : order[e]!);
            const own = mean.subarray(task * length, (task + 1) * length);
            const ownStd = std.subarray(task * length, (task + 1) * length);
            for (let e = 0; e < members; e++) {
              total[e] = J[member(e)]!;
              if (temperature.convention === 'lambda') {
                total[e]! += temperature.value * controlCost(own, ownStd, candidates, member(e) * length);
              }
            }
            const w = weights.subarray(task * width, (task + 1) * width).fill(0);
            softmax(total.subarray(0, members), temperature, w);

            nextMean.fill(0);
            cost[task] = 0;
            for (let e = 0; e < members; e++) {
              if (w[e] === 0) continue;
              const row = member(e) * length;
              for (let i = 0; i < length; i++) nextMean[i]! += w[e]! * candidates[row + i]!;
              cost[task]! += w[e]! * J[member(e)]!;
            }
            if (refitStd) weightedStd(ownStd, nextMean, candidates, w, members, member);
            own.set(nextMean);
            if (plan === 'drawn-elite' && iteration === iterations - 1) {
              const place =
                drawElite?.(w, task) ?? draw(w, uniform(fold(keys[task]!, 'elite'), new Float32Array(1))[0]!);
              const row = member(place) * length;
              drawn.set(candidates.subarray(row, row + length), task * length);
              cost[task] = J[member(place)]!;
            }
          },
        },
        buffer,
      );
      return { plan: plan === 'mean' ? mean : drawn, cost, iterations: records };
    },
  };
}

/** sum_t U_t' Sigma^-1 eps_t of the candidate that begins at `row`. */
function controlCost(u: Float32Array, std: Float32Array, candidates: Float32Array, row: number): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += (u[i]! * (candidates[row + i]! - u[i]!)) / (std[i]! * std[i]!);
  return sum;
}

/** Weights that sum to 1; costs that are not finite get 0. */
function softmax(cost: Float64Array, { convention, value }: MppiTemperature, out: Float32Array): void {
  const sharpness = convention === 'multiplicative' ? value : 1 / value;
  let least = Number.POSITIVE_INFINITY;
  for (const c of cost) if (Number.isFinite(c)) least = Math.min(least, c);
  const raw = Float64Array.from(cost, (c) => (Number.isFinite(c) ? Math.exp(-sharpness * (c - least)) : 0));
  const sum = raw.reduce((a, b) => a + b, 0);
  for (let e = 0; e < raw.length; e++) out[e] = raw[e]! / sum;
}

/** sqrt(sum w (cand - mean)^2), into `std` [L]. */
function weightedStd(
  std: Float32Array,
  mean: Float64Array,
  candidates: Float32Array,
  weights: Float32Array,
  members: number,
  member: (e: number) => number,
): void {
  for (let i = 0; i < mean.length; i++) {
    let square = 0;
    for (let e = 0; e < members; e++) {
      if (weights[e] === 0) continue;
      square += weights[e]! * (candidates[member(e) * mean.length + i]! - mean[i]!) ** 2;
    }
    std[i] = Math.sqrt(square);
  }
}

/** The place where the cumulative weight passes `u` in [0, 1). */
function draw(weights: Float32Array, u: number): number {
  let sum = 0;
  let last = 0;
  for (let e = 0; e < weights.length; e++) {
    if (weights[e] === 0) continue;
    last = e;
    sum += weights[e]!;
    if (u < sum) return e;
  }
  return last;
}
