// Every published planner by name, so that a benchmark or the command line can run over all of them.

import { JepaError, unknownName } from '../../core/index.ts';
import type { ActionConstraint } from '../constraints.ts';
import type { Solver } from '../solver.ts';
import { type CemOptions, cem, cemVariants } from './cem.ts';
import { type GradientOptions, gradient, gradientVariants } from './gradient.ts';
import { type IcemOptions, icem, icemVariants } from './icem.ts';
import { lagrangian } from './lagrangian.ts';
import { type MppiOptions, mppi, mppiVariants } from './mppi.ts';
import { predictiveSampling, randomShooting } from './sampling.ts';

/** What a caller may change of a published planner; what is left out stays as published. */
export interface PublishedChanges {
  /** Candidates per iteration; for gradient planners, plans that descend side by side. */
  readonly samples?: number;
  /** For gradient planners, steps. `random-shooting` has none, `lagrangian` divides them by its outer steps. */
  readonly iterations?: number;
  /** Of `cem/*`, `icem/*` and `mppi/*`; planners without elites ignore it. */
  readonly elites?: number;
  readonly constraint?: ActionConstraint;
}

const OUTER_STEPS = 5;

/** Makers by name: `method/code` where the codes differ. */
const makers: Readonly<Record<string, (changes: PublishedChanges) => Solver>> = {
  ...variants('cem', cemVariants, (options: CemOptions) => cem(options)),
  ...variants('icem', icemVariants, (options: IcemOptions) => icem(options)),
  ...variants('mppi', mppiVariants, (options: MppiOptions) => mppi(options)),
  ...variants('gradient', gradientVariants, (options: GradientOptions) => gradient(options)),
  'predictive-sampling': (changes) => predictiveSampling(changes),
  'random-shooting': ({ samples = 1000, constraint }) => {
    if (constraint?.kind !== 'box') {
      throw new JepaError(
        'usage',
        "random-shooting: it draws from a box, so give constraint { kind: 'box', low, high }",
      );
    }
    return randomShooting({ samples, low: constraint.low, high: constraint.high });
  },
  lagrangian: ({ samples = 1, iterations = 100, constraint }) =>
    lagrangian({
      samples,
      innerSteps: Math.max(1, Math.round(iterations / OUTER_STEPS)),
      outerSteps: OUTER_STEPS,
      ...(constraint && { constraint }),
    }),
};

/** The names that `publishedSolver` knows. */
export const publishedSolvers: readonly string[] = Object.keys(makers);

/**
 * The planner of a published code for continuous actions, by name: 'cem/le-wm', 'icem/swm', 'mppi/eb-jepa',
 * 'gradient/dino-wm', 'predictive-sampling'. Planners that need more than a cost's gradient (one-hot actions, two levels)
 * have no name here: `categoricalCem`, `projectedGradient`, `hierarchical`.
 *
 * Throws `usage` for an unknown name, with the nearest one, and where the planner itself refuses the changes.
 */
export function publishedSolver(name: string, changes: PublishedChanges = {}): Solver {
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (make === undefined) throw unknownName('planner', name, publishedSolvers);
  return make(changes);
}

function variants<Options extends object>(
  method: string,
  published: Readonly<Record<string, Options>>,
  make: (options: Options) => Solver,
): Record<string, (changes: PublishedChanges) => Solver> {
  return Object.fromEntries(
    Object.entries(published).map(([code, options]) => [
      `${method}/${code}`,
      (changes: PublishedChanges) => make({ ...options, ...changes }),
    ]),
  );
}
