// How likely a whole path is for its goal, step by step: Traj-LeWM's head (arXiv 2608.14125). Low on paths as experts take them.
// Legend: N paths of T steps (T + 1 rows), D width of an embedding.
// The paper gives the inputs, the sign and a size below a million; layers and names are ours.

import { type Module, module } from '../../nn/index.ts';
import {
  broadcastTo,
  concat,
  constant,
  expandDims,
  reduceMean,
  reshape,
  shapeError,
  slice,
  softplus,
  sub,
  type Tensor,
} from '../../tensor/index.ts';
import { checkSizes, stack, standardised } from './parts.ts';

/** Size of the head. */
export interface PathHeadConfig {
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** Whether embeddings are standardised by the buffers `input.mean` and `input.std`. @default true */
  readonly standardise?: boolean;
}

/** What a bound path head offers. */
export interface PathHead {
  /** Scores [N], at least 0, lower is better, of paths [N, T + 1, D] with goals [N, D]. */
  score(path: Tensor, goal: Tensor): Tensor;
}

/** A path head that is to be bound. */
export interface PathHeadForm {
  readonly kind: 'path';
  /** D */
  readonly dim: number;
  readonly module: Module<PathHead>;
}

/**
 * S = 1/T sum_t l(z_t, z_{t+1} - z_t, g - z_t, t / max(T - 1, 1)) with l an MLP (SiLU, then softplus; parameters `net.0`, `net.2`,
 * ...) of standardised embeddings.
 *
 * @throws JepaError `usage` for sizes that cannot be; when bound, `shape` for a path without steps
 */
export function pathHead(dim: number, { hidden, standardise }: PathHeadConfig): PathHeadForm {
  checkSizes('path', { dim, hidden });
  const net = module(
    { input: standardised(dim, standardise), net: stack([3 * dim + 1, ...hidden, 1]) },
    (m): PathHead => ({
      score(path, goal) {
        const [N, rows] = path.shape as [number, number];
        const T = rows - 1;
        if (path.shape.length !== 3 || path.shape[2] !== dim || T < 1)
          throw shapeError('path', [path, goal], `needs paths [N, T + 1, ${dim}] of at least one step`);
        const [z, g] = [m.input(path), broadcastTo(expandDims(m.input(goal), 1), [N, T, dim])];
        const now = slice(z, 1, 0, T);
        const times = Float32Array.from({ length: T }, (_, t) => t / Math.max(T - 1, 1));
        const time = broadcastTo(constant(times, [1, T, 1], 'f32'), [N, T, 1]);
        const steps = concat([now, sub(slice(z, 1, 1), now), sub(g, now), time], -1);
        const each = softplus(reshape(m.net(reshape(steps, [N * T, 3 * dim + 1])), [N, T]));
        return reduceMean(each, { axes: -1 });
      },
    }),
  );
  return { kind: 'path', dim, module: net };
}
