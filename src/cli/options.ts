// The options that commands share.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { JepaError } from '../core/index.ts';

/** Values of the common options, as commander stores them. */
export interface CommonOptions {
  readonly seed?: number;
  readonly out?: string;
  readonly set: readonly string[];
  readonly resume?: boolean;
}

/** Options of commands that use the model of a run. */
export interface ModelOptions {
  readonly trustRecipe?: boolean;
  readonly recipe?: string;
  readonly allowOlderCheckpoint?: boolean;
}

/** Which of the shared options a command reads; `out` says what `--out` means for it, `model` stands for `ModelOptions`. */
export interface ReadOptions {
  readonly seed?: boolean;
  readonly out?: string;
  readonly set?: boolean;
  readonly resume?: boolean;
  readonly model?: boolean;
  /** `--device` and `--threads`; 'training' reads `--loaders`, too. */
  readonly compute?: boolean | 'training';
}

/** Adds all common options; `out` says what `--out` means for the command. */
export function withCommonOptions(command: Command, out: string, reads: ReadOptions = {}): Command {
  return withOptions(command, { seed: true, out, set: true, resume: true, ...reads });
}

/** The common options apart from `--seed`, for a command that takes several seeds. */
export function withUnseededOptions(command: Command, out: string): Command {
  return withOptions(command, { out, set: true, resume: true });
}

/**
 * Adds `--json`, `--quiet` and those of the shared options that the command reads. The others are refused with the names
 * of the commands that read them: an option that changes nothing would mislead.
 */
export function withOptions(command: Command, reads: ReadOptions): Command {
  for (const [option, read] of sharedOptions(reads)) {
    if (read) command.addOption(option);
    else if (!command.options.some(({ long }) => long === option.long)) refuse(command, option);
  }
  return command
    .option('--json', 'print one JSON object as the last line of standard output; text goes to standard error')
    .option('-q, --quiet', 'print no log and no progress');
}

/** Every shared option, and whether it is read. */
function sharedOptions({
  seed = false,
  out,
  set = false,
  resume = false,
  model = false,
  compute = false,
}: ReadOptions): readonly (readonly [Option, boolean])[] {
  return [
    [seedOption(), seed],
    [new Option('--out <path>', out ?? ''), out !== undefined],
    [setOption(), set],
    [new Option('--resume', 'continue an interrupted run in its folder'), resume],
    [new Option('--trust-recipe', 'run the code of the recipe file that run.json names'), model],
    [new Option('--recipe <file>', 'the recipe of the run, instead of the file that run.json names'), model],
    [new Option('--allow-older-checkpoint', 'use an older checkpoint where the newest is damaged'), model],
    [
      new Option('--device <name>', 'where to compute: cpu, cuda, webgpu, coreml, dml, wasm (default: cpu)'),
      compute !== false,
    ],
    [
      new Option('--threads <k>', 'threads of the processor (default: its cores)').argParser(wholeNumber),
      compute !== false,
    ],
    [
      new Option('--loaders <k>', 'threads that load data (default: data.workers)').argParser(wholeNumber),
      compute === 'training',
    ],
  ];
}

function seedOption(): Option {
  return new Option('--seed <k>', 'seed of every random draw (default: 0, or that of the run)').argParser(wholeNumber);
}

function setOption(): Option {
  const option = new Option('--set <path=value>', 'change a value of the configuration; may be repeated');
  return option.argParser(collected).default([], '');
}

/** Makes `option` an error of `command`. */
function refuse(command: Command, option: Option): void {
  command.addOption(new Option(option.flags).hideHelp());
  command.on(`option:${option.name()}`, () => {
    const readers = readersOf(rootOf(command), option).join(', ');
    const message = `${pathOf(command)} does not read ${option.long}; it is an option of: ${readers}`;
    throw new JepaError('usage', message, { option: option.long });
  });
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

/** The names of a command and those it stands under, without that of the program. */
function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}

function readersOf(command: Command, option: Option): string[] {
  const own = command.parent !== null && command.options.some((o) => o.long === option.long && !o.hidden);
  return [...(own ? [pathOf(command)] : []), ...command.commands.flatMap((inner) => readersOf(inner, option))];
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
