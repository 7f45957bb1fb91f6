// What the seeds of one world and model say together. Counts are pooled; times, errors, correlations and areas under curves
// are means over the seeds that have them.

import type { PlanningProtocol, PolicyResult, ProbeResult } from '../../run/index.ts';
import { meanOf, type Proportion, pooled } from './proportion.ts';
import type { ControlRunFolder } from './read.ts';

/** What is pooled of a run. */
export type PooledRun = Pick<
  ControlRunFolder,
  'run' | 'trainingMinutes' | 'planning' | 'probe' | 'surprise' | 'longHorizon' | 'generalisation'
>;

/** One policy on the tasks of a protocol, over seeds. */
export interface PooledPolicy {
  readonly policy: string;
  readonly result: Proportion;
  /** Planning once, for all tasks of a batch together, divided by the tasks. */
  readonly secondsPerDecision?: number;
  /** Times the policy planned in an episode. */
  readonly plansPerEpisode?: number;
}

/** One protocol over seeds. */
export interface PooledProtocol {
  /** `strict` or `paper`. */
  readonly name: string;
  readonly goalOffset?: number;
  readonly budget?: number;
  /** Settings of the main planner. */
  readonly planner?: Readonly<Record<string, unknown>>;
  readonly policies: readonly PooledPolicy[];
}

/** Error in units of the target's variance, and Pearson correlation. */
export interface PooledProbe {
  readonly mse?: number;
  readonly r?: number;
}

/** What two probes read of one target. */
export interface PooledTarget {
  readonly target: string;
  readonly linear?: PooledProbe;
  readonly mlp?: PooledProbe;
}

/** Surprise at one kind of violation. */
export interface PooledSurprise {
  readonly name: string;
  readonly auc: number;
  readonly seeds: readonly { readonly seed: number; readonly auc: number }[];
  /** The largest over the seeds. */
  readonly p?: number;
  /** Clips of each kind and seed. */
  readonly clips: number;
}

/** A policy under one variation, and on the same tasks in the world as it is. */
export interface VariedPolicy {
  readonly policy: string;
  readonly result: Proportion;
  readonly unvaried: Proportion;
}

/** One group of factors drawn anew for each task. */
export interface PooledVariation {
  readonly group: string;
  readonly factors: readonly string[];
  /** Tasks of all seeds that no draw can solve. */
  readonly leftOut: number;
  readonly policies: readonly VariedPolicy[];
}

/** Goals at one distance. */
export interface PooledHorizon {
  readonly goalOffset: number;
  readonly budget: number;
  readonly policies: readonly PooledPolicy[];
}

/** All results of some seeds. What no seed has is empty. */
export interface ControlledResults {
  readonly trainingMinutes?: number;
  readonly minutes?: number;
  readonly protocols: readonly PooledProtocol[];
  readonly probes: readonly PooledTarget[];
  readonly surprise: readonly PooledSurprise[];
  readonly generalisation: readonly PooledVariation[];
  readonly longHorizon: readonly PooledHorizon[];
}

/** A value of one run with its seed. */
interface Seeded<T> {
  readonly seed: number;
  readonly value: T;
}

/** The results of runs that differ only in their seed. */
export function resultsOf(runs: readonly PooledRun[]): ControlledResults {
  const seeded = <T>(pick: (run: PooledRun) => readonly T[]): Seeded<T>[] =>
    runs.flatMap((run) => pick(run).map((value) => ({ seed: run.run.seed, value })));
  const trainingMinutes = meanOf(runs.map((run) => run.trainingMinutes));
  const minutes = meanOf(runs.map(({ run }) => run.minutes));
  return {
    ...(trainingMinutes === undefined ? {} : { trainingMinutes }),
    ...(minutes === undefined ? {} : { minutes }),
    protocols: by(
      seeded(({ planning }) => (planning.ok ? planning.value.protocols : [])),
      ({ name }) => name,
    ).map(poolProtocol),
    probes: poolProbes(seeded(({ probe }) => (probe.ok ? probe.value.probes : []))),
    surprise: poolSurprise(runs),
    generalisation: poolVariations(runs),
    longHorizon: by(
      seeded(({ longHorizon }) => (longHorizon.ok ? longHorizon.value.horizons : [])),
      ({ goalOffset, budget }) => `${goalOffset} ${budget}`,
    )
      .map((same) => {
        const { goalOffset, budget } = same[0]!.value;
        const policies = poolPolicies(same.map(({ seed, value }) => ({ seed, value: value.record })));
        return { goalOffset, budget, policies };
      })
      .sort((a, b) => a.goalOffset - b.goalOffset),
  };
}

