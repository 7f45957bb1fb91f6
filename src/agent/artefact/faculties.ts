// What a loaded file can do, whatever is in it: plan toward a goal, and where there is a world model, embed and imagine.
// Legend: H planned blocks, A numbers per block, D embedding width.

import { unknownName } from '../../core/index.ts';
import {
  cem,
  hierarchical,
  type PlanProblem,
  type PlanRequest,
  type PlanResult,
  type StateDecoder,
  solverPlanner,
} from '../../plan/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { costOf, type Dynamics, dynamicsOf, goalPolicyOf, type Senses } from '../../world/index.ts';
import { budgetSolver, DEFAULT_PLANNER, OWN_COST, type PlannerSettings } from '../actor/planner-settings.ts';
import { policyModel, policyPlanner } from '../actor/policy-model.ts';
import type { Target } from '../goals/aim.ts';
import { sayingWhenForbidden } from '../goals/forbidden.ts';
import { hierarchicalModel } from '../world-model/hierarchical-model.ts';
import type { TrainedCost } from '../world-model/scoring.ts';
import { type LatentTasks, type WorldModel, worldModel } from '../world-model/world-model.ts';
import type { AgentFile } from './agent-file.ts';
import { DEFAULT_MACRO_PLANNER, type MacroPlanner } from './hierarchy-file.ts';
import type { ModelFile } from './model-file.ts';

/** What of the planner in a file is to be otherwise. */
export type PlannerChanges = Partial<PlannerSettings> & { readonly macro?: Partial<MacroPlanner> };

/** What a file can do. */
export interface Faculties {
  /** `le-wm`, `hierarchical le-wm`, `gcbc` */
  readonly name: string;
  readonly senses: Senses;
  /** A */
  readonly actionDim: number;
  readonly pace: Pick<PlannerSettings, 'horizon' | 'recedingHorizon' | 'history'>;
  /** How it decides, in words. */
  readonly how: string;
  /** The world model; a goal policy offers none. */
  readonly model?: WorldModel;
  /** Reads numbers of the state off the model's embeddings. */
  readonly decoder?: StateDecoder;
  /** Whether its plans can be scored by other costs than the model's own: not those of two levels, which aim at embeddings. */
  readonly takesCosts: boolean;
  /** A plan for one task; `target` gives what a world model is to reach, a goal policy is shown the packed observation. */
  plan(request: PlanRequest, target: () => Promise<Target>): Promise<PlanResult>;
  dispose(): Promise<void>;
}

function wordsOf(settings: PlannerSettings): string {
  const { solver, samples, elites, iterations, horizon, recedingHorizon, history, cost = OWN_COST } = settings;
  const scored = cost === OWN_COST ? '' : `, scored by the learned cost '${cost}'`;
  const frames = history === 1 ? '1 frame' : `${history} frames`;
  return `plans with ${solver} (${samples} samples, ${elites} elites, ${iterations} iterations), ${horizon} blocks ahead, again after ${recedingHorizon}, from ${frames}${scored}`;
}

/** The planner of a file with changes, within what the model can do. */
function settingsOf({ origin }: ModelFile, dynamics: Dynamics, changes: PlannerChanges): PlannerSettings {
  const { maxHorizon = Number.POSITIVE_INFINITY, history: most } = dynamics;
  const given = origin.planner ?? {
    ...DEFAULT_PLANNER,
    horizon: Math.min(DEFAULT_PLANNER.horizon, maxHorizon),
    recedingHorizon: Math.min(DEFAULT_PLANNER.recedingHorizon, maxHorizon),
  };
  const { macro: _, ...flat } = changes;
  const asked = { ...given, ...flat };
  // A shorter plan than the file's is executed as far as it goes, unless it is said how far.
  const recedingHorizon = flat.recedingHorizon ?? Math.min(given.recedingHorizon, asked.horizon);
  return { ...asked, recedingHorizon, history: Math.min(asked.history, most) };
}

