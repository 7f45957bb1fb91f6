// The configuration of a run: the recipe's default, or what a run recorded, with settings applied and checked.

import { check, JepaError, type Schema, schemaLike } from '../core/index.ts';
import type { Recipe } from './recipe.ts';
import { applyRecord, applySettings } from './settings.ts';

/** The schema of a recipe's configurations. */
export function schemaOf<C extends object>(recipe: Recipe<C>): Schema<C> {
  return recipe.schema ?? schemaLike(recipe.config());
}

/**
 * The recipe's configuration with `path=value` settings applied; what it holds is checked, not yet whether its parts fit each
 * other (`Recipe.check`).
 *
 * @throws JepaError `usage`, beginning with the recipe's name
 */
export function configured<C extends object>(recipe: Recipe<C>, set: readonly string[]): C {
  return named(recipe, () =>
    applySettings({ schema: schemaOf(recipe), value: recipe.config() }, set, recipe.presets?.(), recipe.follow),
  );
}

/** The configuration that a run recorded, perhaps by an earlier version, with settings applied. Errors as `configured`. */
export function reconfigured<C extends object>(recipe: Recipe<C>, recorded: unknown, set: readonly string[] = []): C {
  return named(recipe, () => {
    const schema = schemaOf(recipe);
    const now = recipe.migrate === undefined ? recorded : recipe.migrate(recorded);
    const value = check(schema, applyRecord({ schema, value: recipe.config() }, now));
    return applySettings({ schema, value }, set, recipe.presets?.(), recipe.follow);
  });
}

function named<C extends object, T>(recipe: Recipe<C>, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof JepaError)) throw error;
    throw new JepaError(error.code, `${recipe.name}: ${error.message}`, error.details, { cause: error });
  }
}
