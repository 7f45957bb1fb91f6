// What an audit of planning costs records: `costs.json` of a benchmark, and what is drawn from it. Where something was not
// measured it is null, with the reason beside it where there is one.

/** How well a cost ranks the plans of one population, by one truth; means over the tasks that count. */
export interface CostAuditRow {
  readonly cost: string;
  /** Where the plans come from: 'first', 'last', 'data', 'prior'. */
  readonly population: string;
  /** 'error': the task's error at the end, in tolerances; 'togo': steps that an oracle still needs from there. */
  readonly truth: 'error' | 'togo';
  /** Tasks that count, and those left out because the truth has fewer than three values among their plans. */
  readonly tasks: number;
  readonly leftOut: number;
  /** Spearman's correlations: imagined cost and truth, cost of what truly happens and truth, the two costs. */
  readonly rhoTotal: number | null;
  readonly rhoCost: number | null;
  readonly rhoDynamics: number | null;
  /** How much worse the plan of least imagined cost is than the best one, in the truth's unit. */
  readonly regret: number | null;
  /** Where the best plan stands under the imagined cost, in percent: 0 first, 100 last. */
  readonly best: number | null;
  /** Shares of all tasks: some plan solves it; the plan of least imagined cost does; that of least cost of what truly happens does. */
  readonly exists: number;
  readonly picked: number;
  readonly pickedTruly: number;
  /** What limits planning, in words. */
  readonly reading: string;
}

/** A learned or fixed distance on held-out pairs of embeddings. */
export interface DistanceBand {
  /** Blocks between the pair, '2-3'. */
  readonly gap: string;
  readonly pairs: number;
  readonly encoded: DistanceScore;
  readonly imagined: DistanceScore;
  /** MAE of imagined over encoded sources. */
  readonly ratio: number | null;
}

/** Spearman with the gap, and the mean absolute error where distances count blocks. */
export interface DistanceScore {
  readonly spearman: number | null;
  readonly mae: number | null;
}

/** How good a distance is. */
export interface DistanceQuality {
  readonly cost: string;
  readonly bands: readonly DistanceBand[];
  readonly all: DistanceBand;
  /** Spearman with the steps of an oracle, over all pairs and over those on two sides of a wall. */
  readonly oracle: { readonly pairs: number; readonly all: number | null; readonly across: number | null } | null;
  /** Mean distance of pairs across a wall over that of pairs as far apart in one room, and the same of the oracle's steps. */
  readonly wall: { readonly pairs: number; readonly ratio: number | null; readonly oracle: number | null } | null;
}

/** Straight plans at a wall: how often a model believes that they pass, and how often they do. */
export interface WallTest {
  /** Blocks of a plan, and its speed as a share of the fastest. */
  readonly blocks: number;
  readonly speed: number;
  readonly bands: readonly {
    readonly where: string;
    readonly plans: number;
    readonly believed: number;
    readonly truly: number;
  }[];
  /** The stretch that is passed, in the world's units. */
  readonly believedWidth: number;
  readonly trueWidth: number;
  /** Share of the starts that the probe places on their own side of the wall, and how far off it is on held-out rows. */
  readonly startsRead: number;
  readonly probeError: number;
}

/** Straight pushes at an object: how far a model believes that it goes, and how far it does. */
export interface PushTest {
  readonly rows: readonly {
    readonly pushes: string;
    readonly count: number;
    /** Means of the displacement of the object, in the world's units. */
    readonly imagined: number | null;
    readonly truly: number | null;
    /** Mean distance of where it is believed to end from where it ends. */
    readonly error: number | null;
  }[];
  /** How far the probe of the object's place is off, on recorded rows held out, and where the pushes start. */
  readonly probeError: number;
  readonly startError: number;
  /** Spearman of imagined and true displacements. */
  readonly spearman: number | null;
}

/** A test that a world does not admit, with the reason. */
export interface NotTested {
  readonly why: string;
}

/** How often goals are reached with the true world in place of the learned dynamics. */
export interface TrueDynamicsResult {
  readonly cost: string;
  readonly tasks: number;
  /** With the learned dynamics and the same search, and with the true ones. */
  readonly learned: number;
  readonly truly: number;
}

/** The audit of one trained model. */
export interface CostAudit {
  readonly run: string;
  readonly world: string;
  readonly model: string;
  readonly seed: number;
  readonly minutes: number;
  readonly tasks: number;
  readonly samples: number;
  readonly goalOffset: number;
  readonly oracle: string | null;
  readonly rows: readonly CostAuditRow[];
  readonly distances: readonly DistanceQuality[];
  /** For plans of several lengths. */
  readonly walls: readonly WallTest[] | NotTested;
  readonly pushes: PushTest | NotTested;
  readonly trueDynamics: readonly TrueDynamicsResult[];
}
