// Command lines that pages print must be ones that the program takes: the command, its options, the recipe, and every setting.

import type { Command } from 'commander';
import { benches } from '../../app/benches.ts';
import { recipes } from '../../recipes/index.ts';
import { commandProgram, outputFor } from '../../src/cli/index.ts';
import { type AnyRecipe, configured, findRecipes, parseGrid } from '../../src/experiment/index.ts';
import type { Page, Piece } from './pages.ts';

/** A command line as its words, and the refusal that is printed below it, if one is. */
export interface CommandLine extends Piece {
  readonly words: readonly string[];
  readonly refused?: string;
}

/** The command lines of a page. */
export function commandLines({ blocks, code }: Page): CommandLine[] {
  const printed = blocks
    .filter(({ language }) => ['', 'sh', 'text'].includes(language))
    .flatMap(({ text, line }) => linesOf(text, line));
  return [...printed, ...code].flatMap(({ text, line, refused }: Piece & { refused?: string }) =>
    split(words(text)).flatMap((all) => {
      const start = all[0] === '$' ? 1 : 0;
      const at = all[start] === 'npx' ? start + 1 : all[start] === 'taskset' ? all.indexOf('jepa') : start;
      if (all[start] === '--set') return [{ text, line, words: ['list', 'RECIPE', ...all.slice(start)] }];
      return all[at] === 'jepa' && all.length > at + 1
        ? [{ text, line, words: all.slice(at + 1), ...(refused && { refused }) }]
        : [];
    }),
  );
}

/** Lines of a block; a backslash at the end joins two. A line `jepa: ...` below a command is the refusal that it prints. */
function linesOf(text: string, line: number): (Piece & { refused?: string })[] {
  const lines: (Piece & { refused?: string })[] = [];
  let open: Piece | undefined;
  for (const [i, content] of text.split('\n').entries()) {
    open = { text: (open?.text ?? '') + content.replace(/\\$/, ' '), line: open?.line ?? line + i };
    if (content.endsWith('\\')) continue;
    const before = lines.at(-1);
    if (before !== undefined && content.startsWith('jepa: ')) before.refused = content.slice('jepa: '.length);
    lines.push(open);
    open = undefined;
  }
  return lines;
}

/** Words as a shell makes them, quotes taken off, up to a comment. */
function words(text: string): string[] {
  const found = [...text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word);
  const end = found.findIndex((word) => word.startsWith('#'));
  return (end < 0 ? found : found.slice(0, end)).map((word) => word.replace(/'([^']*)'/g, '$1'));
}

/** One list for each command of a line. */
function split(all: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const word of all) {
    if (['&&', ';', '|', '2>&1', '>'].includes(word)) parts.push([]);
    else parts.at(-1)!.push(word);
  }
  return parts;
}

/** Why the program would not take these words; undefined where it would. */
export async function refusal(all: readonly string[]): Promise<string | undefined> {
  const output = outputFor(['--quiet']);
  const signal = new AbortController().signal;
  const program = commandProgram({ recipes, benches, output, signal, commandLine: 'jepa' });
  try {
    await refuse(program, all);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Throws what is wrong. */
async function refuse(program: Command, all: readonly string[]): Promise<void> {
  if (all[0]!.startsWith('-') || all[0] === 'COMMAND') return;
  let command = program.commands.find((c) => c.name() === all[0]);
  if (command === undefined) throw new Error(`no command '${all[0]}'`);
  let rest = all.slice(1).filter((word) => word !== '...');
  const inner = command.commands.find((c) => c.name() === rest[0]);
  if (inner !== undefined) [command, rest] = [inner, rest.slice(1)];
  // An option named alone, as in "`jepa eval --set`", has no value.
  const last = command.options.find(({ long }) => long === rest.at(-1));
  const { operands, unknown } = command.parseOptions(last?.required ? rest.slice(0, -1) : rest);
  if (unknown.length > 0) throw new Error(`${command.name()} has no option ${unknown[0]}`);
  const options = command.opts<{ set?: string[]; grid?: string[]; skip?: string[]; worlds?: string[] }>();
  if (command.name() === 'bench') {
    const missing = operands.find((name) => !isPlaceholder(name) && !benches.some((bench) => bench.name === name));
    if (missing !== undefined) throw new Error(`no benchmark '${missing}'`);
  }
  const grid = parseGrid(options.grid ?? []).flatMap(({ path, values }) => values.map((value) => `${path}=${value}`));
  const settings = [...(options.set ?? []), ...grid].filter((set) => set !== 'path=value' && set !== 'path=v1,v2');
  const named = await recipesOf(command.name(), operands, options);
  if (named !== undefined) for (const recipe of named) configured(recipe, settings);
  else if (settings.length > 0) someRecipeTakes(settings);
}

/** The recipes that a command is about; undefined where a page leaves that open. */
async function recipesOf(
  command: string,
  operands: readonly string[],
  { worlds = [], skip = [] }: { readonly worlds?: readonly string[]; readonly skip?: readonly string[] },
): Promise<AnyRecipe[] | undefined> {
  const asked = command === 'story' ? ['story'] : command === 'control' ? worlds : operands;
  const takesRecipe = ['run', 'collect', 'train', 'list', 'sweep', 'story', 'control'].includes(command);
  const names = takesRecipe ? asked : asked.flatMap((run) => /^runs\/(.+)-seed\d+$/.exec(run)?.[1] ?? []);
  if (names.length === 0 || names.some((name) => isPlaceholder(name) || /[/\\]/.test(name))) return undefined;
  return (await findRecipes(names, skip, recipes)).map(({ recipe }) => recipe);
}

/** Words such as RUN, WORLD or NAME stand for something else. */
function isPlaceholder(word: string): boolean {
  return /^[A-Z][A-Z-]*(\.\.\.)?$/.test(word);
}

function someRecipeTakes(settings: readonly string[]): void {
  const errors: unknown[] = [];
  for (const recipe of recipes) {
    try {
      configured(recipe, settings);
      return;
    } catch (error) {
      errors.push(error);
    }
  }
  throw errors[0];
}
