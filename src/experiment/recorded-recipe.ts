// From a recorded run to its recipe. A run folder may come from anybody, and a recipe file is code: it is imported only when
// the user says so.

import { join } from 'node:path';
import { JepaError } from '../core/index.ts';
import type { RunFile } from '../run/index.ts';
import { type FoundRecipe, findRecipe } from './find-recipe.ts';
import type { AnyRecipe } from './recipe.ts';
import type { OnRunOptions } from './session.ts';

/**
 * The recipe that made a run: a built-in one by its name, the one that the user gives, or the file that `run.json` names when
 * the user trusts it.
 *
 * @throws JepaError 'usage' for a run that no recipe made, for a recipe file without leave, and for a recipe of another name
 * than the run's; those of `findRecipe`
 */
export async function recordedRecipe(
  dir: string,
  run: RunFile,
  known: readonly AnyRecipe[],
  { recipe, trustRecipe }: OnRunOptions,
): Promise<FoundRecipe> {
  if (run.recipe === '') {
    const message = `the run in '${dir}' must have been made by a recipe, but its run.json names none: the library made it, and only code that knows its model can read it; jepa inspect and jepa report show what it holds`;
    throw new JepaError('usage', message, { run: dir });
  }
  if (recipe !== undefined) {
    const found = await findRecipe(recipe, known);
    if (found.recipe.name === run.recipe) return found;
    const message = `the run in '${dir}' is of recipe ${run.recipe}, but --recipe gives ${found.recipe.name}; give that of the run`;
    throw new JepaError('usage', message, { recipe: run.recipe, given: found.recipe.name });
  }
  // What looks like a path is one, in whichever field it stands.
  const file = run.recipeFile ?? (known.some(({ name }) => name === run.recipe) ? undefined : pathIn(run.recipe));
  if (file === undefined) {
    if (known.some(({ name }) => name === run.recipe)) return findRecipe(run.recipe, known);
    const message = `the run in '${dir}' is of recipe '${run.recipe}', which is not built in: code made the run; give the module whose default export is that recipe with --recipe FILE`;
    throw new JepaError('usage', message, { recipe: run.recipe });
  }
  if (trustRecipe === true) return findRecipe(file, known);
  const message = `${join(dir, 'run.json')} names the recipe file '${file}', whose code would run; if you trust it, add --trust-recipe, or give a file of your own with --recipe FILE`;
  throw new JepaError('usage', message, { run: dir, recipeFile: file });
}

function pathIn(name: string): string | undefined {
  return /[/\\]/.test(name) || /\.[cm]?[jt]s$/.test(name) ? name : undefined;
}
