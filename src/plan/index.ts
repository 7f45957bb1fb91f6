export { type ActionConstraint, constrain } from './constraints.ts';
export { type GoalCost, goalCost, goalCostNamed, goalCosts, usesAllSteps } from './costs.ts';
export { type ActionStats, type Decision, type Mpc, type MpcInput, type MpcOptions, type MpcStep, mpc } from './mpc.ts';
export { type Planner, type PlanRequest, solverPlanner } from './planner.ts';
export { type CostAndGradient, type Evaluation, evaluate, type PlanProblem } from './problem.ts';
export type { IterationRecord, NoiseSource, PlanResult, SolveOptions, Solver, SolverStep } from './solver.ts';
export { type CemOptions, type CemVariant, cem, cemVariants } from './solvers/cem.ts';
