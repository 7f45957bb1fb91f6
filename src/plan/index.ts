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
export { type Range, type Ranges, rangeNumbers, rangesSize, toleranceOf, withinRanges } from './costs/ranges.ts';
export { checkReduce, type Reduce, reduceSteps } from './costs/reduce.ts';
export { type CostPart, sumCost } from './costs/sum.ts';
export type { PairHead, PairHeadForm, ReachabilityHead } from './heads/pair-head.ts';
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
export { percentileBox, withMacroPrior } from './macro-prior.ts';
export { type ActionStats, type Decision, type Mpc, type MpcInput, type MpcOptions, type MpcStep, mpc } from './mpc.ts';
export { type Planner, type PlanRequest, solverPlanner } from './planner.ts';
export {
  type CostAndGradient,
  type Evaluation,
  evaluate,
  type PlanHierarchy,
  type PlanLimit,
  type PlanProblem,
} from './problem.ts';
export { actionGradient } from './program.ts';
export {
  type IterationRecord,
  type NoiseSource,
  type PlanResult,
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
