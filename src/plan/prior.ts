// Plans that a solver need not find by itself: a prior proposes them, such as a policy rolled through the world model, the search
// begins among them, and a guard keeps the prior's own plan unless the search has found one that is clearly better.
//
// Legend: B tasks, k proposals per task, H steps, D numbers per step, L = H * D.
// Sources: TD-MPC2 (Hansen et al. 2024, arXiv 2310.16828) for the proposals; the guard is ours.

import { fold, JepaError, type Key } from '../core/index.ts';
import { constrain } from './constraints.ts';
import { evaluate, type PlanEmbeddings, type PlanProblem, requireAbsolute } from './problem.ts';
import { keysOfTasks, type PlanResult, type Proposals, type SolveOptions, type Solver } from './solver.ts';

/** What a prior is asked for. */
export interface PriorRequest {
  /** B */
  readonly tasks: number;
  /** H */
  readonly horizon: number;
  /** D */
  readonly actionDim: number;
  /** k */
  readonly count: number;
  /** The tasks as embeddings, where the problem has them. */
  readonly embeddings?: PlanEmbeddings;
}

/** Proposes plans. */
export interface PlanPrior {
  readonly name: string;
  /** The deviation that a search around its plans should begin with, per number of a block [D]. @default the solver's own */
  readonly std?: readonly number[];
  /**
   * Plans to try, [B, k, H, D], in the units of the candidates; plan 0 of a task is the prior's own, without noise. What is
   * random comes from the task's key alone, so it does not depend on which tasks share the batch.
   */
  propose(request: PriorRequest, keys: readonly Key[]): Promise<Float32Array>;
}

/** When the prior's own plan is kept. */
export interface GuardOptions {
  /** The prior's plan is kept unless the solver's is better by more than this. @default 0.25 blocks, else 5 % of its cost */
  readonly margin?: { readonly absolute: number } | { readonly relative: number };
  /** Scores the same tasks by another cost, an absolute one. @default the problem itself */
  readonly judge?: (problem: PlanProblem) => PlanProblem | Promise<PlanProblem>;
}

/** How a solver uses a prior. */
export interface PriorOptions {
  /** Candidates of the first iteration only, or of every one. */
  readonly use: Proposals['use'];
  /** `mean` starts the search at the prior's own plan, also where there is a warm start. @default 'keep' */
  readonly init?: 'mean' | 'keep';
  /** With `init: 'mean'`, the first deviation. @default the prior's, else the solver's */
  readonly std?: Proposals['std'];
  /** k. @default a quarter of the solver's samples */
  readonly count?: number;
  /** @default no guard */
  readonly guard?: GuardOptions;
}

const BLOCKS_MARGIN = { absolute: 0.25 };
const OTHER_MARGIN = { relative: 0.05 };

/**
 * The solver with a prior beside it, itself a solver: `solverPlanner` and `hierarchical` take it as it is. With a guard,
 * `PlanResult.priorKept` says for which tasks the plan is the prior's own; its cost is then the judge's.
 *
 * @throws JepaError `unsupported` for a solver that takes no proposals, and from `solve` when the guard's judge is not absolute;
 * `usage` for a count or margin that cannot be, and from `solve` when proposals are given as well; `shape` or `numeric` from
 * `solve` when the prior gives plans of another horizon, action size or number, or some that are not finite
 * @example
 * const solver = withPrior(cem({ samples: 128 }), prior, { use: 'every', init: 'mean', guard: {} });
 * const planner = solverPlanner(solver, (request) => model.problem(request, 5));
 */
export function withPrior(solver: Solver, prior: PlanPrior, options: PriorOptions): Solver {
  const { use, init = 'keep', std, guard } = options;
  const name = `${solver.name} with ${prior.name}`;
  const { sampling } = solver;
  if (sampling === undefined) {
    throw new JepaError(
      'unsupported',
      `${name}: ${solver.name} takes no proposals; give the prior to cem, icem, mppi, predictive sampling or random shooting`,
      { solver: solver.name },
    );
  }
  const count = options.count ?? Math.max(1, Math.floor(sampling.samples / 4));
  if (!Number.isInteger(count) || count < 1) {
    throw new JepaError('usage', `${name}: count must be a whole number of at least 1, got ${count}`, { count });
  }
  if (guard?.margin !== undefined) checkMargin(guard.margin, name);
  const first = init === 'mean' ? (std ?? (sampling.around === false ? undefined : prior.std)) : std;
  return {
    name,
    async solve(problem, solveOptions): Promise<PlanResult> {
      if (solveOptions.proposals !== undefined) {
        throw new JepaError('usage', `${name}: it has a prior, so proposals must not be given as well`);
      }
      const judge = guard && (await judgeOf(problem, guard, name));
      const plans = await proposalsOf(prior, problem, count, solveOptions);
      const proposals = { plans, use, init, ...(first === undefined ? {} : { std: first }) };
      const result = await solver.solve(problem, { ...solveOptions, proposals });
      if (judge === undefined) return result;
      const apply = sampling.constraint && constrain(sampling.constraint, problem.actionDim);
      const own = firstPlans(plans, problem, count);
      apply?.(own);
      return guarded(result, own, judge, guard?.margin ?? (judge.unit === 'blocks' ? BLOCKS_MARGIN : OTHER_MARGIN));
    },
  };
}

