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
export {
  inverseHeadOf,
  type LatentPolicyModel,
  latentPolicyModel,
  type TrainedLatentPolicy,
} from './actor/latent-policy-model.ts';
export {
  budgetSolver,
  DEFAULT_PLANNER,
  OWN_COST,
  type PlannerSettings,
  type SolverBudget,
} from './actor/planner-settings.ts';
export { type PolicyModel, policyModel, policyPlanner } from './actor/policy-model.ts';
export { residualDeviation } from './actor/residual-deviation.ts';
export {
  type RolledPolicy,
  type RolledPolicyOptions,
  rolledPolicy,
} from './actor/rolled-policy.ts';
export {
  towardWaypoints,
  type WaypointPolicy,
  waypointActor,
  waypointPlanner,
  waypointProblem,
} from './actor/waypoint-policy.ts';
export type { Agent, AgentGoal, AgentPlan, AgentStep } from './artefact/agent.ts';
export type { CostFile } from './artefact/cost-file.ts';
export type { PlannerChanges } from './artefact/faculties.ts';
export type { HierarchyFile, HighLevel, MacroPlanner } from './artefact/hierarchy-file.ts';
export { type LoadAgentOptions, loadAgent } from './artefact/load-agent.ts';
export type { ModelFile, ModelOrigin } from './artefact/model-file.ts';
export type { PolicyFile } from './artefact/policy-file.ts';
export type { AgentSource } from './artefact/source.ts';
export { type GraphPairOptions, graphPairs } from './cost/graph-pairs.ts';
export { type ImaginedRows, type ImagineOptions, imaginedRows } from './cost/imagined-rows.ts';
export { type PairBatch, type PairGaps, type PairOptions, pairBatches } from './cost/pair-batches.ts';
export type { GoalWarning } from './goals/check.ts';
export type {
  Avoid,
  Conditions,
  CostGoal,
  EmbeddingGoal,
  Goal,
  GoalProgress,
  RegionGoal,
  SeenGoal,
  SequenceGoal,
  Shown,
  SingleGoal,
  StateGoal,
  Steps,
} from './goals/goal.ts';
export { isRouteTensor, routesOf, routeTensors } from './memory/route-file.ts';
export { type NearNodes, type RouteGraph, type RoutesTo, routeGraph } from './memory/route-graph.ts';
export { type RouteOptions, type RouteRecord, recordRoutes } from './memory/route-record.ts';
export {
  type RouteGuide,
  type RouteWaypointOptions,
  type RouteWaypoints,
  routeGuide,
} from './memory/route-waypoints.ts';
export {
  type HostObservation,
  observationBytes,
  observe,
  packObservation,
  type Seen,
  writeObservation,
} from './perception/observation.ts';
export { recorded } from './perception/recorded.ts';
export { type CostScorer, costScorer, type ScoreRequest } from './world-model/cost-scorer.ts';
export {
  type Aim,
  type HierarchicalModel,
  type HierarchicalModelOptions,
  hierarchicalModel,
  type MacroPlanning,
} from './world-model/hierarchical-model.ts';
export type { TrainedCost } from './world-model/scoring.ts';
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
export {
  type ImagineRequest,
  type LatentTasks,
  type WorldModel,
  worldModel,
} from './world-model/world-model.ts';
