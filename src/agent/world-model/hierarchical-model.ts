// A hierarchical world model at work: the model below with a trained high level on its embeddings. A request becomes a
// planning problem with two levels, for the solver `hierarchical`: macro-actions toward the goal above, blocks toward the
// first imagined waypoint below. Alone, the same problem is the flat one.
// Source: HWM (arXiv 2604.03208).
// Legend: N chunks, E tasks, H macro-actions of a plan, C context frames, D embedding width, M numbers of a macro-action.

import { cache, compile, type Program } from '../../compile/index.ts';
import { JepaError } from '../../core/index.ts';
import { bind, type ModelValues } from '../../nn/index.ts';
import { type PlanProblem, type PlanRequest, withMacroPrior } from '../../plan/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { input } from '../../tensor/index.ts';
import { type HierarchyConfig, hierarchy, hierarchyDynamics, type MacroCost } from '../../world/index.ts';
import { bakeValues } from './world-graphs.ts';
import { type LatentTasks, type WorldModel, worldModel } from './world-model.ts';

/**
 * What the level below aims at:
 * - `waypoint`: the first imagined waypoint, always, as HWM and h-le-wm do.
 * - `goal-when-direct`: the goal itself where the first waypoint is imagined at least as near to it as the last one, so that
 *   one jump does it; else the first waypoint. It needs plans of two or more macro-actions, and a cost that rewards arriving
 *   early (`last` over several steps, or `nearest`), else nothing says that the first jump should do it. Ours.
 */
export type Aim = 'waypoint' | 'goal-when-direct';

/** How the level above plans. */
export interface MacroPlanning {
  /** H. HWM: 6 in the maze, 2 to 4 on Push-T. */
  readonly macroHorizon: number;
  /** Default `waypoint`. */
  readonly aim?: Aim;
  /** Weight of mean(-log N(x; 0, 1)) of a plan's numbers beside its cost (`withMacroPrior`); default 0. HWM's maze: 0.1. */
  readonly priorWeight?: number;
}

/** A world model with a high level, ready to be asked. */
export interface HierarchicalModel {
  readonly low: WorldModel;
  /** The high level, whose observations are embeddings of `low` and whose blocks are macro-actions. */
  readonly high: WorldModel;
  /** Mean macro-actions [N, M] of chunks [N, K, A + 1], such as those of `waypointBatches`; `percentileBox` bounds plans by them. */
  encodeChunks(chunks: Float32Array, count: number): Promise<Float32Array>;
  /** The planning problem of a request, with `horizon` blocks below. */
  problem(request: PlanRequest, horizon: number, planning: MacroPlanning): Promise<PlanProblem>;
  /** The same between embeddings. The level above starts from the last one of each context. */
  problemBetween(tasks: LatentTasks, planning: MacroPlanning): PlanProblem;
  /** Frees the compiled programs of both levels; a later call compiles anew. */
  dispose(): Promise<void>;
}

/** A trained high level and what it was trained on. */
export interface HierarchicalModelOptions {
  readonly low: WorldModel;
  readonly config: HierarchyConfig;
  readonly values: ModelValues;
  /** Default: the last waypoint's distance. */
  readonly cost?: MacroCost;
  readonly runtime?: Runtime;
}

/** Chunks encoded in one call. */
const CHUNK_BATCH = 256;

/**
 * Wraps the trained numbers of both levels for use.
 *
 * @throws JepaError `usage` when the high level was made for embeddings or blocks of another size
 * @example
 * const model = hierarchicalModel({ low, config, values });
 * const box = percentileBox(await model.encodeChunks(chunks, count), config.macroDim);
 * const solver = hierarchical({ macro: cem({ constraint: box }), primitive: cem() });
 * const planner = solverPlanner(solver, (request) => model.problem(request, 5, { macroHorizon: 3 }));
 */
