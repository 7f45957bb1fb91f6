// Training Traj-LeWM's path head on embeddings that stay as they are, as a method (arXiv 2608.14125, its preferences (a) and (b)).
// Legend: B clips, T steps, D width of an embedding.

import { JepaError } from '../../core/index.ts';
import { defineJepa, type JepaSpec, pathPreference, rolledRows, type Term } from '../../jepa/index.ts';
import { type PathHead, type PathHeadConfig, pathHead } from '../../plan/index.ts';
import {
  add,
  at,
  concat,
  constant,
  gather,
  mul,
  reshape,
  slice,
  std,
  stopGradient,
  type Tensor,
} from '../../tensor/index.ts';
import type { Unconditioned } from '../policies/gcbc.ts';

/** Sizes and weights of the training. */
export interface PathMethodOptions {
  /** B, at least 2: other clips' ends are the wrong goals. */
  readonly batch: number;
  /** T, at least 2: the rows between the ends are those that are disturbed. */
  readonly steps: number;
  /** Of the preferences; small is strict. @default 0.1 */
  readonly beta?: number;
  /** Of the noise on inner rows, in deviations of the batch. @default 0.3 */
  readonly sigma?: number;
  /** Of the preference over disturbed paths beside that over wrong goals. @default 1 */
  readonly noiseWeight?: number;
}

/**
 * The training of a path head, with the inputs `paths` [B, T + 1, D], embeddings of successive frames of good recordings, and `noise`
 * [B, T - 1, D], N(0, 1). The goal of a path is its last row. Terms: `goals`, paths are preferred to the same ones with the next clip's
 * goal; `noise`, and to those whose inner rows are disturbed. Plans that failed, the paper's third kind, need a world and are not drawn here.
 *
 * @throws JepaError `usage` for sizes and weights that cannot be
 */
export function pathHeadMethod(
  config: PathHeadConfig & { readonly dim: number },
  { batch, steps, beta = 0.1, sigma = 0.3, noiseWeight = 1 }: PathMethodOptions,
): JepaSpec<PathHead, Unconditioned> {
  const { dim } = config;
  if (
    !(Number.isInteger(batch) && batch >= 2 && Number.isInteger(steps) && steps >= 2 && sigma > 0 && noiseWeight >= 0)
  ) {
    throw new JepaError(
      'usage',
      `path: needs at least 2 clips of at least 2 steps, sigma above 0 and noiseWeight at least 0, got ${batch}, ${steps}, ${sigma} and ${noiseWeight}`,
      { batch, steps, sigma, noiseWeight },
    );
  }
  const next = constant(rolledRows(batch, 1), [batch], 'i32');
  const term = (
    name: string,
    weight: number,
    other: (head: PathHead, paths: Tensor, goals: Tensor, noise: Tensor) => Tensor,
  ): Term<PathHead, Unconditioned> => ({
    name,
    mechanism: 'grounded',
    reads: 'inputs',
    weight,
    trace({ inputs }, head) {
      const paths = inputs.paths!;
      const goals = at(paths, 1, steps);
      return pathPreference(head.score(paths, goals), other(head, paths, goals, inputs.noise!), beta);
    },
  });
  return defineJepa<PathHead, Unconditioned>({
    name: 'path',
    module: pathHead(dim, config).module,
    inputs: {
      paths: { dtype: 'f32', shape: [batch, steps + 1, dim] },
      noise: { dtype: 'f32', shape: [batch, steps - 1, dim] },
    },
    pairs: () => [],
    encode: (_, { input }) => ({ embedding: input, representation: input }),
    target: { kind: 'raw', values: (view) => view.input },
    terms: [
      term('goals', 1, (head, paths, goals) => head.score(paths, gather(goals, next))),
      term('noise', noiseWeight, (head, paths, goals, noise) => {
        const deviation = stopGradient(std(reshape(paths, [batch * (steps + 1), dim]), { axes: 0, correction: 0 }));
        const inner = add(slice(paths, 1, 1, steps), mul(noise, mul(deviation, sigma)));
        return head.score(concat([slice(paths, 1, 0, 1), inner, slice(paths, 1, steps)], 1), goals);
      }),
    ],
    features: (_, { input }) => ({ pooled: reshape(input, [input.shape[0]!, -1]) }),
  });
}