/** The cost of that name in a file; undefined for the model's own. */
function costNamed({ cost }: ModelFile, name: string | undefined, dim: number): TrainedCost | undefined {
  if (name === undefined || name === OWN_COST) return undefined;
  if (cost?.name !== name)
    throw unknownName('cost of the file', name, [OWN_COST, ...(cost === undefined ? [] : [cost.name])]);
  return { cost: { ...costOf(cost.config, dim), name }, values: cost.values };
}

/** Planning in a world model: `problemOf` makes the problem of a task between embeddings. */
function planning(
  file: ModelFile,
  model: WorldModel,
  settings: PlannerSettings,
  above?: { readonly macro: ReturnType<typeof cem>; readonly problemOf: (tasks: LatentTasks) => PlanProblem },
): Faculties['plan'] {
  const { actionBounds, actions, frameSkip } = file.origin;
  const flat = budgetSolver(settings, actionBounds, actions, frameSkip);
  const solver = above === undefined ? flat : hierarchical({ macro: above.macro, primitive: flat });
  return async (request, target) => {
    const { context: contextLength, frames, blocks: executed } = request;
    const { horizon } = settings;
    const problem = async (): Promise<PlanProblem> => {
      const context = await model.encode(frames, contextLength);
      const aim = await target();
      const tasks = { context, executed, goals: aim.numbers, tasks: 1, contextLength, horizon };
      if (above !== undefined) return above.problemOf(tasks);
      return sayingWhenForbidden(model.problemBetween(tasks, aim.cost), aim);
    };
    return solverPlanner(solver, problem)(request);
  };
}

/**
 * What a file can do.
 *
 * @throws JepaError 'usage' for a planner that cannot be
 */
export function facultiesOf(file: AgentFile, changes: PlannerChanges, runtime?: Runtime): Faculties {
  if (file.kind === 'policy') {
    const policy = goalPolicyOf(file.config);
    const { name, senses, actionDim, horizon } = policy;
    const model = policyModel(policy, file.values, runtime);
    const planner = policyPlanner(model);
    const pace = { horizon, recedingHorizon: 1, history: 1 };
    const plan: Faculties['plan'] = async (request) => planner(request);
    return {
      name,
      senses,
      actionDim,
      pace,
      takesCosts: false,
      how: 'says each block at once, and is asked again after it',
      plan,
      dispose: () => model.dispose(),
    };
  }
  const low = file.kind === 'hierarchy' ? file.low : file;
  const dynamics = dynamicsOf(low.config);
  const pace = settingsOf(low, dynamics, changes);
  const model = worldModel(dynamics, low.values, runtime, costNamed(low, pace.cost, dynamics.dim));
  const { name, senses, actionDim } = model.dynamics;
  const stated = low.origin.planner === undefined ? ' (the default: the file names no planner)' : '';
  const how = `${wordsOf(pace)}${stated}`;
  const read = low.decoder === undefined ? {} : { decoder: low.decoder };
  if (file.kind === 'world') {
    const plan = planning(low, model, pace);
    return { name, senses, actionDim, pace, how, model, ...read, takesCosts: true, plan, dispose: model.dispose };
  }
  const { planner: own = DEFAULT_MACRO_PLANNER, box, config, values } = file.high;
  const { samples, elites, iterations, macroHorizon, aim, cost } = { ...own, ...changes.macro };
  const both = hierarchicalModel({ low: model, config, values, cost, ...(runtime === undefined ? {} : { runtime }) });
  const macro = cem({ samples, elites, iterations, constraint: box });
  const problemOf = (tasks: LatentTasks): PlanProblem => both.problemBetween(tasks, { macroHorizon, aim });
  return {
    name: `hierarchical ${name}`,
    senses,
    actionDim,
    pace,
    how: `${how}, toward the first of ${macroHorizon} jumps planned by cem (${samples} samples, ${elites} elites, ${iterations} iterations)`,
    model,
    ...read,
    takesCosts: false,
    plan: planning(low, model, pace, { macro, problemOf }),
    dispose: both.dispose,
  };
}
