// What the command line asks of a recipe, and what it gives to one. A recipe is one experiment: a complete typed
// configuration and the code that carries it out.

import type { Schema } from '../core/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Presets } from './settings.ts';

/** Progress of one stage: shown as one rewritten line on a terminal, as a line every few seconds elsewhere. */
export interface ProgressLine {
  /** What is being done: `collect`, `train`, `plan`. */
  readonly stage: string;
  readonly step: number;
  readonly total: number;
  /** Numbers to show by name, such as the terms of the loss. */
  readonly terms?: Readonly<Record<string, number>>;
  readonly imagesPerSecond?: number;
  /** Taken from the pace so far when left out. */
  readonly secondsLeft?: number;
}

/** What every recipe function gets beside its configuration. */
export interface RunContext {
  readonly seed: number;
  /** The folder to write to; it exists. `run.json` in it belongs to the command line, everything else to the recipe. */
  readonly out: string;
  /**
   * Aborted at Ctrl-C. The recipe then saves what a resumed run needs and throws `signal.reason`
   * (`signal.throwIfAborted()`). A promise that resolves means that the work is complete.
   */
  readonly signal: AbortSignal;
  /** Prints a line for people. */
  log(line: string): void;
  /** Reports progress; cheap enough for every step. */
  progress(line: ProgressLine): void;
  /** True when `out` holds an interrupted run that is to be continued. */
  readonly resume: boolean;
  /** Dataset folder given by the user (`train --data`). */
  readonly data?: string;
  /** Where numbers are computed (`--device`, `--threads`). @default this machine's processor, with all its cores */
  readonly runtime?: Runtime;
  /** Threads that load data (`--loaders`), in place of the configuration's `data.workers`. */
  readonly loaders?: number;
  /** Run folder whose model `eval`, `plan` and `export` read; the same as `out` unless the user gave `--out`. */
  readonly model?: string;
}

/** The runtime of a context as an option; nothing where the default is to be taken. */
export function onRuntime({ runtime }: Pick<RunContext, 'runtime'>): { readonly runtime?: Runtime } {
  return runtime === undefined ? {} : { runtime };
}

/** The outcome of a recipe function. */
export interface RunSummary {
  /** Results by dotted name, such as `planning.strict.success`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Path of a report, when the recipe wrote its own; otherwise the command line writes `report.html`. */
  readonly report?: string;
}

/** The parts of a recipe that can be run by themselves; each is a command. */
export interface RecipeStages<C> {
  /** Writes a dataset into `context.out`. */
  collect?(config: C, context: RunContext): Promise<RunSummary>;
  /** Trains into the run folder `context.out`, on `context.data` when it is given. */
  train?(config: C, context: RunContext): Promise<RunSummary>;
  /** Evaluates the model of the run `context.model`; writes `evals/*.json` into `context.out`. */
  eval?(config: C, context: RunContext): Promise<RunSummary>;
  /** Plans episodes with the model of the run `context.model`; writes `rollouts/` into `context.out`. */
  plan?(config: C, context: RunContext): Promise<RunSummary>;
  /** Writes the ONNX graphs of the model of the run `context.model` into `context.out`. */
  export?(config: C, context: RunContext): Promise<RunSummary>;
}

/**
 * What a control experiment lets `jepa bench control` choose. Its configuration has `model`, `plan.also` (planners beside the
 * main one) and `plan.tasks`, which the benchmark sets; its stages have `collect`, and its `run` takes `context.data`.
 */
export interface ControlChoices<C> {
  /** Values of `model`. */
  models(config: C): readonly string[];
  /** Values of which `plan.also` may have several. */
  planners(config: C): readonly string[];
  /** Stages that take longer, of which `evals.extra` may name several. */
  extra?(config: C): readonly string[];
  /** The part of the configuration that determines the dataset: runs that agree in it and in the seed share one. */
  dataset(config: C): object;
}

/** One experiment. `C` is its configuration: plain data (JSON) without undefined, so that it can be stored and set. */
export interface Recipe<C extends object> {
  readonly name: string;
  /** One sentence for `jepa list`. */
  readonly summary: string;
  /** The complete default configuration, a new object at each call. Without a schema, `null` stands for a value that may be anything. */
  config(): C;
  /** Describes configurations. @default what the default configuration suggests: its keys, and the types of its values */
  readonly schema?: Schema<C>;
  /** Values of settings that stand for more than themselves, such as the name of a model. */
  presets?(): Presets<C>;
  /** What follows from settings, see `Follow`: the size of a model's pictures from that of the world's. */
  follow?(before: C, after: C): C;
  /** A configuration that an earlier version recorded, as this one has it. */
  migrate?(recorded: unknown): unknown;
  /** Throws `usage`, naming the settings, when parts of a configuration contradict each other; called before anything is written. */
  check?(config: C): void | Promise<void>;
  /** The whole experiment: collect or load, train, evaluate, plan. */
  run(config: C, context: RunContext): Promise<RunSummary>;
  readonly stages?: RecipeStages<C>;
  /** Makes it a world of `jepa bench control`. */
  readonly control?: ControlChoices<C>;
}

/** A recipe of any configuration, as the list of recipes holds it. */
export type AnyRecipe = Recipe<object>;
