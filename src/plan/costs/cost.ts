// What a plan costs: a score of imagined embeddings, apart from whatever imagined them. So one model can be planned with under many
// costs, and one cost can be asked of a model's imagination and of the true world's embeddings alike.
// Legend: E tasks, S candidates, C context rows, H planned blocks, L = C + H, D width of an embedding, A numbers of a block.

import { JepaError } from '../../core/index.ts';
import { bind, type Module, module } from '../../nn/index.ts';
import { sameShape, showType, type Tensor } from '../../tensor/index.ts';

/** What a score counts, which says what may be added or compared: blocks of time only with blocks. */
export type CostUnit = 'squared' | 'blocks' | 'probability' | 'relative';

/** What a cost is told besides embeddings. */
export interface CostPlace {
  /** C: rows before it were observed, not imagined. */
  readonly context: number;
  /** The plans themselves, [E, S, H, A]; absent where embeddings are scored that came from elsewhere. */
  readonly blocks?: Tensor;
}

/** Imagined embeddings [E, S, L, D] and goals [E, D], or [E, G] of a cost that says so -> scores [E, S], lower is better. */
export type CostGraph = (imagined: Tensor, goal: Tensor, at: CostPlace) => Tensor;

/** Scores imagined embeddings. It knows embeddings only, never what made them. */
export interface Cost {
  /** 'latent/last', 'time/arrival', 'sum of ...' */
  readonly name: string;
  /** D */
  readonly dim: number;
  /** G, the numbers of a goal that is no embedding, such as those of a state. @default dim */
  readonly goalDim?: number;
  readonly unit: CostUnit;
  /**
   * False when a candidate's score depends on its rivals, as a standardised one's does. Then it means nothing across calls: no
   * temperature (MPPI), no gradient, no comparison with another plan.
   */
  readonly absolute: boolean;
  /** Binds to the score; without parameters for a fixed cost. */
  readonly module: Module<CostGraph>;
}

/** The numbers of a goal as the cost is fed with it: G, D unless it says otherwise. */
export function goalSize({ dim, goalDim = dim }: Pick<Cost, 'dim' | 'goalDim'>): number {
  return goalDim;
}

/**
 * A cost from its parts, with the shapes of what it is asked checked.
 *
 * @throws JepaError `usage` for a width that cannot be
 */
export function defineCost(cost: Cost): Cost {
  const { name, dim } = cost;
  const size = goalSize(cost);
  if (!Number.isInteger(dim) || dim < 1)
    throw new JepaError(
      'usage',
      `${name}: the width of the embeddings must be a whole number of at least 1, got ${dim}`,
    );
  const checked = module(
    { '': cost.module },
    ({ '': score }): CostGraph =>
      (imagined, goal, at) => {
        const [E, S, L, D] = imagined.shape;
        if (
          imagined.shape.length !== 4 ||
          D !== dim ||
          !sameShape(goal.shape, [E!, size]) ||
          at.context < 1 ||
          at.context > L!
        ) {
          throw new JepaError(
            'shape',
            `${name}: imagined must be [E, S, L, ${dim}], the goal [E, ${size}] and the context 1 to L rows, got ${showType(imagined)}, ${showType(goal)} and ${at.context}`,
            { dim, context: at.context },
          );
        }
        const cost = score(imagined, goal, at);
        if (!sameShape(cost.shape, [E!, S!]))
          throw new JepaError('shape', `${name}: a cost must give [E, S] = [${E}, ${S}], got ${showType(cost)}`);
        return cost;
      },
  );
  return { ...cost, module: checked };
}

/** A cost without parameters. */
export function fixedCost(given: Omit<Cost, 'module'>, score: CostGraph): Cost {
  return defineCost({ ...given, module: module({}, () => score) });
}

/** The score of a cost in a trace, its parameters under their own names. One row of context unless it is said. */
export function bindCost(cost: Cost): (imagined: Tensor, goal: Tensor, at?: CostPlace) => Tensor {
  const { model: score } = bind(cost.module, 'eval');
  return (imagined, goal, at = { context: 1 }) => score(imagined, goal, at);
}

/**
 * Refuses a cost for embeddings of another width.
 *
 * @throws JepaError `usage`
 */
export function checkCost(cost: Cost, of: { readonly name: string; readonly dim: number }): void {
  if (cost.dim === of.dim) return;
  throw new JepaError(
    'usage',
    `${of.name}: its embeddings have ${of.dim} numbers, but the cost '${cost.name}' is for ${cost.dim}; train the cost on this model`,
    { dim: of.dim, cost: cost.dim },
  );
}
