// What the program's entry gives to every command.

import type { Command } from 'commander';
import type { ExperimentSession } from '../experiment/index.ts';
import type { Bench } from './bench.ts';
import type { Output } from './output.ts';

/** The surroundings of one call of the command line. */
export interface CommandSession extends ExperimentSession {
  readonly benches: readonly Bench[];
  readonly output: Output;
}

/** Adds one command to the program. */
export type CommandFile = (program: Command, session: CommandSession) => void;
