// Training RC-aux's head on embeddings that stay as they are, as a method (`freeze_base` of the reference).
// Legend: B clips, K blocks looked ahead, h imagined rows, D width of an embedding.

import { JepaError } from '../../core/index.ts';
import { defineJepa, type JepaSpec, type ReachabilityOptions, reachabilityLoss } from '../../jepa/index.ts';
import { type ReachabilityConfig, type ReachabilityHead, reachability } from '../../plan/index.ts';
import { at, reshape } from '../../tensor/index.ts';
import type { Unconditioned } from '../policies/gcbc.ts';

/** Sizes of the training, and weights and forms of its loss. */
export interface ReachabilityMethodOptions {
  /** B, at least 2: other clips are negatives. */
  readonly batch: number;
  /** Imagined rows of a clip. @default that of maxHorizon */
  readonly imagined?: number;
  /** Of the loss. Clips have one row of context, and as many after it as the head tells budgets apart. */
  readonly loss?: Omit<ReachabilityOptions, 'history' | 'maxHorizon'>;
}

/**
 * The training of a reachability head, with the inputs `clips` [B, 1 + K, D], embeddings of successive frames with K = maxHorizon,
 * `imagined` [B, h, D], those that the model imagines after the first under the recorded blocks, and `others` i32 [4, B], for each of
 * the parts encoded, imagined, terminal and terminal imagined whose goals are a clip's negatives: `rolledRows` gives such rows.
 *
 * @throws JepaError `usage` for sizes that cannot be
 */
export function reachabilityHeadMethod(
  config: ReachabilityConfig & { readonly dim: number },
  { batch, imagined = config.maxHorizon, loss = {} }: ReachabilityMethodOptions,
): JepaSpec<ReachabilityHead, Unconditioned> {
  const { dim, maxHorizon } = config;
  if (
    !(Number.isInteger(batch) && batch >= 2 && Number.isInteger(imagined) && imagined >= 1 && imagined <= maxHorizon)
  ) {
    throw new JepaError(
      'usage',
      `reach: needs batches of at least 2 clips and 1 to ${maxHorizon} imagined rows, got ${batch} and ${imagined}`,
      { batch, imagined },
    );
  }
  return defineJepa<ReachabilityHead, Unconditioned>({
    name: 'reach',
    module: reachability(dim, config).module,
    inputs: {
      clips: { dtype: 'f32', shape: [batch, 1 + maxHorizon, dim] },
      imagined: { dtype: 'f32', shape: [batch, imagined, dim] },
      others: { dtype: 'i32', shape: [4, batch] },
    },
    pairs: () => [],
    encode: (_, { input }) => ({ embedding: input, representation: input }),
    target: { kind: 'raw', values: (view) => view.input },
    terms: [
      {
        name: 'reach',
        mechanism: 'grounded',
        reads: 'inputs',
        weight: 1,
        trace({ inputs }, { logit }) {
          const others = (part: number) => at(inputs.others!, 0, part);
          const clip = {
            embeddings: inputs.clips!,
            predicted: inputs.imagined!,
            others: { encoded: others(0), predicted: others(1), terminal: others(2), terminalPredicted: others(3) },
          };
          return reachabilityLoss(logit, clip, { ...loss, history: 1, maxHorizon }).value;
        },
      },
    ],
    features: (_, { input }) => ({ pooled: reshape(input, [input.shape[0]!, -1]) }),
  });
}
