// The schemas of costs as plain data.

import {
  depending,
  type Entries,
  flag,
  group,
  listOf,
  oneOf,
  optional,
  real,
  type Schema,
  share,
  tagged,
  whole,
} from '../../core/index.ts';
import type { ReachabilityConfig, Reduce } from '../../plan/index.ts';
import type { CostConfig, CostKind, CostPartConfig, DistanceConfigs } from './config.ts';

const overSteps = { withContext: optional(flag()), steps: optional(whole()) };

/** How the distances of a plan's steps become one score. */
export const reduceSchema: Schema<Reduce> = tagged<Reduce>('way to reduce', {
  last: {},
  sum: overSteps,
  mean: overSteps,
  min: {},
  near: { along: real({ least: 0 }) },
  softmin: { temperature: real({ above: 0 }), form: optional(oneOf(['mean', 'free-energy'])) },
  mix: { last: share(), withContext: optional(flag()) },
  arrival: { temperature: optional(real({ above: 0 })), leap: optional(real({ least: 0 })) },
});

const hidden = listOf(whole());
const standardise = optional(flag());

const distanceSettings: { readonly [K in keyof DistanceConfigs]: Entries<DistanceConfigs[K]> } = {
  time: { hidden, scale: real({ above: 0 }), standardise },
  quasi: {
    hidden: whole(),
    symmetric: whole(),
    directed: whole(),
    p: optional(whole(1, 2) as Schema<1 | 2>),
    over: optional(oneOf(['sum', 'mean'])),
    projection: optional(oneOf(['shared', 'separate'])),
    standardise,
  },
  iqe: { group: whole(), over: optional(oneOf(['maxmean', 'sum'])), projection: optional(hidden), standardise },
  classes: { hidden: whole(), maxHorizon: whole(), standardise },
};

const reachSettings: Entries<ReachabilityConfig> = {
  hidden: whole(),
  maxHorizon: whole(),
  horizonDim: whole(),
  standardise,
};

/** A cost within a cost. */
const inner: Schema<CostConfig> = depending<CostConfig>(() => costSchema);

const partSchema: Schema<CostPartConfig> = group<CostPartConfig>({
  cost: inner,
  weight: real({ least: -1e6, most: 1e6 }),
  scale: optional(oneOf(['none', 'standardise'])),
});

const reduce = reduceSchema;

/** The settings of each kind of cost. */
const settings: { readonly [K in CostKind]: Readonly<Record<string, Schema>> } = {
  latent: { of: oneOf(['sum', 'mean']), reduce },
  time: { ...distanceSettings.time, reduce },
  quasi: { ...distanceSettings.quasi, reduce },
  iqe: { ...distanceSettings.iqe, reduce },
  classes: { ...distanceSettings.classes, reduce },
  reach: {
    base: inner,
    ...reachSettings,
    weight: real({ least: 0 }),
    floor: optional(share()),
    budgets: optional(oneOf(['one-more', 'left'])),
  },
  path: { hidden, standardise },
  effort: { l2: optional(real({ least: 0 })), smooth: optional(real({ least: 0 })) },
  sum: { parts: listOf(partSchema, 1) },
};

/** A cost of plans, of any kind. */
export const costSchema: Schema<CostConfig> = tagged<CostConfig>('kind of cost', settings);

/** The names of all kinds of cost. */
export const costKinds: readonly string[] = Object.keys(settings);
