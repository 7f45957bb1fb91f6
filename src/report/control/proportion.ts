// Successes over the tasks of several seeds, pooled.

import { wilsonInterval } from '../../measure/index.ts';

/** Successes of one seed. */
export interface SeedCount {
  readonly seed: number;
  readonly successes: number;
  readonly tasks: number;
}

/** Successes of all seeds together. */
export interface Proportion {
  readonly successes: number;
  readonly tasks: number;
  readonly rate: number;
  /** Wilson's 95 % interval of the pooled counts: it knows the number of tasks, and nothing of how seeds differ. */
  readonly interval: readonly [low: number, high: number];
  readonly seeds: readonly SeedCount[];
}

/**
 * Counts of several seeds as one proportion; undefined without any task.
 *
 * @example
 * pooled([{ seed: 0, successes: 90, tasks: 100 }, { seed: 1, successes: 80, tasks: 100 }]); // rate 0.85, interval of 170 in 200
 */
export function pooled(seeds: readonly SeedCount[]): Proportion | undefined {
  const successes = seeds.reduce((sum, s) => sum + s.successes, 0);
  const tasks = seeds.reduce((sum, s) => sum + s.tasks, 0);
  if (tasks === 0) return undefined;
  return { successes, tasks, rate: successes / tasks, interval: wilsonInterval(successes, tasks), seeds };
}

/** The mean of the finite numbers among `values`; undefined when there is none. */
export function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const found = values.filter((v): v is number => v !== undefined && Number.isFinite(v));
  return found.length === 0 ? undefined : found.reduce((a, b) => a + b, 0) / found.length;
}
