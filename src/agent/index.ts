// The room's first door: what acts, imagines and encodes, in Node and in a page. What reads and writes folders: `node.ts`.

export {
  type Actor,
  type ActorInput,
  type ActorOptions,
  type ActorStep,
  controllerActor,
  type Planning,
  planningActor,
  policyActor,
} from './actor/actor.ts';
export type { ActionBounds } from './actor/block-box.ts';
export { budgetSolver, DEFAULT_PLANNER, type PlannerSettings, type SolverBudget } from './actor/planner-settings.ts';
export { type PolicyModel, policyModel, policyPlanner } from './actor/policy-model.ts';
export type { Agent, AgentGoal, AgentPlan, AgentStep, Shown } from './artefact/agent.ts';
export type { PlannerChanges } from './artefact/faculties.ts';
export type { HierarchyFile, HighLevel, MacroPlanner } from './artefact/hierarchy-file.ts';
export { type LoadAgentOptions, loadAgent } from './artefact/load-agent.ts';
export type { ModelFile, ModelOrigin } from './artefact/model-file.ts';
export type { PolicyFile } from './artefact/policy-file.ts';
export type { AgentSource } from './artefact/source.ts';
export {
  type HostObservation,
  observationBytes,
  observe,
  packObservation,
  type Seen,
  writeObservation,
} from './perception/observation.ts';
export { recorded } from './perception/recorded.ts';
export {
  type Aim,
  type HierarchicalModel,
  type HierarchicalModelOptions,
  hierarchicalModel,
  type MacroPlanning,
} from './world-model/hierarchical-model.ts';
export { type PathScorer, pathScorer } from './world-model/path-scorer.ts';
export {
  type EmbeddedEpisodes,
  type EmbedOptions,
  embedEpisodes,
  type GoalPairs,
  goalPairs,
  type WaypointBatch,
  type WaypointOptions,
  waypointBatches,
} from './world-model/waypoints.ts';
export type { RolloutSize } from './world-model/world-graphs.ts';
export { type ImagineRequest, type LatentTasks, type WorldModel, worldModel } from './world-model/world-model.ts';
