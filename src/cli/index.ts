export type { Bench, BenchContext, BenchResult } from './bench.ts';
export type { AnyRecipe, ProgressLine, Recipe, RecipeStages, RunContext, RunSummary } from './recipe.ts';
export { applySettings } from './settings.ts';
