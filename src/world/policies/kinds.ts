// Goal policies by name, as world models are in `../kinds.ts`.

import { unknownName } from '../../core/index.ts';
import type { GoalPolicy } from '../goal-policy.ts';
import type { WorldConfig } from '../kind.ts';
import { dynamicsOf } from '../kinds.ts';
import { type GcbcConfig, gcbcPolicy } from './gcbc.ts';
import { inversePolicy } from './inverse.ts';
import type { PolicyHorizon } from './latent-policy.ts';

/** The configuration of each kind of goal policy, plain data. */
export interface PolicyConfigs {
  readonly gcbc: GcbcConfig;
  readonly inverse: {
    /** The world model whose embeddings are read. */
    readonly world: WorldConfig;
    /** Widths of the hidden layers. */
    readonly hidden: readonly number[];
    /** It is told how many blocks are left. @default it is told nothing */
    readonly horizon?: PolicyHorizon;
  };
}

/** The name of a kind of goal policy. */
export type PolicyKind = keyof PolicyConfigs;

/** The configuration of a goal policy of any kind. */
export type PolicyConfig = { [K in PolicyKind]: { readonly kind: K } & PolicyConfigs[K] }[PolicyKind];

/** The names of all kinds. */
export const policyKinds: readonly PolicyKind[] = ['gcbc', 'inverse'];

/** The goal policy of a configuration, ready to be traced. Throws `usage` for an unknown kind or sizes that cannot be. */
export function goalPolicyOf(config: PolicyConfig): GoalPolicy {
  switch (config.kind) {
    case 'gcbc':
      return gcbcPolicy(config);
    case 'inverse':
      return inversePolicy(dynamicsOf(config.world), config.hidden, 'inverse', config.horizon);
    default:
      throw unknownName('kind of goal policy', String((config as PolicyConfig).kind), policyKinds);
  }
}
