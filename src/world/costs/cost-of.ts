// From the configuration of a cost to the cost, and to the head within it that is trained.
// Legend: D width of an embedding.

import { check } from '../../core/index.ts';
import {
  type Cost,
  effortCost,
  iqe,
  latentCost,
  mrn,
  type PairHeadForm,
  pairCost,
  pairMlp,
  pathCost,
  pathHead,
  type Reduce,
  reachability,
  reachabilityCost,
  sumCost,
  temporalClass,
} from '../../plan/index.ts';
import type { CostConfig, DistanceConfig } from './config.ts';
import { costSchema } from './schema.ts';

/** The head of a cost that counts blocks, for embeddings of width D. Throws `usage` for sizes that cannot be. */
export function headOf(config: DistanceConfig, dim: number): PairHeadForm {
  switch (config.kind) {
    case 'time':
      return pairMlp(dim, config);
    case 'quasi':
      return mrn(dim, config);
    case 'iqe':
      return iqe(dim, config);
    case 'classes':
      return temporalClass(dim, config);
  }
}

/** Whether a cost is a head that counts blocks. */
export function isDistance(config: CostConfig): config is DistanceConfig & { readonly reduce: Reduce } {
  return ['time', 'quasi', 'iqe', 'classes'].includes(config.kind);
}

/** A configuration that was checked. */
function made(config: CostConfig, dim: number): Cost {
  switch (config.kind) {
    case 'latent':
      return latentCost(dim, config.of, config.reduce);
    case 'reach':
      return reachabilityCost(made(config.base, dim), reachability(dim, config), config);
    case 'path':
      return pathCost(pathHead(dim, config));
    case 'effort':
      return effortCost(dim, config);
    case 'sum':
      return sumCost(config.parts.map((part) => ({ ...part, cost: made(part.cost, dim) })));
    default:
      return pairCost(headOf(config, dim), config.reduce);
  }
}

/**
 * The cost of a configuration, for embeddings of width D.
 *
 * @throws JepaError `usage` for an unknown kind, settings that it does not have or allow, and sizes that cannot be
 * @example
 * const cost = costOf({ kind: 'time', hidden: [256, 256], scale: 12, reduce: { kind: 'arrival' } }, 32);
 */
export function costOf(config: CostConfig, dim: number): Cost {
  return made(check(costSchema, config), dim);
}
