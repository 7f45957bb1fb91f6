// Which rows of a clip are asked of a reachability head, with which budgets and weights: lists of numbers, on the host.
// Legend: K blocks that a clip looks ahead.
// Source: Guang000/RC-aux @ecb4496 rcaux.py (`_expand_reach_pairs` and those after it).

/** A pair of rows: places in the sequences of sources and of goals, the budget that is asked, and the blocks between them. */
export interface ReachPair {
  readonly source: number;
  readonly goal: number;
  readonly budget: number;
  readonly gap: number;
}

/** Pairs within their budgets, and pairs of the same clip beyond theirs. */
export interface ReachPairs {
  readonly positives: readonly ReachPair[];
  readonly hard: readonly ReachPair[];
}

/** Whole numbers from `first` to `last`, both included. */
const from = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);

/**
 * Pairs of a sequence of 1 + K rows, goals a later row of the same. Sources are the first row, or with `dense` all but the last. For a
 * gap d the positives ask budgets d to what is left of the sequence, the hard negatives 1 to d - 1.
 */
export function pairsAhead(K: number, dense: boolean): ReachPairs {
  const sources = dense ? from(0, K - 1) : [0];
  const each = (budgets: (gap: number, left: number) => number[]): ReachPair[] =>
    sources.flatMap((source) =>
      from(1, K - source).flatMap((gap) =>
        budgets(gap, K - source).map((budget) => ({ source, goal: source + gap, budget, gap })),
      ),
    );
  return { positives: each(from), hard: each((gap) => from(1, gap - 1)) };
}

/** Pairs of `steps` successive rows with one goal, which lies one block behind the last of them. */
export function pairsToEnd(steps: number): ReachPairs {
  const rows = from(0, steps - 1).map((source) => ({ source, goal: 0, gap: steps - source }));
  return {
    positives: rows.map((row) => ({ ...row, budget: row.gap })),
    hard: rows.flatMap((row) => from(1, row.gap - 1).map((budget) => ({ ...row, budget }))),
  };
}

/** How pairs are weighted within their group: alike, each gap or budget as much as another, or by its size or a power of it. */
export type PairWeighting =
  | 'uniform'
  | 'gap-balanced'
  | 'budget-balanced'
  | 'gap-linear'
  | 'budget-linear'
  | 'gap-power'
  | 'budget-power';

/** The weightings by name. */
export const pairWeightings: readonly PairWeighting[] = [
  'uniform',
  'gap-balanced',
  'budget-balanced',
  'gap-linear',
  'budget-linear',
  'gap-power',
  'budget-power',
];

/** Weights of pairs, whose mean is 1. `power` is read by the powers only. */
export function pairWeights(pairs: readonly ReachPair[], weighting: PairWeighting, power: number): number[] {
  if (weighting === 'uniform') return pairs.map(() => 1);
  const [by, how] = weighting.split('-') as ['gap' | 'budget', 'balanced' | 'linear' | 'power'];
  const counts = new Map<number, number>();
  for (const pair of pairs) counts.set(pair[by], (counts.get(pair[by]) ?? 0) + 1);
  const raw = pairs.map((pair) =>
    how === 'balanced' ? 1 / counts.get(pair[by])! : pair[by] ** (how === 'linear' ? 1 : power),
  );
  const mean = raw.reduce((a, b) => a + b, 0) / raw.length;
  return raw.map((w) => w / mean);
}
