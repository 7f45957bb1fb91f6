// The costs that an audit knows by name: fixed ones, a probe's, and those that a run has trained.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainedCost, WorldModel } from '../../agent/index.ts';
import { JepaError, key, unknownName } from '../../core/index.ts';
import type { EnvSpec } from '../../envs/index.ts';
import { type EmbeddedRows, goalReadout } from '../../evals/index.ts';
import { initialise } from '../../nn/index.ts';
import { type Cost, planCost, projectedCost } from '../../plan/index.ts';
import type { RunContext } from '../recipe.ts';

/** A cost by its name in tables. */
export interface NamedCost extends TrainedCost {
  readonly name: string;
  /** Whether it looks at the end of a plan only, which saves pictures. */
  readonly rows: 'last' | 'all';
  /** What it adds to the distance of a plan of one block: 1 for a time of arrival. */
  readonly offset?: number;
}

/** What costs are made from. */
export interface CostSource {
  readonly model: WorldModel;
  readonly spec: EnvSpec;
  /** Recorded rows of the training episodes. */
  readonly rows: EmbeddedRows;
}

function fixed(cost: Cost, rows: 'last' | 'all'): Omit<NamedCost, 'name'> {
  return { cost, values: initialise(cost.module, key(0)), rows };
}

/** Costs that need no training. */
const fixedCosts: Readonly<Record<string, (source: CostSource) => Omit<NamedCost, 'name'>>> = {
  'latent/last': ({ model: { dynamics } }) => fixed(planCost('last', dynamics.dim), 'last'),
  'latent/all': ({ model: { dynamics } }) => fixed(planCost('all', dynamics.dim), 'all'),
  // Privileged: it is fitted on true states. A ceiling for costs, and the check that the embedding suffices.
  probe: ({ model: { dynamics }, spec, rows }) =>
    fixed(projectedCost('probe', goalReadout(rows, spec), dynamics.dim, { kind: 'last' }), 'last'),
};

/** Reads a cost that a run trained into `cost/<name>` of its folder; undefined where it is not whole. */
export type TrainedCostReader = (name: string) => (TrainedCost & Pick<NamedCost, 'offset'>) | undefined;

/**
 * The costs of these names for a model.
 *
 * @throws JepaError `usage` for a name that is neither a fixed cost nor one that the run has trained
 */
export function auditedCosts(
  names: readonly string[],
  source: CostSource,
  context: Pick<RunContext, 'model' | 'out'>,
  read: TrainedCostReader,
): readonly NamedCost[] {
  const folder = join(context.model ?? context.out, 'cost');
  const trained = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.map((name) => {
    const make = Object.hasOwn(fixedCosts, name) ? fixedCosts[name] : undefined;
    if (make !== undefined) return { name, ...make(source) };
    if (!trained.includes(name)) throw unknownName('planning cost', name, [...Object.keys(fixedCosts), ...trained]);
    const own = read(name);
    if (own === undefined)
      throw new JepaError('unsupported', `the cost '${name}' in ${folder} cannot be read: it has no checkpoint`);
    return { name, ...own, rows: 'all' };
  });
}
