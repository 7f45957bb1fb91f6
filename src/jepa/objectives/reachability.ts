// Learning whether a goal can be reached within some blocks, from the later rows of the same clip: RC-aux (arXiv 2605.07278).
// Legend: B clips, T rows of a clip, K blocks looked ahead, h predicted rows, P pairs of a clip, D width.
// Source: Guang000/RC-aux @ecb4496 rcaux.py, `reachability_loss`; the pairs stand in `reachability-pairs.ts`.

import { JepaError } from '../../core/index.ts';
import { add, concat, mul, reduceMean, relu, scalar, sigmoid, slice, sub, type Tensor } from '../../tensor/index.ts';
import { type Group, type Parts, type ReachabilityLogit, reachGroup } from './reachability-group.ts';
import { type PairWeighting, pairsAhead, pairsToEnd } from './reachability-pairs.ts';
import { imitationTerms, teacherLoss } from './reachability-teacher.ts';

/** What the loss reads. */
export interface ReachabilityClip {
  /** Encoded rows, [B, T, D]. */
  readonly embeddings: Tensor;
  /** Rows imagined open loop from the context: those of row `history` on, [B, h, D]. */
  readonly predicted: Tensor;
  /**
   * Whose goals are each clip's negatives, i32 [B] without fixed points, for each part that is switched on. RC-aux draws
   * permutations, see `withoutIdentity`; `rolledRows` gives one without any row that is its own negative. Not read for B = 1.
   */
  readonly others: {
    readonly encoded?: Tensor;
    readonly predicted?: Tensor;
    readonly terminal?: Tensor;
    readonly terminalPredicted?: Tensor;
  };
}

/** Weights and forms. The defaults are those of RC-aux's configuration file. */
export interface ReachabilityOptions {
  /** Rows of context; its last is the source. @default 3 */
  readonly history?: number;
  /** K at most, in blocks. @default 5 */
  readonly maxHorizon?: number;
  /** `context`: its last row is the only source. `dense`: the later rows are as well. @default 'context' */
  readonly sources?: 'context' | 'dense';
  /** Of pairs within a group. @default 'uniform' */
  readonly weighting?: PairWeighting;
  /** Of the powers. @default 1 */
  readonly power?: number;
  /** The same in the terminal parts. @default those above */
  readonly terminalWeighting?: PairWeighting;
  readonly terminalPower?: number;
  /** Of hard negatives beside cross ones, on encoded rows. @default 1 */
  readonly hard?: number;
  /** Of the part with predicted goals, and of its hard negatives. @default 0.5 */
  readonly predicted?: number;
  readonly predictedHard?: number;
  /** Of the part with the last encoded row as the goal of all before it. @default 1 */
  readonly terminal?: number;
  /** Of the same with predicted sources and the encoded goal. @default 0.5 */
  readonly terminalPredicted?: number;
  /** Of hard negatives in both terminal parts. @default 1 */
  readonly terminalHard?: number;
  /** Of relu(margin - (next logit - logit)) along the sources, in the terminal part and in that with predicted sources. @default 0 */
  readonly rank?: number;
  readonly predictedRank?: number;
  readonly rankMargin?: number;
  /** Predicted sources held to the probabilities of encoded ones: to be the same, not to be above by more than a margin, and to change alike from row to row. @default 0 */
  readonly align?: number;
  readonly over?: number;
  readonly overMargin?: number;
  readonly gap?: number;
  /** Predicted pairs held to the probabilities of encoded pairs; with `sourceTeacher` the goals of both are encoded. @default 0 */
  readonly teacher?: number;
  readonly sourceTeacher?: number;
}

/** The loss, and statistics under RC-aux's names without their prefix: 'pos_prob', 'terminal_pos_delta'. */
export interface ReachabilityLoss {
  readonly value: Tensor;
  readonly stats: Readonly<Record<string, Tensor>>;
}

const probability = (logits: Tensor | undefined): Tensor =>
  logits === undefined ? scalar(0.5) : reduceMean(sigmoid(logits));

/** Mean of relu(margin - (l_{i+1} - l_i)) along the sources, 0 for a single one. */
function ranking(logits: Tensor, margin: number): Tensor {
  const n = logits.shape[1]!;
  if (n < 2) return scalar(0);
  return reduceMean(relu(sub(margin, sub(slice(logits, 1, 1), slice(logits, 1, 0, n - 1)))));
}

/**
 * L(encoded) + predicted L(predicted goals) + terminal L(sources before the last row) + terminalPredicted L(predicted sources before
 * the encoded last row) + what else is asked for, with L = 1/2 (BCE of positives + (BCE of cross + w BCE of hard negatives) / (1 + w)).
 *
 * Positives are certain. Negatives are not: a recorded detour makes a pair that can be reached a hard negative, and another clip's
 * rows may be near. A source with r blocks left is asked for r blocks.
 *
 * @param logit of pairs [N, D] with budgets i32 [N], as a reachability head gives it
 * @throws JepaError `usage` when clips are too short for one block ahead, or a part lacks its `others`
 */
