// From what the user typed to a recipe: the name of a built-in one, or the path of a module that exports one.

import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { JepaError, unknownName } from '../core/index.ts';
import type { AnyRecipe } from './recipe.ts';

/** A recipe and, when it is not built in, the absolute path of its module. */
export interface FoundRecipe {
  readonly recipe: AnyRecipe;
  readonly file?: string;
}

/**
 * Finds a recipe by name, or loads the default export of a JavaScript module when `name` is a path. Errors: `usage` for
 * an unknown name (with the nearest), a missing file, or a module that exports no recipe.
 */
export async function findRecipe(name: string, known: readonly AnyRecipe[]): Promise<FoundRecipe> {
  if (/[/\\]/.test(name) || /\.[cm]?[jt]s$/.test(name)) return { recipe: await loadRecipe(name), file: resolve(name) };
  const recipe = known.find((r) => r.name === name);
  if (recipe === undefined) {
    const names = known.map((r) => r.name);
    throw unknownName('recipe', name, names);
  }
  return { recipe };
}

/** A module of the user that cannot be loaded is the user's to mend: the message has its reason and where it came from. */
async function loadModule(path: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    const place = /file:\/\/\S+?:\d+/.exec(stack)?.[0];
    const where = place === undefined || message.includes(place) ? '' : ` (${place})`;
    throw new JepaError(
      'usage',
      `recipe file '${path}' cannot be loaded: ${message}${where}`,
      { path },
      { cause: error },
    );
  }
}

async function loadRecipe(path: string): Promise<AnyRecipe> {
  if (!existsSync(path))
    throw new JepaError('usage', `recipe file must exist, got '${path}'; check the path`, { path });
  if (extname(path).endsWith('ts')) {
    const message = `a recipe file must be JavaScript, got '${path}'; compile it first (npx tsc)`;
    throw new JepaError('usage', message, { path });
  }
  const module = await loadModule(path);
  const recipe = module.default as Partial<AnyRecipe> | undefined;
  const named = typeof recipe?.name === 'string' && recipe.name !== '';
  if (!named || typeof recipe.config !== 'function' || typeof recipe.run !== 'function') {
    const message = `the default export of ${path} must be a recipe { name, summary, config(), run(config, context) }`;
    throw new JepaError('usage', message, { path });
  }
  return recipe as AnyRecipe;
}
