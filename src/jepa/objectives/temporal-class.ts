// Learning how many blocks lie between two rows of a clip as classes, with rows of another clip as a class of their own.
// Legend: B clips, T rows, K blocks looked ahead, h predicted rows, D width.
// Source: Guang000/RC-aux @ecb4496 rcaux.py, `temporal_distance_loss`.

import { JepaError } from '../../core/index.ts';
import {
  add,
  at,
  broadcastTo,
  constant,
  crossEntropy,
  gather,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  scalar,
  slice,
  softmax,
  type Tensor,
} from '../../tensor/index.ts';

/** Logits [N, classes] of pairs [N, D]: class d is 'd blocks later', class 0 'of another clip'. */
export type TemporalClassLogits = (from: Tensor, to: Tensor) => Tensor;

/** What the loss reads; see `ReachabilityClip`. The encoded and the predicted part share `encoded`. */
export interface TemporalClassClip {
  readonly embeddings: Tensor;
  readonly predicted: Tensor;
  readonly others: { readonly encoded?: Tensor; readonly terminal?: Tensor; readonly terminalPredicted?: Tensor };
}

/** Weights. The defaults are those of RC-aux's code. */
export interface TemporalClassOptions {
  /** Rows of context; its last is the source. @default 3 */
  readonly history?: number;
  /** K at most, in blocks. @default 5 */
  readonly maxHorizon?: number;
  /** Of the encoded part. @default 1 */
  readonly pairs?: number;
  /** Of the part with predicted goals. @default 0.5 */
  readonly predicted?: number;
  /** Of rows of other clips. @default 1 */
  readonly negatives?: number;
  /** Of the part with the last encoded row as the goal of all before it, of the same with predicted sources, and of their negatives. @default 0, 0, that of negatives */
  readonly terminal?: number;
  readonly terminalPredicted?: number;
  readonly terminalNegatives?: number;
}

interface Part {
  readonly value: Tensor;
  /** Mean expectation of the class over positives. */
  readonly expected: Tensor;
  /** Mean probability of class 0 over negatives. */
  readonly zero: Tensor | undefined;
}

/**
 * pairs L(encoded) + predicted L(predicted goals) + the terminal parts, with L = (CE of positives + n CE of negatives) / (1 + n).
 * Statistics are under RC-aux's names without their prefix: 'pos_expected', 'neg_zero_prob'.
 *
 * @throws JepaError `usage` when clips are too short for one block ahead, or a part lacks its `others`
 */
export function temporalClassLoss(
  logits: TemporalClassLogits,
  clip: TemporalClassClip,
  options: TemporalClassOptions = {},
): { readonly value: Tensor; readonly stats: Readonly<Record<string, Tensor>> } {
  const { history = 3, maxHorizon = 5, pairs = 1, predicted: predictedWeight = 0.5, negatives = 1 } = options;
  const { terminal = 0, terminalPredicted = 0, terminalNegatives = negatives } = options;
  const { embeddings, predicted, others } = clip;
  const [B, T, D] = embeddings.shape as [number, number, number];
  const start = history - 1;
  const K = Math.min(maxHorizon, T - history);
  if (K < 1) {
    throw new JepaError(
      'usage',
      `temporalClassLoss: clips must have a row after the ${history} of their context, got ${T} rows`,
      { history, rows: T },
    );
  }
  /** Sources and goals [B, n, D], gaps of the n places. */
  const part = (from: Tensor, to: Tensor, gaps: readonly number[], other: Tensor | undefined, weight: number): Part => {
    const n = gaps.length;
    const flat = (x: Tensor): Tensor => reshape(broadcastTo(x, [B, n, D]), [B * n, D]);
    const classes = Int32Array.from({ length: B * n }, (_, i) => gaps[i % n]!);
    const positive = logits(flat(from), flat(to));
    const [classCount] = positive.shape.slice(1) as [number];
    const ranks = constant(
      Float32Array.from({ length: classCount }, (_, k) => k),
      [classCount],
      'f32',
    );
    const expected = reduceMean(reduceSum(mul(softmax(positive), ranks), { axes: -1 }));
    const value = crossEntropy(positive, constant(classes, [B * n], 'i32'));
    if (B === 1) return { value, expected, zero: undefined };
    if (other === undefined) {
      throw new JepaError(
        'usage',
        `temporalClassLoss: every part needs its others, whose rows are each clip's negatives; give i32 [${B}] or set its weight to 0`,
      );
    }
    const negative = logits(flat(from), flat(gather(broadcastTo(to, [B, n, D]), other, 0)));
    const none = crossEntropy(negative, constant(new Int32Array(B * n), [B * n], 'i32'));
    return {
      value: weight > 0 ? mul(add(value, mul(none, weight)), 1 / (1 + weight)) : value,
      expected,
      zero: reduceMean(at(softmax(negative), 1, 0)),
    };
  };
  const ahead = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
  const stats: Record<string, Tensor> = {};
  let value: Tensor = scalar(0);
  const put = (weight: number, found: Part, names: readonly [expected: string, zero: string], counted = true): void => {
    if (weight > 0) value = add(value, mul(found.value, weight));
    stats[names[0]] = found.expected;
    if (found.zero !== undefined && counted) stats[names[1]] = found.zero;
  };
  const source = slice(embeddings, 1, start, start + 1);
  const future = slice(embeddings, 1, start + 1, start + 1 + K);
  put(pairs, part(source, future, ahead(K), others.encoded, negatives), ['pos_expected', 'neg_zero_prob']);
  const n = Math.min(K, predicted.shape[1]!);
  if (predictedWeight > 0 && n > 0) {
    const found = part(source, slice(predicted, 1, 0, n), ahead(n), others.encoded, negatives);
    put(predictedWeight, found, ['pred_pos_expected', 'pred_neg_zero_prob'], negatives > 0);
  }
  if (n === 0) return { value, stats };
  const goal = slice(embeddings, 1, start + n, start + n + 1);
  const ends = (name: 'terminal' | 'terminalPredicted', rows: Tensor, weight: number): void => {
    const prefix = name === 'terminal' ? 'terminal' : 'terminal_pred';
    const found = part(rows, goal, ahead(rows.shape[1]!).reverse(), others[name], terminalNegatives);
    put(weight, found, [`${prefix}_expected`, `${prefix}_neg_zero_prob`], terminalNegatives > 0);
  };
  if (terminal > 0) ends('terminal', slice(embeddings, 1, start, start + n), terminal);
  if (terminalPredicted > 0 && n > 1) ends('terminalPredicted', slice(predicted, 1, 0, n - 1), terminalPredicted);
  return { value, stats };
}
