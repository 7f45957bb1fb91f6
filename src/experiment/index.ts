export { auditRun } from './audit-run.ts';
export type { ComputeOptions } from './compute.ts';

export { configured, reconfigured, schemaOf } from './configure.ts';

export type { AuditChoices } from './control/audit-choices.ts';
export { type ControlExperiment, type ControlPlanner, ROUTED_PLANNER } from './control/config.ts';
export { type WorldExperiment, worldExperiment } from './control/defaults.ts';
export { controlRecipe } from './control/experiment.ts';
export { controlProgram } from './control/method.ts';
export { type WorldRecipeOptions, worldRecipe } from './control/world-recipe.ts';
export { executeCollect, executeRun } from './execute.ts';
export { type Executed, executedJson, executedText } from './executed.ts';
export { findRecipe } from './find-recipe.ts';
export { checkExperiment } from './images/check.ts';
export type { ImageExperiment } from './images/config.ts';
export { openData, spread } from './images/data.ts';
export { imageRecipe } from './images/experiment.ts';
export { featureProgram } from './images/features.ts';
export { methodOf } from './images/method.ts';
export type { ImageMethod, Method, MethodInput, MethodSettings } from './images/methods/kind.ts';
export { registerImageMethod } from './images/methods/registry.ts';
export { imageSchema } from './images/schema.ts';
export { trainStage } from './images/train.ts';
export { encoderValues, readTrainedRun } from './images/trained.ts';
export { interruptSignal, isInterruption, isUnheard } from './interrupt.ts';
export { checkDatasets, datasetMaker } from './matrix/datasets.ts';
export { type ControlMatrix, planControl } from './matrix/matrix.ts';
export { executeOnRun } from './on-run.ts';
export { progressReporter } from './progress.ts';
export {
  type AnyRecipe,
  type ControlChoices,
  onRuntime,
  type ProgressLine,
  type Recipe,
  type RecipeStages,
  type RunContext,
  type RunSummary,
} from './recipe.ts';
export { writeBytes, writeJson } from './run-files.ts';
export { EXIT, type ExecuteOptions, type ExperimentSession, type OnRunOptions, type SessionOutput } from './session.ts';
export { applySettings, type Follow, type Presets, settingPaths } from './settings.ts';
export { parseGrid } from './sweep/grid.ts';
export { findRecipes, planSweep } from './sweep/plan.ts';
export { parseSort, readSweep, type SortBy, type SweepFile, sweepMarkdown, sweepText } from './sweep/record.ts';
export { executeSweep, isDone, type SweepOptions } from './sweep/sweep.ts';
export { type TrainedWorldModel, type TrainWorldModelOptions, trainWorldModel } from './train-world-model.ts';
export { type Training, type TrainingContext, trainIn } from './training.ts';
