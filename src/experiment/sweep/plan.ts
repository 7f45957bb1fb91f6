// From what was asked to the list of runs: recipes, grid, seeds, and a folder name for each.

import { createHash } from 'node:crypto';
import { JepaError } from '../../core/index.ts';
import { configured, reconfigured } from '../configure.ts';
import { type FoundRecipe, findRecipe } from '../find-recipe.ts';
import type { AnyRecipe } from '../recipe.ts';
import { type GridAxis, gridPoints, shortPaths } from './grid.ts';

/** One run of a sweep. */
export interface PlannedRun {
  /** Its folder in that of the sweep: recipe, settings and seed. */
  readonly name: string;
  readonly recipe: string;
  /** What `jepa run` takes: the name of a built-in recipe, or the path of its module. */
  readonly source: string;
  readonly seed: number;
  /** The values of the grid by path. */
  readonly settings: Readonly<Record<string, string>>;
  /** All settings of the run, as `--set` takes them. */
  readonly set: readonly string[];
  /** Dataset of this run; without it that of the sweep, if it has one. */
  readonly data?: string;
  /** The complete configuration. */
  readonly config: object;
  /** A configuration that a run in its folder recorded, as the recipe has it now. */
  recorded(config: unknown): object;
}

/**
 * The recipes that names and patterns mean, each once, in the order of `jepa list` within a pattern. `*` stands for any
 * text. Errors: `usage` for a name that is unknown, a pattern that fits nothing, and when `skip` leaves nothing.
 */
export async function findRecipes(
  patterns: readonly string[],
  skip: readonly string[],
  known: readonly AnyRecipe[],
): Promise<FoundRecipe[]> {
  const skipped = skip.map(fits);
  const found = new Map<string, FoundRecipe>();
  for (const pattern of patterns) {
    if (!pattern.includes('*')) {
      const one = await findRecipe(pattern, known);
      found.set(one.recipe.name, one);
      continue;
    }
    const fit = known.filter(({ name }) => fits(pattern)(name));
    if (fit.length === 0) {
      const names = known.map(({ name }) => name).join(', ');
      throw new JepaError('usage', `no recipe fits '${pattern}'; known: ${names}`, { pattern });
    }
    for (const recipe of fit) found.set(recipe.name, { recipe });
  }
  const kept = [...found.values()].filter(({ recipe }) => !skipped.some((s) => s(recipe.name)));
  if (kept.length === 0) throw new JepaError('usage', '--skip leaves no recipe', { skip });
  return kept;
}

function fits(pattern: string): (name: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const whole = new RegExp(`^${parts.join('.*')}$`);
  return (name) => whole.test(name);
}

/**
 * Every run: recipes outermost, then the grid, then seeds. All settings are checked against each recipe before anything
 * runs. Errors: those of `applySettings`, with the recipe; `usage` when two values give the same configuration.
 */
export function planSweep(
  recipes: readonly FoundRecipe[],
  axes: readonly GridAxis[],
  set: readonly string[],
  seeds: readonly number[],
): PlannedRun[] {
  const keys = shortPaths(axes.map(({ path }) => path));
  const runs = recipes.flatMap(({ recipe, file }) => {
    const seen = new Map<string, string>();
    return gridPoints(axes).flatMap((point) => {
      const all = [...set, ...point.map(({ path, value }) => `${path}=${value}`)];
      const config = configured(recipe, all);
      const words = [recipe.name, ...point.map(({ value }, i) => `${keys[i]}=${value}`)];
      const text = words.join(' ');
      const twin = seen.get(JSON.stringify(config));
      if (twin !== undefined) {
        throw new JepaError('usage', `'${twin}' and '${text}' are the same configuration; leave one out`, {
          twin,
          text,
        });
      }
      seen.set(JSON.stringify(config), text);
      return seeds.map((seed) => ({
        name: folderName([...words, `seed=${seed}`]),
        recipe: recipe.name,
        source: file ?? recipe.name,
        seed,
        settings: Object.fromEntries(point.map(({ path, value }) => [path, value])),
        set: all,
        config,
        recorded: (before: unknown) => reconfigured(recipe, before),
      }));
    });
  });
  return runs;
}

const LONGEST = 120;

/** A folder name for words; where characters had to go or the name is too long, six digits of a digest keep it unique. */
export function folderName(words: readonly string[]): string {
  const text = words.join('_');
  const safe = text.replace(/[^\w.+=-]+/g, '-').slice(0, LONGEST);
  return safe === text ? safe : `${safe}-${createHash('sha256').update(text).digest('hex').slice(0, 6)}`;
}
