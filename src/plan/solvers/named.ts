// Planners by name, so that settings, model files, benchmarks and the command line can say which: the published ones, and those
// that `registerSolver` adds.

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
export interface SolverChanges {
  /** Candidates per iteration; for gradient planners, plans that descend side by side. */
  readonly samples?: number;
  /** For gradient planners, steps. `random-shooting` has none, `lagrangian` divides them by its outer steps. */
  readonly iterations?: number;
  /** Of `cem/*`, `icem/*` and `mppi/*`; planners without elites ignore it. */
  readonly elites?: number;
  readonly constraint?: ActionConstraint;
  /** Of `cem/*` and `icem/*`: the deviation of the first candidates. */
  readonly initialStd?: number;
  /** Of `icem/*`: the colour of the noise along time, 0 for white. */
  readonly noiseBeta?: number;
  /** Of `icem/*`: environment steps of a block, along all of which the noise is coloured. */
  readonly blockSteps?: number;
  /** Of `icem/*`: what is returned, the mean of the elites or the cheapest candidate. */
  readonly plan?: 'mean' | 'best-elite';
}

const OUTER_STEPS = 5;

/** With fewer elites than a published planner keeps, all of them are kept. */
function keepingFew(options: IcemOptions): IcemOptions {
  const { keptElites, elites, samples } = options;
  if (keptElites === undefined || elites === undefined || samples === undefined) return options;
  return { ...options, keptElites: Math.max(0, Math.min(keptElites, elites, samples - 1)) };
}

/** Makes a planner, as published or with changes. */
export type SolverMaker = (changes: SolverChanges) => Solver;

/** Makers by name: `method/code` where the codes differ. */
const published: Readonly<Record<string, SolverMaker>> = {
  ...variants('cem', cemVariants, (options: CemOptions) => cem(options)),
  ...variants('icem', icemVariants, (options: IcemOptions) => icem(keepingFew(options))),
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

const makers = new Map<string, SolverMaker>(Object.entries(published));

/**
 * Makes a planner of one's own known by its name, to settings (`--set plan.planner.solver=NAME`) and model files.
 *
 * @throws JepaError `usage` when the name is taken, or is not words of small letters, digits and dashes divided by slashes
 * @example
 * registerSolver('cem/bold', (changes) => cem({ ...cemVariants['le-wm'], initialStd: 2, ...changes }));
 */
export function registerSolver(name: string, make: SolverMaker): void {
  if (!/^[a-z][a-z0-9-]*(\/[a-z0-9-]+)*$/.test(name)) {
    throw new JepaError(
      'usage',
      `the name of a planner must be small letters, digits, dashes and slashes, such as cem/mine, got '${name}'`,
    );
  }
  if (makers.has(name)) {
    throw new JepaError('usage', `a planner called '${name}' is known already; choose another name`);
  }
  makers.set(name, make);
}

/** Changes that only some published methods know. */
const OF_SOME = {
  initialStd: ['cem/', 'icem/'],
  noiseBeta: ['icem/'],
  blockSteps: ['icem/'],
  plan: ['icem/'],
} as const satisfies Partial<Record<keyof SolverChanges, readonly string[]>>;

/** The names that `solverNamed` knows. */
export function solverNames(): readonly string[] {
  return [...makers.keys()];
}

/**
 * A planner for continuous actions by its name; those of published codes are 'cem/le-wm', 'icem/swm', 'mppi/eb-jepa',
 * 'gradient/dino-wm', 'predictive-sampling'. Planners that need more than a cost's gradient (one-hot actions, two levels)
 * have no name here: `categoricalCem`, `projectedGradient`, `hierarchical`.
 *
 * Throws `usage` for an unknown name, with the nearest one, and where the planner itself refuses the changes.
 */
export function solverNamed(name: string, changes: SolverChanges = {}): Solver {
  const make = makers.get(name);
  if (make === undefined) throw unknownName('planner', name, solverNames());
  for (const [change, methods] of Object.entries(OF_SOME)) {
    if (changes[change as keyof SolverChanges] === undefined || !published[name]) continue;
    if (methods.some((method) => name.startsWith(method))) continue;
    const message = `${name}: ${change} is a setting of ${methods.map((m) => `${m}*`).join(' and ')}; leave it out`;
    throw new JepaError('usage', message, { name, change });
  }
  return make(changes);
}

function variants<Options extends object>(
  method: string,
  settings: Readonly<Record<string, Options>>,
  make: (options: Options) => Solver,
): Record<string, (changes: SolverChanges) => Solver> {
  return Object.fromEntries(
    Object.entries(settings).map(([code, options]) => [
      `${method}/${code}`,
      (changes: SolverChanges) => make({ ...options, ...changes }),
    ]),
  );
}
