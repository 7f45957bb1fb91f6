// What evaluations and planning leave in a run folder, as types: evals/*.json and rollouts/<k>.json.

/** `evals/embedding.json`: the embedding of held-out frames. */
export interface EmbeddingFile {
  /** Standard deviation of each embedding dimension, [D]. */
  readonly deviations: readonly number[];
}

/** One probe of a frozen encoder; what `evaluateFeatures` gives has more fields. */
export interface FeatureProbe {
  /** `knn-20`, `linear`, `ridge`, `low-shot-1%`, `low-shot-12-per-class`. */
  readonly probe: string;
  /** Top-1 accuracy on the test split. */
  readonly accuracy: number;
  /** Test images. */
  readonly n: number;
  /** Labelled training images. */
  readonly labels?: number;
}

/** `evals/features.json`: the probes and collapse instruments of a frozen image encoder. */
export interface FeaturesFile {
  readonly method?: string;
  readonly probes: readonly FeatureProbe[];
  readonly instruments?: {
    readonly rankMe: number;
    readonly effectiveRank: number;
    /** Eigenvalues of the covariance, descending. */
    readonly spectrum: readonly number[];
    /** Deviation of each dimension, descending. */
    readonly deviations: readonly number[];
  };
}

/** A picture as a `data:image/png;base64,` address. */
export type DataUri = string;

/** `evals/pictures.json`: what the features say of a few test images. */
export interface PicturesFile {
  readonly neighbours: readonly {
    readonly query: DataUri;
    readonly label: string;
    /** The most similar training images, nearest first; similarity is the cosine. */
    readonly neighbours: readonly { readonly image: DataUri; readonly label: string; readonly similarity: number }[];
  }[];
  /** The image, its patch tokens by their principal components, and their similarity to the middle patch. */
  readonly patches: readonly {
    readonly image: DataUri;
    readonly components: DataUri;
    readonly similarity: DataUri;
  }[];
}

/** How one policy did on the tasks of one protocol. */
export interface PolicyResult {
  /** `planner`, `random`, `oracle` or any other baseline. */
  readonly policy: string;
  readonly tasks: number;
  /** Tasks whose goal was reached at some step. This is the success of the protocol unless it says otherwise. */
  readonly successAny: number;
  /** Tasks that stood at the goal after the last step. */
  readonly successLast?: number;
  readonly medianSteps?: number;
  /** Times the policy planned, for all tasks together; 0 for policies that do not plan. */
  readonly plans?: number;
  /** Mean wall-clock time of planning once for all tasks together. */
  readonly planSecondsMean?: number;
  /** Steps until each task was solved, null where it never was, in the order of `PlanningProtocol.taskNames`. */
  readonly solvedAt?: readonly (number | null)[];
}

/** Two policies on the same tasks, and McNemar's exact p-value of "neither is better". */
export interface PairedPolicies {
  readonly policy: string;
  readonly against: string;
  readonly both: number;
  readonly onlyPolicy: number;
  readonly onlyAgainst: number;
  readonly neither: number;
  readonly p: number;
}

/** Success on those tasks of a protocol that are of one kind. */
export interface TaskGroup {
  /** `distance`: a band of distances at the start; `kind`: what the world calls such tasks. */
  readonly by: string;
  /** `below 50`, `50 to 100`, `across` */
  readonly name: string;
  readonly tasks: number;
  readonly results: readonly ({ readonly policy: string } & SuccessCount)[];
}

/** One evaluation protocol with every policy that ran on the same tasks. */
export interface PlanningProtocol {
  /** `strict`, `paper`, `reset`, `clear-strict` and so on. */
  readonly name: string;
  readonly description: string;
  /** The world's id, and the digest of the dataset that the tasks were cut from: with the names, which tasks they were. */
  readonly world?: string;
  readonly dataset?: string;
  /** Episode and row of each task; the number of a reset, and 0. */
  readonly taskNames?: readonly (readonly [episode: number, row: number])[];
  /** How success was judged where not by the world itself. */
  readonly judged?: { readonly about: string; readonly hold: number };
  /** Tasks left out because their start already satisfies the goal. */
  readonly excluded?: number;
  readonly goalOffset?: number;
  readonly budget?: number;
  readonly seed?: number;
  /** Settings of the policy `planner`, such as solver, samples, horizon. */
  readonly planner?: Readonly<Record<string, unknown>>;
  readonly results: readonly PolicyResult[];
  /** Success by distance and by kind of task. */
  readonly groups?: readonly TaskGroup[];
  /** The other policies against the main planner, task by task. */
  readonly paired?: readonly PairedPolicies[];
}

/** `evals/planning.json`. */
export interface PlanningFile {
  readonly protocols: readonly PlanningProtocol[];
  readonly solver?: string;
  readonly secondsPerPlan?: number;
}

/** Quality of one probe on held-out episodes, for one coordinate of its target. */
export interface ProbeDimension {
  readonly name: string;
  /** Pearson correlation. */
  readonly r: number;
  readonly r2: number;
  /** Squared error in units of the training variance. */
  readonly mse?: number;
}