export function reachabilityLoss(
  logit: ReachabilityLogit,
  clip: ReachabilityClip,
  options: ReachabilityOptions = {},
): ReachabilityLoss {
  const { history = 3, maxHorizon = 5, sources = 'context', weighting = 'uniform', power = 1 } = options;
  const { hard = 1, predicted: predictedWeight = 0.5, terminal = 1, terminalPredicted = 0.5 } = options;
  const { predictedHard = 0.5, terminalHard = 1, rank = 0, predictedRank = rank, rankMargin = 0 } = options;
  const { embeddings, predicted, others } = clip;
  const [B, T] = embeddings.shape as [number, number];
  const start = history - 1;
  const K = Math.min(maxHorizon, T - history);
  if (K < 1) {
    throw new JepaError(
      'usage',
      `reachabilityLoss: clips must have a row after the ${history} of their context, got ${T} rows`,
      { history, rows: T },
    );
  }
  const source = slice(embeddings, 1, start, start + 1);
  const ahead = Math.min(K, predicted.shape[1]!);
  const [near, far] = [
    { weighting, power },
    { weighting: options.terminalWeighting ?? weighting, power: options.terminalPower ?? power },
  ];
  const parts: Parts = { logit, batch: B, others };
  const stats: Record<string, Tensor> = {};
  const named = (prefix: string, hardName: string, group: Group): void => {
    stats[`${prefix}pos_prob`] = probability(group.positive);
    stats[`${prefix}neg_prob`] = probability(group.cross);
    if (group.hard !== undefined) stats[`${prefix}${hardName}`] = probability(group.hard);
  };

  const truth = slice(embeddings, 1, start, start + 1 + K);
  const encoded = reachGroup(parts, 'encoded', truth, truth, pairsAhead(K, sources === 'dense'), { ...near, hard });
  named('', 'temporal_neg_prob', encoded);
  let value = encoded.value;

  const imagined = concat([source, slice(predicted, 1, 0, ahead)], 1);
  if (predictedWeight > 0 && ahead > 0) {
    const pairs = pairsAhead(ahead, sources === 'dense');
    const group = reachGroup(parts, 'predicted', imagined, imagined, pairs, { ...near, hard: predictedHard });
    named('pred_', 'temporal_neg_prob', group);
    value = add(value, mul(group.value, predictedWeight));
  }

  const known = slice(embeddings, 1, start, start + 1 + ahead);
  for (const [name, weight, goals] of [
    ['rollout_teacher', options.teacher ?? 0, imagined],
    ['rollout_source_teacher', options.sourceTeacher ?? 0, known],
  ] as const) {
    if (weight === 0 || ahead === 0) continue;
    const { loss, distance } = teacherLoss(parts, { known, imagined, goals }, ahead, near);
    value = add(value, mul(loss, weight));
    stats[`${name}_loss`] = loss;
    stats[`${name}_gap`] = distance;
  }

  if (ahead === 0 || (terminal === 0 && terminalPredicted === 0)) return { value, stats };
  const goal = slice(embeddings, 1, start + ahead, start + ahead + 1);
  const ends = (name: 'terminal' | 'terminalPredicted', rows: Tensor, weight: number, ranked: number): void => {
    const prefix = name === 'terminal' ? 'terminal_' : 'terminal_pred_';
    const n = rows.shape[1]!;
    const group = reachGroup(parts, name, rows, goal, pairsToEnd(n), { ...far, hard: terminalHard });
    named(prefix, 'hard_neg_prob', group);
    const { positive } = group;
    stats[`${prefix}pos_delta`] =
      n < 2 ? scalar(0) : reduceMean(sub(slice(positive, 1, 1), slice(positive, 1, 0, n - 1)));
    let loss = group.value;
    if (ranked > 0) {
      stats[`${prefix}rank_loss`] = ranking(positive, rankMargin);
      loss = add(loss, mul(stats[`${prefix}rank_loss`]!, ranked));
    }
    value = add(value, mul(loss, weight));
  };
  if (terminal > 0) ends('terminal', slice(embeddings, 1, start, start + ahead), terminal, rank);
  if (ahead > 1) {
    const rows = slice(predicted, 1, 0, ahead - 1);
    if (terminalPredicted > 0) ends('terminalPredicted', rows, terminalPredicted, predictedRank);
    const held = imitationTerms(parts, slice(known, 1, 1, ahead), rows, goal, { ...options, ...far });
    for (const { weight, loss } of held.terms) value = add(value, mul(loss, weight));
    Object.assign(stats, held.stats);
  }
  return { value, stats };
}
