// What main.ts gives to every command.

import type { Command } from 'commander';
import type { Bench } from './bench.ts';
import type { Output } from './output.ts';
import type { AnyRecipe } from './recipe.ts';

/** The surroundings of one call of the command line. */
export interface Session {
  readonly recipes: readonly AnyRecipe[];
  readonly benches: readonly Bench[];
  readonly output: Output;
  readonly signal: AbortSignal;
  /** The command as typed, for `run.json`. */
  readonly commandLine: string;
}

/** Adds one command to the program. */
export type CommandFile = (program: Command, session: Session) => void;
