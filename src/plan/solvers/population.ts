// What a sampling solver learns from in one iteration.
// Legend: S samples, L numbers of a plan, K elites.

/** The candidates of one task in one iteration. */
export interface Population {
  readonly task: number;
  readonly iteration: number;
  /** [S, L] */
  readonly candidates: Float32Array;
  /** [S] */
  readonly cost: Float32Array;
  /** Indices by increasing cost, [K]; only the first `count` are set. */
  readonly elites: Int32Array;
  readonly count: number;
}