/** One probe of the frozen embedding. */
export interface ProbeResult {
  /** What is read: `agent position`. */
  readonly target: string;
  /** `linear` or `mlp`. */
  readonly kind: string;
  readonly samples?: number;
  /** Means over the coordinates: the columns of the paper's tables. */
  readonly r?: number;
  readonly mse?: number;
  readonly dimensions: readonly ProbeDimension[];
}

/** Up to 1000 pairs of true and predicted targets, [n, d] each, of one probe on held-out episodes. */
export interface ProbeSample {
  readonly target: string;
  readonly kind: string;
  readonly names: readonly string[];
  readonly truth: readonly (readonly number[])[];
  readonly predicted: readonly (readonly number[])[];
  readonly unit?: string;
}

/** `evals/probe.json`. */
export interface ProbeFile {
  readonly probes: readonly ProbeResult[];
  readonly sample?: ProbeSample;
  /** Targets that were not probed, and why. */
  readonly leftOut?: readonly { readonly name: string; readonly why: string }[];
}

/** Surprise over the steps of a clip: mean and band over clips, [T] each. */
export interface SurpriseCurve {
  readonly mean: readonly number[];
  readonly low?: readonly number[];
  readonly high?: readonly number[];
}

/** Surprise of clips with one kind of perturbation. */
export interface Perturbation {
  /** `teleport`, `colour`, `vanish`, `through-wall`, `stop`; with several things `teleport-block`. */
  readonly name: string;
  /** What happens, in a sentence. */
  readonly about?: string;
  /** Area under the ROC curve of max-over-time surprise, perturbed against clean clips. */
  readonly auc: number;
  /** Two-sided p-value of a paired t-test of the same scores, clip by clip. */
  readonly p?: number;
  readonly curve: SurpriseCurve;
}

/** `evals/surprise.json`. */
export interface SurpriseFile {
  /** Clips of each kind. */
  readonly clips: number;
  /** Index into the curves of the perturbed step. */
  readonly perturbedAt: number;
  /** What `low` and `high` are, such as `10th to 90th percentile`. */
  readonly band?: string;
  readonly clean: SurpriseCurve;
  readonly perturbations: readonly Perturbation[];
  /** Violations that were not measured, and why. */
  readonly leftOut?: readonly { readonly name: string; readonly why: string }[];
}

/** A point in world coordinates (those of `RolloutFile.extent`). */
export type ImagePoint = readonly [number, number];

/** What the planner imagined when it planned at frame `at`; starts at (or near) the agent's position there. */
export interface ImaginedPath {
  readonly at: number;
  /** Positions decoded from the predicted embeddings by the position probe. */
  readonly path: readonly ImagePoint[];
}

/**
 * `rollouts/<k>.json`: one planned episode. `rollouts/<k>.bin` beside it holds `frames + 1` images, each
 * `height * width * 3` bytes of RGB in row order: the episode, then the goal image.
 */
export interface RolloutFile {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly success: boolean;
  /** First frame at which the goal was reached. */
  readonly reachedAt?: number;
  readonly title?: string;
  /** World coordinates at the image's left, top, right and bottom edges; needed to draw paths. */
  readonly extent?: readonly [number, number, number, number];
  readonly imagined?: readonly ImaginedPath[];
  /** True position at each frame. */
  readonly path?: readonly ImagePoint[];
  readonly goal?: ImagePoint;
}

/** `evals/long-horizon.json`: the same goals further and further away; policy `planner` is the flat planner. */
export interface LongHorizonFile {
  readonly horizons: readonly {
    readonly goalOffset: number;
    readonly budget: number;
    readonly record: PlanningProtocol;
  }[];
}

/** A count of tasks solved at some step, and the 95 % Wilson interval of its rate. */
export interface SuccessCount {
  readonly success: number;
  readonly interval: readonly [low: number, high: number];
}

/** One policy under one variation, against itself on the same tasks in the world as it is. */
export interface PolicyGeneralisation extends SuccessCount {
  readonly policy: string;
  readonly unvaried: SuccessCount;
}

/** One group of factors. */
export interface GroupGeneralisation {
  readonly group: string;
  readonly factors: readonly string[];
  /** Tasks that were run. */
  readonly tasks: number;
  /** Tasks for which no draw was found that can be solved. */
  readonly leftOut: number;
  readonly results: readonly PolicyGeneralisation[];
}

/** `evals/generalisation.json`. */
export interface GeneralisationFile {
  readonly tasks: number;
  readonly budget: number;
  /** The policy that said what can be solved; absent: only the world itself did. */
  readonly reference?: string;
  /** In the world as it is, on all tasks. */
  readonly unvaried: readonly ({ readonly policy: string } & SuccessCount)[];
  readonly groups: readonly GroupGeneralisation[];
  /** Factors that were not varied, and why. */
  readonly excluded: readonly { readonly factor: string; readonly why: string }[];
}
