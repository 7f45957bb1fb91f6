// Interval quasimetric embeddings (arXiv 2211.15120): an embedding is some groups of numbers; from one to another each group opens
// intervals, and the length of what they cover together is that group's distance.
// Legend: N pairs, D width of an embedding, G groups of K numbers.
// Source: quasimetric-learning/torch-quasimetric @0365394, torchqmet/iqe.py and reductions.py.

import { JepaError } from '../../core/index.ts';
import { filled, type Module, module, param } from '../../nn/index.ts';
import {
  add,
  cast,
  concat,
  cumulativeSum,
  greater,
  less,
  mul,
  neg,
  reduceMax,
  reduceMean,
  reduceSum,
  reshape,
  sigmoid,
  slice,
  sort,
  sub,
  type Tensor,
  takeAlong,
} from '../../tensor/index.ts';
import type { PairHead, PairHeadForm } from './pair-head.ts';
import { checkSizes, stack, standardised } from './parts.ts';

/** Size and form of the head. */
export interface IqeConfig {
  /** K, numbers of a group; at least 8 in the paper. */
  readonly group: number;
  /** How groups become one: a max + (1 - a) mean with a trained (`reduction.raw_alpha`, a its sigmoid), or their sum. @default 'maxmean' */
  readonly over?: 'maxmean' | 'sum';
  /**
   * Widths of an MLP with ReLU that embeddings pass through first, the last of them G K (parameters `proj.0`, `proj.2`, ...). Without
   * it the embedding itself is the groups. @default []
   */
  readonly projection?: readonly number[];
  /** Whether embeddings are standardised by the buffers `input.mean` and `input.std`. @default true */
  readonly standardise?: boolean;
}

/** What a bound interval quasimetric offers. */
export interface Iqe extends PairHead {
  /** Distances of the groups, [N, G]. */
  components(from: Tensor, to: Tensor): Tensor;
}

/**
 * The length of the union of the intervals [x_k, y_k] with x_k < y_k (the others are empty), over the last axis: [..., K] and
 * [..., K] -> [...]. The ends are sorted, and between neighbours the line is covered where more intervals began than ended.
 */
export function unionLength(x: Tensor, y: Tensor): Tensor {
  const opens = cast(less(x, y), 'f32');
  const { values, indices } = sort(concat([x, y], -1));
  const open = cumulativeSum(takeAlong(concat([opens, neg(opens)], -1), indices));
  const last = values.shape.at(-1)! - 1;
  const gaps = sub(slice(values, -1, 1), slice(values, -1, 0, last));
  const covered = cast(greater(slice(open, -1, 0, last), 0.5), 'f32');
  return reduceSum(mul(gaps, covered), { axes: -1 });
}

/**
 * A quasimetric whatever its parameters: exactly 0 from an embedding to itself, and no way is longer than a detour.
 *
 * @throws JepaError `usage` for sizes that cannot be, or groups that do not fill the width
 * @example
 * const head = iqe(16, { group: 8, projection: [128, 64] });
 */
export function iqe(dim: number, config: IqeConfig): PairHeadForm & { readonly module: Module<Iqe> } {
  const { group, over = 'maxmean', projection = [], standardise } = config;
  checkSizes('iqe', { dim, group, projection });
  const width = projection.at(-1) ?? dim;
  if (width % group !== 0) {
    throw new JepaError(
      'usage',
      `iqe: groups of ${group} must fill the width ${width}; take a projection whose last width is a multiple of ${group}`,
      { group, width },
    );
  }
  const children = {
    input: standardised(dim, standardise),
    proj: projection.length === 0 ? standardised(dim, false) : stack([dim, ...projection], { activation: 'relu' }),
    reduction: over === 'sum' ? total : maxMean,
  };
  const net = module(children, (m): Iqe => {
    const components = (from: Tensor, to: Tensor): Tensor => {
      const groups = (z: Tensor): Tensor => reshape(m.proj(m.input(z)), [z.shape[0]!, width / group, group]);
      return unionLength(groups(from), groups(to));
    };
    return { components, distance: (from, to) => m.reduction(components(from, to)) };
  });
  return { kind: 'iqe', dim, unit: 'blocks', module: net };
}

const groupsOf = { axes: -1 };
const total: Module<(groups: Tensor) => Tensor> = module({}, () => (groups: Tensor) => reduceSum(groups, groupsOf));
const maxMean: Module<(groups: Tensor) => Tensor> = module(
  { raw_alpha: param([], filled(-1)) },
  (m) => (groups: Tensor) => {
    const most = sigmoid(m.raw_alpha);
    return add(mul(reduceMax(groups, groupsOf), most), mul(reduceMean(groups, groupsOf), sub(1, most)));
  },
);
