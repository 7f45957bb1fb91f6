// iCEM: the cross-entropy method with noise that is smooth in time, elites that survive, and a population that shrinks.
//
//   candidates = mean + std * coloured noise; slot 0 = mean; slots 1..k = elites kept from the iteration before
//   clip; J = cost; E = K lowest; mean <- m mean + (1 - m) mean(E), the same for std
//
// Legend: B tasks, S candidates, K elites, k kept elites, H steps, D numbers per step, L = H * D.
// Sources: Pinneri et al. 2020 (arXiv 2008.06389); stable-worldmodel @addbab4 planning/solver/icem.py:19-353.

import { JepaError } from '../../core/index.ts';
import { type ActionConstraint, constrain } from '../constraints.ts';
import { checkProblem } from '../problem.ts';
import { checkSizes, drawNoise, type PlanResult, paddedInit, type SolveOptions, type Solver } from '../solver.ts';
import { colour } from './coloured-noise.ts';
import { checkElites, gaussianUpdate } from './elites.ts';
import { offerOf } from './proposals.ts';
import { type CandidateBuffer, firstStd, fromNoise, search } from './search.ts';

export interface IcemOptions {
  /** S of the first iteration. @default 300 */
  readonly samples?: number;
  /** K, 2 to S. @default 30 */
  readonly elites?: number;
  /** @default 30 */
  readonly iterations?: number;
  /** @default 1 */
  readonly initialStd?: number | readonly number[];
  /** beta, the exponent of the noise's power along time: 0 white, 2 a random walk. @default 2 */
  readonly noiseBeta?: number;
  /**
   * F, environment steps that a block holds: the noise is coloured along all H F of them, so that an action resembles the one
   * before it within a block too. @default 1, along blocks
   */
  readonly blockSteps?: number;
  /** k, elites that are candidates of the next iteration too, below S. @default 5 */
  readonly keptElites?: number;
  /** m, the weight of the old mean and deviation. @default 0.1 */
  readonly momentum?: number;
  /**
   * gamma in S_i = max(S / gamma^i, 2 K): 1 keeps the population. Each new size is another program of the engine.
   * @default 1
   */
  readonly populationDecay?: number;
  /** When candidate 0 is the mean. @default 'always' */
  readonly meanCandidate?: 'always' | 'last-iteration';
  /** What is returned: the mean, or the cheapest candidate of the last iteration. @default 'mean' */
  readonly plan?: 'mean' | 'best-elite';
  /** In the units of the candidates. The reference clips normalised actions with raw bounds; we never do. @default none */
  readonly constraint?: ActionConstraint;
}

/**
 * Published settings. `swm`: stable-worldmodel's, the default (constant population, mean returned). `paper`: the
 * smallest budget of Pinneri et al.: 40 candidates shrinking by 1.25, 10 elites of which 3 are kept, 3 iterations,
 * deviation 0.5, mean among the candidates of the last iteration only, cheapest candidate returned.
 */
export const icemVariants: Readonly<Record<'swm' | 'paper', IcemOptions>> = {
  swm: { samples: 300, elites: 30, iterations: 30, noiseBeta: 2, keptElites: 5, momentum: 0.1 },
  paper: {
    samples: 40,
    elites: 10,
    iterations: 3,
    initialStd: 0.5,
    noiseBeta: 2,
    keptElites: 3,
    momentum: 0.1,
    populationDecay: 1.25,
    meanCandidate: 'last-iteration',
    plan: 'best-elite',
  },
};

/**
 * An iCEM solver; the defaults are stable-worldmodel's.
 *
 * Shift-initialisation: the mean starts from `init`, as in every solver; give the last result's `elites`, moved by the
 * executed steps (`shiftPlans`), as `elites` to have them tried first; `mpc` does both. `PlanResult.cost` is the mean cost of the last
 * elites, or the cost of the returned candidate. Errors as `cem`.
 *
 * @example
 * const first = await icem().solve(problem, { key: key(0) });
 * const shift = (plans: Float32Array) => shiftPlans(plans, horizon, actionDim, 1);
 * const warm = { init: shift(first.plan), elites: first.elites!.map(shift) };
 * const next = await icem().solve(later, { key: key(1), ...warm });
 */
