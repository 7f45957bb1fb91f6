// The options that every command takes.

import { type Command, InvalidArgumentError } from 'commander';

/** Values of the options that every command takes, as commander stores them. */
export interface CommonOptions {
  readonly seed?: number;
  readonly out?: string;
  readonly set: readonly string[];
  readonly resume?: boolean;
}

/** Adds the common options; `out` says what `--out` means for the command. */
export function withCommonOptions(command: Command, out: string): Command {
  const seeded = command.option(
    '--seed <k>',
    'seed of every random draw (default: 0, or that of the run)',
    wholeNumber,
  );
  return withUnseededOptions(seeded, out);
}

/** The common options apart from `--seed`, for a command that takes several seeds. */
export function withUnseededOptions(command: Command, out: string): Command {
  return command
    .option('--out <path>', out)
    .option('--set <path=value>', 'change a value of the configuration; may be repeated', collected, [])
    .option('--resume', 'continue an interrupted run in its folder')
    .option('--json', 'print one JSON object as the last line of standard output; text goes to standard error')
    .option('-q, --quiet', 'print no log and no progress');
}

/** Options of commands that use the model of a run. */
export interface ModelOptions {
  readonly trustRecipe?: boolean;
  readonly recipe?: string;
  readonly allowOlderCheckpoint?: boolean;
}

/** Adds the options of commands that use the model of a run. */
export function withModelOptions(command: Command): Command {
  return command
    .option('--trust-recipe', 'run the code of the recipe file that run.json names')
    .option('--recipe <file>', 'the recipe of the run, instead of the file that run.json names')
    .option('--allow-older-checkpoint', 'use an older checkpoint where the newest is damaged');
}

/** Options of commands that read a recipe's data. */
export interface DataOptions {
  readonly data?: string;
  readonly skipCorrupt?: boolean;
}

/** Adds `--data`, with what it means for the command, and `--skip-corrupt`. */
export function withDataOptions(command: Command, data: string): Command {
  return command
    .option('--data <folder>', data)
    .option('--skip-corrupt', 'leave corrupt images out and count them, instead of refusing the data');
}

/** The settings of a command: those typed, and what its data options stand for. */
export function settingsWithData<O extends CommonOptions & DataOptions>(options: O): O {
  return options.skipCorrupt === true ? { ...options, set: [...options.set, 'data.skipCorrupt=true'] } : options;
}

/** Gathers the values of an option that may be repeated. */
export function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Reads a non-negative integer. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError(`It must be a non-negative integer below 2^53, got '${text}'.`);
  }
  return value;
}

/** Reads seeds separated by commas, each once. */
export function seedList(text: string): number[] {
  const seeds = text.split(',').map(wholeNumber);
  if (new Set(seeds).size < seeds.length) throw new InvalidArgumentError(`Each seed once, got '${text}'.`);
  return seeds;
}

/** Reads names separated by commas, each once. */
export function nameList(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError(`Names separated by single commas, got '${text}'.`);
  if (new Set(names).size < names.length) throw new InvalidArgumentError(`Each name once, got '${text}'.`);
  return names;
}
