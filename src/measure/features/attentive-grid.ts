// Several settings of the attentive probe on the same frozen tokens, as V-JEPA 2 does with 20 pairs of learning rate and
// weight decay. The reference reports the best on the validation images; here the choice is made on held-back training
// images, so that the test split is scored once.

import { fold, JepaError, type Key, permutation } from '../../core/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { Tokens } from '../collapse/deviation.ts';
import { accuracy } from '../probes/knn.ts';
import { type AttentiveProbe, type AttentiveProbeSettings, attentiveProbe } from './attentive.ts';
import { takeRows } from './split.ts';

/** Every learning rate with every weight decay. V-JEPA 2: lr 5e-3, 3e-3, 1e-3, 3e-4, 1e-4; weight decay .01, .1, .4, .8. */
export interface AttentiveGrid {
  readonly lr: readonly number[];
  readonly weightDecay: readonly number[];
  /** Share of the training images that is held back for the choice, default 0.1. */
  readonly validation?: number;
}

/** The probe with the best accuracy on held-back images, and what was tried. */
export interface SelectedAttentiveProbe extends AttentiveProbe {
  readonly lr: number;
  readonly weightDecay: number;
  readonly tried: readonly { readonly lr: number; readonly weightDecay: number; readonly heldAccuracy: number }[];
}

/** Fits one probe per setting on the same part of the training images and keeps the best; of equals the first. */
export async function selectAttentiveProbe(
  tokens: Tokens,
  labels: ArrayLike<number>,
  classes: number,
  grid: AttentiveGrid,
  options: AttentiveProbeSettings & { readonly key: Key; readonly runtime?: Runtime },
): Promise<SelectedAttentiveProbe> {
  const { validation = 0.1 } = grid;
  const held = Math.round(validation * tokens.batch);
  const pairs = grid.lr.flatMap((lr) => grid.weightDecay.map((weightDecay) => ({ lr, weightDecay })));
  if (pairs.length === 0 || held < 1 || held >= tokens.batch) {
    throw new JepaError(
      'usage',
      `selectAttentiveProbe: needs a learning rate, a weight decay and images on both sides of the split, got ` +
        `${pairs.length} settings and ${held} of ${tokens.batch} images held back`,
    );
  }
  const order = permutation(fold(options.key, 'held back'), tokens.batch);
  const part = (rows: Uint32Array): { readonly tokens: Tokens; readonly labels: Int32Array } => {
    const width = tokens.tokens * tokens.dim;
    const { data } = takeRows({ rows: tokens.batch, cols: width, data: tokens.data }, rows);
    return { tokens: { ...tokens, batch: rows.length, data }, labels: Int32Array.from(rows, (row) => labels[row]!) };
  };
  const fit = part(order.subarray(held));
  const choice = part(order.subarray(0, held));
  const tried: SelectedAttentiveProbe['tried'][number][] = [];
  let best: { readonly probe: AttentiveProbe; readonly at: (typeof tried)[number] } | undefined;
  for (const pair of pairs) {
    const probe = await attentiveProbe(fit.tokens, fit.labels, classes, { ...options, ...pair });
    const at = { ...pair, heldAccuracy: accuracy(await probe.logits(choice.tokens), choice.labels) };
    tried.push(at);
    if (best === undefined || at.heldAccuracy > best.at.heldAccuracy) best = { probe, at };
  }
  const { probe, at } = best!;
  return { ...probe, lr: at.lr, weightDecay: at.weightDecay, tried };
}