function checkMargin(margin: NonNullable<GuardOptions['margin']>, name: string): void {
  const value = 'absolute' in margin ? margin.absolute : margin.relative;
  if (Number.isFinite(value) && value >= 0) return;
  throw new JepaError('usage', `${name}: the guard's margin must be at least 0, got ${value}`, { margin });
}

async function judgeOf(problem: PlanProblem, { judge }: GuardOptions, name: string): Promise<PlanProblem> {
  const by = judge === undefined ? problem : await judge(problem);
  const remedy = judge === undefined ? '; give the guard an absolute judge' : '';
  requireAbsolute(by, name, `the guard compares two plans by their costs alone${remedy}`);
  for (const size of ['tasks', 'horizon', 'actionDim'] as const) {
    if (by[size] === problem[size]) continue;
    throw new JepaError(
      'shape',
      `${name}: the guard's judge must score the same plans, ${size} ${problem[size]}, got ${by[size]}`,
      { size, got: by[size], expected: problem[size] },
    );
  }
  return by;
}

/** What the prior proposes for a problem, [B, k, H, D], checked. */
async function proposalsOf(
  prior: PlanPrior,
  problem: PlanProblem,
  count: number,
  options: SolveOptions,
): Promise<Float32Array> {
  const { tasks, horizon, actionDim, embeddings } = problem;
  const keys = keysOfTasks(tasks, options).map((taskKey) => fold(taskKey, 'prior'));
  const plans = await prior.propose({ tasks, horizon, actionDim, count, ...(embeddings && { embeddings }) }, keys);
  const wanted = tasks * count * horizon * actionDim;
  if (plans.length !== wanted) {
    throw new JepaError(
      'shape',
      `${prior.name}: a prior must propose [tasks, count, horizon, actionDim] = [${tasks}, ${count}, ${horizon}, ${actionDim}], ${wanted} numbers, got ${plans.length}${plans.length === 0 ? ' (no plan at all)' : '; check that it was made for this horizon and action size'}`,
      { got: plans.length, tasks, count, horizon, actionDim },
    );
  }
  const bad = plans.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const task = Math.floor(bad / (count * horizon * actionDim));
    throw new JepaError(
      'numeric',
      `${prior.name}: a prior must propose finite numbers, got ${plans[bad]} for task ${task}; the policy or the world model has diverged, or the observation holds NaN`,
      { task },
    );
  }
  return plans;
}

/** Plan 0 of each task, [B, L]. */
function firstPlans(plans: Float32Array, { tasks, horizon, actionDim }: PlanProblem, count: number): Float32Array {
  const length = horizon * actionDim;
  const own = new Float32Array(tasks * length);
  for (let task = 0; task < tasks; task++) {
    own.set(plans.subarray(task * count * length, (task * count + 1) * length), task * length);
  }
  return own;
}

/** The result with the prior's plans [B, L] where the solver's are not better by the margin. */
async function guarded(
  result: PlanResult,
  own: Float32Array,
  judge: PlanProblem,
  margin: NonNullable<GuardOptions['margin']>,
): Promise<PlanResult> {
  const { tasks } = judge;
  const length = own.length / tasks;
  const both = new Float32Array(2 * own.length);
  for (let task = 0; task < tasks; task++) {
    both.set(own.subarray(task * length, (task + 1) * length), 2 * task * length);
    both.set(result.plan.subarray(task * length, (task + 1) * length), (2 * task + 1) * length);
  }
  const { cost } = await evaluate(judge, both, 2, { solver: 'guard', iteration: 0, needed: 1 });
  const plan = result.plan.slice();
  const costs = result.cost.slice();
  const priorKept = Array.from({ length: tasks }, (_, task) => {
    const [ofPrior, ofSolver] = [cost[2 * task]!, cost[2 * task + 1]!];
    if (!Number.isFinite(ofPrior)) return false;
    const gain = 'absolute' in margin ? margin.absolute : margin.relative * Math.abs(ofPrior);
    if (Number.isFinite(ofSolver) && ofPrior - ofSolver > gain) return false;
    plan.set(own.subarray(task * length, (task + 1) * length), task * length);
    costs[task] = ofPrior;
    return true;
  });
  return { ...result, plan, cost: costs, priorKept };
}
