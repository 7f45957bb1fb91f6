export {
  type AuditedCost,
  type AuditOptions,
  auditCosts,
  imaginePlans,
  seenTasks,
  stepsToGo,
} from './audit/audit.ts';
export { distanceByCost, distanceQuality, type PairDistance, type WorldPairs } from './audit/distances.ts';
export { goalReadout } from './audit/goal-readout.ts';
export { type HeldPairs, heldPairs, type PairOptions } from './audit/pairs.ts';
export {
  dataPopulation,
  type Population,
  type PopulationRequest,
  proposedPopulation,
  recordedPlans,
  searchPopulation,
} from './audit/populations.ts';
export { type PositionReader, positionReader } from './audit/position.ts';
export { type PushOptions, pushTest } from './audit/pushes.ts';
export { auditRow, type RankedPlans, READING } from './audit/ranking.ts';
export { type WallOptions, wallOf, wallTest } from './audit/walls.ts';
export { type ExecutedPlans, executePlans, type PlanWorlds, type SeenRows } from './control/execute-plans.ts';
export { type FactorGroups, factorGroups } from './control/factor-groups.ts';
export {
  type GeneralisationOptions,
  generalisation,
} from './control/generalisation.ts';
export { type PairTaskOptions, pairTasks } from './control/pair-tasks.ts';
export { pairedCounts } from './control/paired.ts';
export {
  type ControlActions,
  type ControlBatch,
  type ControlPolicy,
  envPolicy,
  type SimulatorPolicy,
} from './control/policy.ts';
export {
  checkProtocol,
  type Protocol,
  type ProtocolSetting,
  protocolNamed,
  protocolNames,
} from './control/protocol.ts';
export { type ResetTaskOptions, resetTasks } from './control/reset-tasks.ts';
export {
  type ControlRecord,
  type ControlResult,
  controlRecord,
  controlResult,
  type Interval,
  type RecordSettings,
} from './control/result.ts';
export {
  type ControlOptions,
  type ControlRun,
  type ControlTrace,
  runControl,
  type TimedDecision,
} from './control/run.ts';
export { type SimulatorPlans, simulatorProblem } from './control/simulator.ts';
export { type SimulatorOptions, simulatorOracle, simulatorPolicy, worldOracle } from './control/simulator-policy.ts';
export {
  type ControlTask,
  type DrawName,
  type ReplayOptions,
  type ReplayProtocol,
  type ReplayTasks,
  replayTasks,
  solvedIn,
  type TaskSet,
  taskName,
} from './control/tasks.ts';
export { type SeenTasks, trueDynamicsProblem, withContext } from './control/true-dynamics.ts';
export { type PathScore, type TrueWorldOptions, trueWorldPlanner } from './control/true-world.ts';
export { type EmbeddedRows, embedRows } from './world-model/embeddings.ts';
export { type ImaginationOptions, imaginationErrors } from './world-model/imagination.ts';
export { type ViolationGap, violationGaps, violationsOf } from './world-model/impossible.ts';
export { type OpenLoopError, type OpenLoopOptions, openLoopErrors } from './world-model/open-loop.ts';
export { type ProbeOutcome, probeState, type TargetProbes } from './world-model/probe.ts';
export { fitStateDecoder } from './world-model/state-decoder.ts';
export { probeTargetsOf } from './world-model/targets.ts';
export type { Effect, Violation } from './world-model/violation.ts';
export { type ViolationOptions, violationSurprise } from './world-model/violations.ts';
