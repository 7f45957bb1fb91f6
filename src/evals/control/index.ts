export { type FactorGroups, factorGroups } from './factor-groups.ts';
export {
  type GeneralisationFile,
  type GeneralisationOptions,
  type GroupGeneralisation,
  generalisation,
  type PolicyGeneralisation,
  type SuccessCount,
} from './generalisation.ts';
export {
  type ControlActions,
  type ControlBatch,
  type ControlPolicy,
  envPolicy,
  plannerPolicy,
} from './policy.ts';
export { type ControlRecord, type ControlResult, controlRecord, controlResult, type Interval } from './result.ts';
export { type ControlOptions, type ControlRun, type ControlTrace, runControl, type TimedDecision } from './run.ts';
export { type SimulatorPlans, simulatorProblem } from './simulator.ts';
export { type SimulatorOptions, simulatorOracle, simulatorPolicy, worldOracle } from './simulator-policy.ts';
export {
  type ControlTask,
  type ReplayOptions,
  type ReplayProtocol,
  type ReplayTasks,
  replayTasks,
  solvedIn,
} from './tasks.ts';
