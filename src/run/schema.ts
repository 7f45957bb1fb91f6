// The files of a run folder, as types; those of results are in results.ts, and files.ts has the schema of each. Whoever writes a
// run (the command line, the training loop, a recipe) writes these, and whoever reads one (report, studio, notebooks) reads
// nothing else.
//
//   run.json             RunFile
//   metrics.jsonl        one MetricsLine per line
//   outcome.json         OutcomeFile
//   evals/planning.json  PlanningFile
//   evals/probe.json     ProbeFile
//   evals/surprise.json  SurpriseFile
//   evals/imagination.json  ImaginationFile
//   evals/embedding.json EmbeddingFile
//   evals/features.json  FeaturesFile
//   evals/pictures.json  PicturesFile
//   evals/long-horizon.json    LongHorizonFile
//   evals/generalisation.json  GeneralisationFile
//   rollouts/<k>.json    RolloutFile, with its frames in rollouts/<k>.bin
//
// Results made with other settings than the run's stand beside these, as `evals/<name>@<digest>.json` and `rollouts@<digest>/`;
// see OtherResults. Every file may be missing: the report then says so in its section. Numbers that are not finite are written
// as null (JSON has no NaN) and read as NaN. Fields not named here are allowed and kept.

/** The computer a run was made on. */
export interface MachineRecord {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Operating system and architecture, such as `linux x64`. */
  readonly platform: string;
  /** Release of the operating system. */
  readonly release?: string;
}

/** What computed the numbers, where the user chose it. */
export interface RuntimeRecord {
  /** The package: `onnxruntime-node`. */
  readonly name: string;
  readonly version?: string;
  /** `cpu`, `cuda`, `wasm`, ... */
  readonly device: string;
  /** Threads inside one operator on the CPU. */
  readonly threads?: number;
}

/** `unfinished` is what a killed run leaves behind. */
export type RunStatus = 'unfinished' | 'done' | 'interrupted' | 'failed';

/** Why a run failed. */
export interface Failure {
  /** The code of the `JepaError`, or `internal` for a fault of the program. */
  readonly code: string;
  readonly message: string;
}

/** In what a result differs from what its run says: results that do stand beside those of the run. */
export interface ResultOrigin {
  /** The settings that differ, by dotted path. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The seed, where it is another. */
  readonly seed?: number;
  /** Updates of the checkpoint, where it is not the newest. */
  readonly checkpoint?: number;
  /** The command that made the result, as typed. */
  readonly command: string;
}

/** Results of a run that were made with other settings than its own. */
export interface OtherResults extends ResultOrigin {
  readonly metrics: Readonly<Record<string, number>>;
}

/** `run.json`: everything needed to repeat the run. Whoever started it writes it: the command line, or the library. */
export interface RunFile {
  /** Empty for a run that no recipe made. */
  readonly recipe: string;
  readonly seed: number;
  readonly status: RunStatus;
  /** The command that made the run, as typed. */
  readonly command?: string;
  /** The module of a recipe that is not among the built-in ones. */
  readonly recipeFile?: string;
  /** ISO 8601 time of the first start. */
  readonly started?: string;
  /** Wall-clock minutes over all starts. */
  readonly minutes?: number;
  readonly machine?: MachineRecord;
  /** The device that was chosen. Left out for the processor with all its cores. */
  readonly runtime?: RuntimeRecord;
  /** Package name to version: jepa, node, onnxruntime. */
  readonly versions?: Readonly<Record<string, string>>;
  /** The complete configuration. */
  readonly config?: unknown;
  /** The settings that are not as the recipe has them, by dotted path. */
  readonly changed?: readonly string[];
  /** The run's result, by dotted name, such as `planning.strict.success`. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** Why the run failed; only with the status `failed`. */
  readonly failure?: Failure;
  /** Results made with other settings, by the digest in the names of their files. */
  readonly others?: Readonly<Record<string, OtherResults>>;
}

/** Collapse instruments after one training step (`readHealth`); see the report's section "Is the embedding healthy?". */
export interface Instruments {
  /** SIGReg statistic: 1.0525 on N(0, I), 0.40205 `samples` when every embedding is the same point. */
  readonly sigreg?: number;
  /** The number of embeddings that entered the statistics. */
  readonly samples?: number;
  /** exp(entropy of the normalised covariance eigenvalues), between 1 and `dim`. */
  readonly effectiveRank?: number;
  /** Dimensions of the embedding. */
  readonly dim?: number;
  /** Standard deviation, mean over the dimensions. */
  readonly pooledStd?: number;
  /** Standard deviation of the least spread dimension. */
  readonly minStd?: number;
  /** Fraction of the target's variance that the predictor leaves unexplained. */
  readonly unexplained?: number;
  /** Error of the predictor over the error of repeating the last embedding. */
  readonly copyLastRatio?: number;
  /** Accuracy of weighted k-NN, k 20, on the features as they stand. */
  readonly knn?: number;
  /** How many alarms stand. */
  readonly alarms?: number;
  /** Their names with the numbers that broke the rules, written as `alarm.<CODE>`. */
  readonly standing?: Readonly<Record<string, number>>;
}

/** Where the wall-clock time of an interval went. The shares add up to 1. */
export interface Timing {
  /** Length of the interval in seconds. */
  readonly seconds: number;
  /** Without the pauses. */
  readonly imagesPerSecond: number;
  /** Waiting for the next batch. */
  readonly waitShare: number;
  /** Inside the loss program. */
  readonly programShare: number;
  /** TypeScript around the program: gradient norm, clipping, optimiser, averages, logging. */
  readonly overheadShare: number;
  /** Instruments and checkpoints, which happen every so many steps. */
  readonly pauseShare: number;
}

/** What a line says of `Timing`, for the time since the line before. */
export type TimeShares = Partial<Timing>;

/** Instruments by name: numbers, or one number per embedding dimension. Null stands for a value that is not finite. */
export type InstrumentValues = Readonly<Record<string, number | readonly number[] | null>>;

/** One line of `metrics.jsonl`. All but `timing` is a function of the seed and the configuration. */
export interface MetricsLine {
  /** Updates done, this one included: the first update writes 1. */
  readonly step: number;
  readonly loss?: number;
  /** The parts of the loss by name, before weighting. */
  readonly terms?: Readonly<Record<string, number>>;
  readonly lr?: number;
  /** Global gradient norm before clipping. */
  readonly gradNorm?: number;
  /** May come on any subset of the lines. */
  readonly instruments?: Instruments;
  readonly timing?: TimeShares;
}

/** `outcome.json`: how training ended; see `TrainOutcome`. */
export interface OutcomeFile {
  readonly kind: 'done' | 'interrupted' | 'non-finite';
  /** Updates done, or the one that failed. */
  readonly step: number;
  /** Path of the last checkpoint. */
  readonly checkpoint?: string;
  /** What was not finite. */
  readonly term?: string;
  /** `NaN`, `Infinity` or `-Infinity`. */
  readonly value?: string;
  /** Path of the newest checkpoint before the update that failed. */
  readonly lastGood?: string | null;
  /** Over the whole run. */
  readonly timing?: TimeShares;
}
