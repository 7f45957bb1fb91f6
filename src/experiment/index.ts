export type { ControlExperiment } from './control/config.ts';
export { worldExperiment } from './control/defaults.ts';
export { controlRecipe } from './control/experiment.ts';
export { controlProgram } from './control/method.ts';
export { chosenModel } from './control/stages.ts';
export { executeCollect, executeRun } from './execute.ts';
export { type Executed, executedJson, executedText } from './executed.ts';
export { findRecipe } from './find-recipe.ts';
export { checkExperiment } from './images/check.ts';
export type { ImageExperiment, MethodChoice } from './images/config.ts';
export { openData, spread } from './images/data.ts';
export { imageRecipe } from './images/experiment.ts';
export { featureProgram } from './images/features.ts';
export { methodOf } from './images/method.ts';
export { trainStage } from './images/train.ts';
export { encoderValues, readTrainedRun } from './images/trained.ts';
export { interruptSignal, isInterruption, isUnheard } from './interrupt.ts';
export { checkDatasets, datasetMaker } from './matrix/datasets.ts';
export { type ControlMatrix, planControl } from './matrix/matrix.ts';
export { executeOnRun } from './on-run.ts';
export { duration, parseProgress, progressReporter } from './progress.ts';
export type {
  AnyRecipe,
  ControlChoices,
  ProgressLine,
  Recipe,
  RecipeStages,
  RunContext,
  RunSummary,
} from './recipe.ts';
export { writeBytes, writeJson } from './run-files.ts';
export { EXIT, type ExecuteOptions, type OnRunOptions, type Session, type SessionOutput } from './session.ts';
export { applySettings, settingPaths } from './settings.ts';
export { parseGrid } from './sweep/grid.ts';
export { findRecipes, planSweep } from './sweep/plan.ts';
export { parseSort, readSweep, type SortBy, type SweepFile, sweepMarkdown, sweepText } from './sweep/record.ts';
export { executeSweep, isDone, type SweepOptions } from './sweep/sweep.ts';