export function hierarchicalModel({ low, config, values, cost, runtime }: HierarchicalModelOptions): HierarchicalModel {
  const { dim: D, macroDim: M, maxBlocks: K, actionDim: A } = config;
  const { dynamics } = low;
  if (D !== dynamics.dim || A !== dynamics.actionDim) {
    throw new JepaError(
      'usage',
      `hierarchicalModel: the high level is for embeddings of ${D} and blocks of ${A} numbers, ${dynamics.name} has ${dynamics.dim} and ${dynamics.actionDim}`,
    );
  }
  const high = worldModel(hierarchyDynamics(config, cost), values, runtime);
  const encoders = cache<Program>({ keep: 1, free: (program) => program.dispose() });

  const problemBetween = (tasks: LatentTasks, planning: MacroPlanning): PlanProblem => {
    const { context, goals, tasks: E, contextLength: C } = tasks;
    const { macroHorizon: H, aim = 'waypoint', priorWeight = 0 } = planning;
    if (aim === 'goal-when-direct' && H < 2) {
      throw new JepaError(
        'usage',
        `hierarchicalModel: aim 'goal-when-direct' compares waypoints: macroHorizon must be at least 2, got ${H}`,
      );
    }
    const here = new Float32Array(E * D);
    for (let e = 0; e < E; e++) here.set(context.subarray(((e + 1) * C - 1) * D, (e + 1) * C * D), e * D);
    const above = { context: here, executed: new Float32Array(0), tasks: E, contextLength: 1, horizon: H };
    const macro = high.problemBetween({ ...above, goals });
    return {
      ...low.problemBetween(tasks),
      hierarchy: {
        macro: priorWeight > 0 ? withMacroPrior(macro, priorWeight) : macro,
        async towards(plans) {
          const imagined = await high.imagine({ ...above, plans, samples: 1 });
          const subgoals = new Float32Array(E * D);
          for (let e = 0; e < E; e++) {
            const own = imagined.subarray(e * (1 + H) * D, (e + 1) * (1 + H) * D);
            const goal = goals.subarray(e * D, (e + 1) * D);
            const first = own.subarray(D, 2 * D);
            const direct = aim === 'goal-when-direct' && apart(first, goal) <= apart(own.subarray(H * D), goal);
            subgoals.set(direct ? goal : first, e * D);
          }
          return low.problemBetween({ ...tasks, goals: subgoals });
        },
      },
    };
  };

  return {
    low,
    high,
    async encodeChunks(chunks, count) {
      const size = K * (A + 1);
      if (chunks.length !== count * size) {
        throw new JepaError(
          'shape',
          `encodeChunks: ${count} chunks [${K}, ${A + 1}] must be ${count * size} numbers, got ${chunks.length}`,
        );
      }
      const encoder = (): Promise<Program> =>
        compile(
          { macros: bind(hierarchy(config), 'eval').model.encode(input('chunks', [CHUNK_BATCH, K, A + 1])) },
          { bake: bakeValues(values), name: 'macro-actions', ...(runtime === undefined ? {} : { runtime }) },
        );
      const out = new Float32Array(count * M);
      for (let from = 0; from < count; from += CHUNK_BATCH) {
        const n = Math.min(CHUNK_BATCH, count - from);
        const piece = new Float32Array(CHUNK_BATCH * size);
        piece.set(chunks.subarray(from * size, (from + n) * size));
        const { macros } = await encoders.use('macro-actions', encoder, (e) => e.run({ inputs: { chunks: piece } }));
        out.set((macros as Float32Array).subarray(0, n * M), from * M);
      }
      return out;
    },
    async problem({ envs, frames, context: C, blocks, goals, done }, horizon, planning) {
      const E = envs.length;
      const context = await low.encode(frames, E * C);
      const tasks = {
        context,
        executed: blocks,
        goals: await low.encode(goals, E),
        tasks: E,
        contextLength: C,
        horizon,
        ...(done && { done }),
      };
      return problemBetween(tasks, planning);
    },
    problemBetween,
    async dispose() {
      await encoders.clear();
      await high.dispose();
      await low.dispose();
    },
  };
}

/** Squared distance of two embeddings. */
function apart(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, d) => sum + (value - b[d]!) ** 2, 0);
}
