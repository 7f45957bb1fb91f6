export type { ActionConstraint } from './constraints.ts';
export {
  bindCost,
  type Cost,
  type CostGraph,
  type CostPlace,
  type CostUnit,
  checkCost,
  defineCost,
  fixedCost,
  goalSize,
} from './costs/cost.ts';
export { type AvoidedStates, avoidingCost, decodedCost, type StateFunction, stateFunctionOf } from './costs/decoded.ts';
export { type EffortWeights, effortCost } from './costs/effort.ts';
export { latentCost, type PlanCost, planCost, planCostSchema } from './costs/latent.ts';
export { pairCost } from './costs/pair.ts';
export { pathCost } from './costs/path.ts';
export { projectedCost } from './costs/projected.ts';
export { type Range, type Ranges, rangeNumbers, rangesSize, toleranceOf, withinRanges } from './costs/ranges.ts';
export { type ReachabilityCostOptions, reachabilityCost } from './costs/reachability.ts';
export { checkReduce, type Reduce, reduceSteps } from './costs/reduce.ts';
export { type CostPart, sumCost } from './costs/sum.ts';
export { type Iqe, type IqeConfig, iqe, unionLength } from './heads/iqe.ts';
export { type Mrn, type MrnConfig, mrn } from './heads/mrn.ts';
export type { PairHead, PairHeadForm, ReachabilityHead } from './heads/pair-head.ts';
export { type PairMlpConfig, pairMlp } from './heads/pair-mlp.ts';
export { type PathHead, type PathHeadConfig, type PathHeadForm, pathHead } from './heads/path-head.ts';
export { type ReachabilityConfig, type ReachabilityForm, reachability } from './heads/reachability.ts';
export {
  checkDecoder,
  columnNames,
  type DecodedNumber,
  type DecodedState,
  decodedNumber,
  decodedState,
  decodeNumbers,
  decoderColumns,
  type RecordedEmbeddings,
  type StateDecoder,
} from './heads/state-decoder.ts';
export { type TemporalClassConfig, type TemporalClassHead, temporalClass } from './heads/temporal-class.ts';
export { percentileBox, withMacroPrior } from './macro-prior.ts';
export { type ActionStats, type Decision, type Mpc, type MpcInput, type MpcOptions, type MpcStep, mpc } from './mpc.ts';
export { type Planner, type PlanRequest, solverPlanner } from './planner.ts';
export { type GuardOptions, type PlanPrior, type PriorOptions, type PriorRequest, withPrior } from './prior.ts';
export {
  type CostAndGradient,
  type Evaluation,
  evaluate,
  type PlanEmbeddings,
  type PlanHierarchy,
  type PlanLimit,
  type PlanProblem,
} from './problem.ts';
export { actionGradient } from './program.ts';
export {
  type IterationRecord,
  type NoiseSource,
  type PlanResult,
  type Proposals,
  type SolveOptions,
  type Solver,
  type SolverStep,
  shiftPlans,
} from './solver.ts';
export { type CategoricalCemOptions, categoricalCem } from './solvers/categorical-cem.ts';
export { type CemOptions, type CemVariant, cem, cemVariants } from './solvers/cem.ts';
export { colour } from './solvers/coloured-noise.ts';
export type { Descent, GradientClip } from './solvers/descent.ts';
export { type GradientOptions, type GradientVariant, gradient, gradientVariants } from './solvers/gradient.ts';
export { type HierarchicalOptions, hierarchical } from './solvers/hierarchical.ts';
export { type IcemOptions, icem, icemVariants } from './solvers/icem.ts';
export { type LagrangianOptions, lagrangian } from './solvers/lagrangian.ts';
export { type MppiOptions, type MppiTemperature, type MppiVariant, mppi, mppiVariants } from './solvers/mppi.ts';
export { registerSolver, type SolverChanges, type SolverMaker, solverNamed, solverNames } from './solvers/named.ts';
export { type ProjectedGradientOptions, projectedGradient } from './solvers/projected-gradient.ts';
export {
  type PredictiveSamplingOptions,
  predictiveSampling,
  type RandomShootingOptions,
  randomShooting,
} from './solvers/sampling.ts';
export { choicesOf } from './solvers/simplex.ts';
