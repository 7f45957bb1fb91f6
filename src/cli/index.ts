export type { Bench, BenchContext, BenchResult } from './bench.ts';
export type {
  AnyRecipe,
  ControlChoices,
  ProgressLine,
  Recipe,
  RecipeStages,
  RunContext,
  RunSummary,
} from './recipe.ts';
export { applySettings } from './settings.ts';