/** Values with the same key together, in the order in which keys first come. */
function by<T>(values: readonly Seeded<T>[], key: (value: T) => string): Seeded<T>[][] {
  const groups = new Map<string, Seeded<T>[]>();
  for (const one of values) groups.set(key(one.value), [...(groups.get(key(one.value)) ?? []), one]);
  return [...groups.values()];
}

function poolProtocol(same: readonly Seeded<PlanningProtocol>[]): PooledProtocol {
  const { name, goalOffset, budget, planner } = same[0]!.value;
  return {
    name,
    ...(goalOffset === undefined ? {} : { goalOffset }),
    ...(budget === undefined ? {} : { budget }),
    ...(planner === undefined ? {} : { planner }),
    policies: poolPolicies(same),
  };
}

function poolPolicies(records: readonly Seeded<PlanningProtocol>[]): PooledPolicy[] {
  const results = records.flatMap(({ seed, value }) => value.results.map((result) => ({ seed, value: result })));
  return by(results, ({ policy }) => policy).flatMap((same) => {
    const result = pooled(same.map(({ seed, value }) => ({ seed, successes: value.successAny, tasks: value.tasks })));
    if (result === undefined) return [];
    const secondsPerDecision = meanOf(same.map(({ value }) => secondsOf(value)));
    const plansPerEpisode = meanOf(same.map(({ value }) => (value.plans === 0 ? undefined : value.plans)));
    return [
      {
        policy: same[0]!.value.policy,
        result,
        ...(secondsPerDecision === undefined ? {} : { secondsPerDecision }),
        ...(plansPerEpisode === undefined ? {} : { plansPerEpisode }),
      },
    ];
  });
}

function secondsOf({ planSecondsMean, tasks }: PolicyResult): number | undefined {
  return planSecondsMean === undefined ? undefined : planSecondsMean / tasks;
}

function poolProbes(found: readonly Seeded<ProbeResult>[]): PooledTarget[] {
  return by(found, ({ target }) => target).map((same) => {
    const of = (kind: string): PooledProbe | undefined => {
      const results = same.map(({ value }) => value).filter((p) => p.kind === kind);
      if (results.length === 0) return undefined;
      const mse = meanOf(results.map((p) => p.mse ?? meanOf(p.dimensions.map((d) => d.mse))));
      const r = meanOf(results.map((p) => p.r ?? meanOf(p.dimensions.map((d) => d.r))));
      return { ...(mse === undefined ? {} : { mse }), ...(r === undefined ? {} : { r }) };
    };
    const [linear, mlp] = [of('linear'), of('mlp')];
    return {
      target: same[0]!.value.target,
      ...(linear === undefined ? {} : { linear }),
      ...(mlp === undefined ? {} : { mlp }),
    };
  });
}

function poolSurprise(runs: readonly PooledRun[]): PooledSurprise[] {
  const found = runs.flatMap(({ run: { seed }, surprise }) =>
    surprise.ok
      ? surprise.value.perturbations.map((p) => ({ seed, value: { ...p, clips: surprise.value.clips } }))
      : [],
  );
  return by(found, ({ name }) => name).flatMap((same) => {
    const auc = meanOf(same.map(({ value }) => value.auc));
    if (auc === undefined) return [];
    const ps = same.flatMap(({ value: { p } }) => (p === undefined || !Number.isFinite(p) ? [] : [p]));
    return [
      {
        name: same[0]!.value.name,
        auc,
        seeds: same.map(({ seed, value }) => ({ seed, auc: value.auc })),
        ...(ps.length === 0 ? {} : { p: Math.max(...ps) }),
        clips: same[0]!.value.clips,
      },
    ];
  });
}

function poolVariations(runs: readonly PooledRun[]): PooledVariation[] {
  const found = runs.flatMap(({ run: { seed }, generalisation: file }) =>
    file.ok ? file.value.groups.map((value) => ({ seed, value })) : [],
  );
  return by(found, ({ group }) => group).map((same) => {
    const { group, factors } = same[0]!.value;
    const results = same.flatMap(({ seed, value: { tasks, results: all } }) =>
      all.map((result) => ({ seed, value: { tasks, ...result } })),
    );
    return {
      group,
      factors,
      leftOut: same.reduce((sum, { value }) => sum + value.leftOut, 0),
      policies: by(results, ({ policy }) => policy).flatMap((own) => {
        const counts = (pick: (value: (typeof own)[number]['value']) => number): Proportion | undefined =>
          pooled(own.map(({ seed, value }) => ({ seed, successes: pick(value), tasks: value.tasks })));
        const [result, unvaried] = [counts((v) => v.success), counts((v) => v.unvaried.success)];
        return result === undefined || unvaried === undefined
          ? []
          : [{ policy: own[0]!.value.policy, result, unvaried }];
      }),
    };
  });
}
