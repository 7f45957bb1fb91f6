// Costs of plans as plain data, for model files and the command line: what there is to say about each kind. The schemas stand in
// `schema.ts`.

import type {
  EffortWeights,
  IqeConfig,
  MrnConfig,
  PairMlpConfig,
  PathHeadConfig,
  ReachabilityConfig,
  ReachabilityCostOptions,
  Reduce,
  TemporalClassConfig,
} from '../../plan/index.ts';

/** Every head that gives distances in blocks, by the name of the cost that is made of it. */
export interface DistanceConfigs {
  /** An MLP on both embeddings. */
  readonly time: PairMlpConfig;
  /** A metric residual network, a quasimetric with p = 1. */
  readonly quasi: MrnConfig;
  /** An interval quasimetric. */
  readonly iqe: IqeConfig;
  /** Classes of blocks. */
  readonly classes: TemporalClassConfig;
}

/** A head that gives distances in blocks. */
export type DistanceConfig = {
  [K in keyof DistanceConfigs]: { readonly kind: K } & DistanceConfigs[K];
}[keyof DistanceConfigs];

/** A cost of plans. */
export type CostConfig =
  /** Squared distance of embeddings, summed over their numbers or averaged. */
  | { readonly kind: 'latent'; readonly of: 'sum' | 'mean'; readonly reduce: Reduce }
  | (DistanceConfig & { readonly reduce: Reduce })
  /** Another cost, discounted where a head believes the goal within reach. */
  | ({ readonly kind: 'reach'; readonly base: CostConfig } & ReachabilityConfig & ReachabilityCostOptions)
  /** How little a whole path looks like those of experts. */
  | ({ readonly kind: 'path' } & PathHeadConfig)
  | ({ readonly kind: 'effort' } & EffortWeights)
  | { readonly kind: 'sum'; readonly parts: readonly CostPartConfig[] };

/** A cost within a sum. */
export interface CostPartConfig {
  readonly cost: CostConfig;
  readonly weight: number;
  /** `standardise`: less its mean, over its deviation, among a task's candidates. @default 'none' */
  readonly scale?: 'none' | 'standardise';
}

/** The name of a kind of cost. */
export type CostKind = CostConfig['kind'];
