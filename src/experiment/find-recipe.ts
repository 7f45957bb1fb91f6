// From what the user typed to a recipe: the name of a built-in one, or the path of a module that exports one.

import { resolve } from 'node:path';
import { JepaError, unknownName } from '../core/index.ts';
import { isModulePath, loadModule } from './load-module.ts';
import type { AnyRecipe } from './recipe.ts';

/** A recipe and, when it is not built in, the absolute path of its module. */
export interface FoundRecipe {
  readonly recipe: AnyRecipe;
  readonly file?: string;
}

/**
 * Finds a recipe by name, or loads the default export of a JavaScript or TypeScript module when `name` is a path.
 *
 * @throws JepaError `usage` for an unknown name (with the nearest), a missing file, a module that does not compile or load, or
 * that exports no recipe
 */
export async function findRecipe(name: string, known: readonly AnyRecipe[]): Promise<FoundRecipe> {
  if (isModulePath(name)) return { recipe: await loadRecipe(name), file: resolve(name) };
  const recipe = known.find((r) => r.name === name);
  if (recipe === undefined) {
    const names = known.map((r) => r.name);
    throw unknownName('recipe', name, names);
  }
  return { recipe };
}

async function loadRecipe(path: string): Promise<AnyRecipe> {
  const recipe = (await loadModule(path)).default as Partial<AnyRecipe> | undefined;
  const named = typeof recipe?.name === 'string' && recipe.name !== '';
  if (!named || typeof recipe.config !== 'function' || typeof recipe.run !== 'function') {
    const message = `the default export of ${path} must be a recipe { name, summary, config(), run(config, context) }, such as worldRecipe makes one`;
    throw new JepaError('usage', message, { path });
  }
  return recipe as AnyRecipe;
}