export function icem(options: IcemOptions = {}): Solver {
  const { samples = 300, elites = 30, iterations = 30, initialStd = 1, noiseBeta = 2 } = options;
  const { momentum = 0.1, populationDecay = 1, meanCandidate = 'always', plan = 'mean', constraint } = options;
  const { blockSteps = 1 } = options;
  const { keptElites = Math.min(5, elites, samples - 1) } = options;
  checkSizes('icem', {
    samples: [samples, 2],
    elites: [elites, 2],
    iterations: [iterations, 1],
    keptElites: [keptElites, 0],
    blockSteps: [blockSteps, 1],
  });
  checkElites('icem', elites, samples);
  if (keptElites > elites || keptElites >= samples || !(populationDecay >= 1) || !Number.isFinite(noiseBeta)) {
    throw new JepaError(
      'usage',
      `icem: keptElites must be at most elites = ${elites} and below samples = ${samples}, populationDecay at least 1 and noiseBeta finite, got ${keptElites}, ${populationDecay}, ${noiseBeta}`,
      { keptElites, populationDecay, noiseBeta },
    );
  }
  const buffer: CandidateBuffer = { spare: new Float32Array(0) };
  const least = Math.min(samples, 2 * elites);

  return {
    name: 'icem',
    sampling: { samples, around: true, ...(constraint && { constraint }) },
    async solve(problem, solveOptions): Promise<PlanResult> {
      checkProblem(problem, 'icem');
      const { tasks, horizon, actionDim } = problem;
      const length = horizon * actionDim;
      if (actionDim % blockSteps !== 0) {
        throw new JepaError(
          'usage',
          `icem: the ${actionDim} numbers of a block must be whole actions of blockSteps steps, got ${blockSteps}; set it to the frame skip`,
          { actionDim, blockSteps },
        );
      }
      const apply = constraint === undefined ? undefined : constrain(constraint, actionDim);
      const mean = paddedInit(problem, solveOptions.init, 'icem');
      const std = firstStd(problem, initialStd, 'icem');
      const size = (iteration: number): number => Math.max(least, Math.floor(samples / populationDecay ** iteration));
      const fewest = size(iterations - 1);
      const offer = offerOf(problem, solveOptions, 'icem', { first: samples - 1, every: fewest - 1 - keptElites });
      offer.start(mean, std, apply);
      const keep = Float64Array.of(momentum);
      const update = gaussianUpdate({ mean, std }, length, keep, keep);
      const offered = offeredElites(solveOptions, tasks, length);
      const kept = new Float32Array(tasks * keptElites * length);
      const keptCount = new Int32Array(tasks);
      const best = new Float32Array(tasks * length);
      const bestCost = new Float32Array(tasks);

      const records = await search(
        problem,
        solveOptions,
        {
          solver: 'icem',
          iterations,
          elites,
          needed: 2,
          mean,
          std,
          samples: size,
          propose(candidates, S, iteration) {
            drawNoise(candidates, tasks, iteration, solveOptions);
            colour(candidates, horizon * blockSteps, actionDim / blockSteps, noiseBeta);
            const withMean = meanCandidate === 'always' || iteration === iterations - 1;
            fromNoise(candidates, S, length, { mean, std }, withMean);
            offer.put(candidates, S, iteration, 1);
            const first = 1 + offer.taken(iteration);
            for (let task = 0; task < tasks; task++) {
              const from = iteration === 0 ? offered[task]! : kept.subarray(task * keptElites * length);
              const count = iteration === 0 ? from.length / length : keptCount[task]!;
              const room = Math.min(count, S - first);
              candidates.set(from.subarray(0, room * length), (task * S + first) * length);
            }
            apply?.(candidates);
          },
          learn(population) {
            const { task, candidates, cost, elites: order, count } = population;
            update(population);
            keptCount[task] = Math.min(keptElites, count);
            for (let e = 0; e < keptCount[task]!; e++) {
              const row = candidates.subarray(order[e]! * length, (order[e]! + 1) * length);
              kept.set(row, (task * keptElites + e) * length);
            }
            best.set(candidates.subarray(order[0]! * length, (order[0]! + 1) * length), task * length);
            bestCost[task] = cost[order[0]!]!;
          },
        },
        buffer,
      );
      return {
        plan: plan === 'mean' ? mean : best,
        cost: plan === 'mean' ? records.at(-1)!.elite.slice() : bestCost,
        iterations: records,
        elites: Array.from(keptCount, (count, task) =>
          kept.slice(task * keptElites * length, (task * keptElites + count) * length),
        ),
      };
    },
  };
}

/** The plans offered for each task, [k, L] each. */
function offeredElites({ elites }: SolveOptions, tasks: number, length: number): readonly Float32Array[] {
  if (elites === undefined) return Array.from({ length: tasks }, () => new Float32Array(0));
  const bad = elites.findIndex((plans) => plans.length % length !== 0 || !plans.every(Number.isFinite));
  if (elites.length !== tasks || bad >= 0) {
    throw new JepaError(
      'shape',
      `icem: elites must hold for each of ${tasks} tasks finite plans of ${length} numbers (horizon x actionDim), got ${elites.length} lists${bad >= 0 ? `, list ${bad} with ${elites[bad]!.length} numbers` : ''}`,
      { got: elites.map((plans) => plans.length), tasks, length },
    );
  }
  return elites;
}
