// Cross-entropy method over action sequences, batched over tasks and candidates (one cost call per iteration).
//
//   mean = init or 0, std = initialStd
//   repeat:  cand = mean + std * N(0, 1);  cand[0] = mean;  J = cost(cand);  E = the K candidates of lowest J
//            mean = mean(E);  std = unbiased deviation of E
//   return mean                                    (the mean of the last elites, not the best candidate)
//
// Legend: B tasks, S candidates, K elites, H steps, D numbers per step, L = H * D.
// Sources: stable-worldmodel @addbab4 planning/solver/cem.py:139-260 (which calls the deviation "var"); the variants in
// `cemVariants` cite theirs.

import { type ActionConstraint, constrain, perDimension } from '../constraints.ts';
import { checkProblem } from '../problem.ts';
import { checkSizes, drawNoise, type PlanResult, paddedInit, type Solver } from '../solver.ts';
import { checkElites, gaussianUpdate } from './elites.ts';
import { offerOf } from './proposals.ts';
import { type CandidateBuffer, firstStd, fromNoise, search } from './search.ts';

export interface CemOptions {
  /** S, candidates per task. @default 300 */
  readonly samples?: number;
  /** K, candidates that form the next distribution, 2 to S. @default 30 */
  readonly elites?: number;
  /** @default 30 */
  readonly iterations?: number;
  /** Deviation of the first iteration, one for all or one per number of a block. @default 1 */
  readonly initialStd?: number | readonly number[];
  /** Whether candidate 0 is the current mean. @default true */
  readonly includeMean?: boolean;
  /** Applied to every candidate, the mean included; the elites average what it leaves. @default none */
  readonly constraint?: ActionConstraint;
  /** m in mean <- (1 - m) * elite mean + m * mean, one for all or one per number of a block. @default 0 */
  readonly momentumMean?: number | readonly number[];
  /** The same for the deviation. @default 0 */
  readonly momentumStd?: number | readonly number[];
}

/** The name of a published variant of CEM, see `cemVariants`. */
export type CemVariant = 'le-wm' | 'dino-wm' | 'eb-jepa' | 'jepa-wms' | 'v-jepa-ac';

/**
 * The variants of published code, as options. All draw one Gaussian per step and dimension, take unbiased elite
 * deviations and return the mean; all sizes can be overridden: `cem({ ...cemVariants['eb-jepa'], samples: 64 })`.
 *
 * - `le-wm`: stable-worldmodel's, the default.
 * - `dino-wm`: the same arithmetic (gaoyuezhou/dino_wm planning/cem.py:64-130). Its stop when the *true* environment
 *   says success is an oracle and is left out.
 * - `eb-jepa`: no mean candidate, 2-D actions of length at most 2.45, deviation 1.5 (eb_jepa planning.py:539-658).
 * - `jepa-wms`: mean candidate, translations and gripper clipped to +-maxNorm, momentum optional (jepa-wms
 *   evals/simu_env_planning/planning/planning/planner.py:211-345); pass your own box.
 * - `v-jepa-ac`: four numbers per step (dx, dy, dz, gripper), momentum 0.15, no mean candidate (vjepa2
 *   notebooks/utils/mpc_utils.py:28-163). Zeroing grip commands below 0.25 is left to the caller.
 */
export const cemVariants: Readonly<Record<CemVariant, CemOptions>> = {
  'le-wm': { samples: 300, elites: 30, iterations: 30, initialStd: 1 },
  'dino-wm': { samples: 300, elites: 30, iterations: 30, initialStd: 1 },
  'eb-jepa': {
    samples: 200,
    elites: 20,
    iterations: 20,
    initialStd: 1.5,
    includeMean: false,
    constraint: { kind: 'norm', max: 2.45, size: 2 },
  },
  'jepa-wms': {
    samples: 300,
    elites: 10,
    iterations: 30,
    initialStd: 1,
    constraint: { kind: 'box', low: -1, high: 1 },
  },
  'v-jepa-ac': {
    samples: 400,
    elites: 10,
    iterations: 10,
    initialStd: [0.05, 0.05, 0.05, 1],
    includeMean: false,
    constraint: { kind: 'box', low: [-0.05, -0.05, -0.05, -0.75], high: [0.05, 0.05, 0.05, 0.75] },
    momentumMean: 0.15,
    momentumStd: 0.15,
  },
};

/**
 * A cross-entropy solver; the defaults are LeWorldModel's (300 candidates, 30 elites, 30 iterations, deviation 1).
 *
 * Candidates whose cost is not finite are counted, never become elites, and the elites are then fewer; a task with
 * fewer than two finite costs is a `numeric` error. `PlanResult.cost` is the mean cost of the last elites. The buffers
 * of the candidates are kept between solves.
 *
 * @example
 * const { plan } = await cem({ iterations: 10 }).solve(problem, { key: key(0) });
 */
export function cem(options: CemOptions = {}): Solver {
  const { samples = 300, elites = 30, iterations = 30, initialStd = 1, includeMean = true } = options;
  const { constraint, momentumMean = 0, momentumStd = 0 } = options;
  checkSizes('cem', { samples: [samples, 2], elites: [elites, 2], iterations: [iterations, 1] });
  checkElites('cem', elites, samples);
  const buffer: CandidateBuffer = { spare: new Float32Array(0) };

  return {
    name: 'cem',
    sampling: { samples, around: true, ...(constraint && { constraint }) },
    async solve(problem, solveOptions): Promise<PlanResult> {
      checkProblem(problem, 'cem');
      const { tasks, horizon, actionDim } = problem;
      const length = horizon * actionDim;
      const apply = constraint === undefined ? undefined : constrain(constraint, actionDim);
      const keepMean = perDimension(momentumMean, actionDim, 'cem: momentumMean');
      const keepStd = perDimension(momentumStd, actionDim, 'cem: momentumStd');
      const mean = paddedInit(problem, solveOptions.init, 'cem');
      const std = firstStd(problem, initialStd, 'cem');
      const reserved = includeMean ? 1 : 0;
      const room = samples - reserved;
      const offer = offerOf(problem, solveOptions, 'cem', { first: room, every: room });
      offer.start(mean, std, apply);
      const learn = gaussianUpdate({ mean, std }, length, keepMean, keepStd);
      const iterationRecords = await search(
        problem,
        solveOptions,
        {
          solver: 'cem',
          iterations,
          elites,
          needed: 2,
          mean,
          std,
          samples: () => samples,
          propose(candidates, _, iteration) {
            drawNoise(candidates, tasks, iteration, solveOptions);
            fromNoise(candidates, samples, length, { mean, std }, includeMean);
            offer.put(candidates, samples, iteration, reserved);
            apply?.(candidates);
          },
          learn,
        },
        buffer,
      );
      return { plan: mean, cost: iterationRecords.at(-1)!.elite.slice(), iterations: iterationRecords };
    },
  };
}
