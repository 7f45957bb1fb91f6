// What whoever runs experiments gives: the recipes that are known, where words go, and what stops the work.

import type { ComputeOptions } from './compute.ts';
import type { AnyRecipe, ProgressLine } from './recipe.ts';

/** The surroundings of one command, or of one call from code. */
export interface ExperimentSession {
  readonly recipes: readonly AnyRecipe[];
  readonly output: SessionOutput;
  readonly signal: AbortSignal;
  /** The command as typed, for `run.json`. */
  readonly commandLine: string;
}

/** Where words for people go. */
export interface SessionOutput {
  log(line: string): void;
  progress(line: ProgressLine): void;
}

/** What every execution may be told; as the options of the command line have it. */
export interface ExecuteOptions extends ComputeOptions {
  /** @default 0, or that of the run */
  readonly seed?: number;
  readonly out?: string;
  /** Each `path=value`. */
  readonly set: readonly string[];
  readonly resume?: boolean;
}

/** What an execution on a recorded run may be told besides. */
export interface OnRunOptions extends ExecuteOptions {
  /** Run the code of the recipe file that run.json names. @default false */
  readonly trustRecipe?: boolean;
  /** The recipe of the run, where it is not to be the one that run.json names: a name, or the path of a module. */
  readonly recipe?: string;
  /** Take an older checkpoint where the newest is damaged. @default false */
  readonly allowOlderCheckpoint?: boolean;
}

/** Exit codes of a process that runs an experiment. */
export const EXIT = { ok: 0, fault: 1, mistake: 2, interrupted: 130 } as const;
