// A trained world model at work: encode observations, imagine plans, score them against goals. Parameters are stored inside
// the compiled programs, so the runtime can arrange them for speed.
// Legend: N observations, E tasks, S samples, H planned blocks, C context frames, A numbers per block, D embedding width.

import { type CompileOptions, cache, compile, type Program, type RunOptions } from '../../compile/index.ts';
import type { ModelValues } from '../../nn/index.ts';
import {
  bindCost,
  type Cost,
  checkCost,
  goalSize,
  type PlanEmbeddings,
  type PlanProblem,
  type PlanRequest,
} from '../../plan/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import type { HostArray, Tensor } from '../../tensor/index.ts';
import type { BoundDynamics, Dynamics } from '../../world/index.ts';
import { feedsOf, unpackObservations } from '../perception/observation.ts';
import { scoringOf, type TrainedCost } from './scoring.ts';
import { costAndGradientGraph, costGraph, encodeGraph, imagineGraph, predictGraph } from './world-graphs.ts';

/** A trained world model, ready to be asked. Programs are compiled for each batch size when first needed. */
export interface WorldModel {
  readonly dynamics: Dynamics;
  readonly values: ModelValues;
  /** How its plans are scored. */
  readonly cost: Cost;
  /** The same with its numbers, to be asked of embeddings that the model did not imagine (`costScorer`). */
  readonly scoring: TrainedCost;
  /** Embeddings [N, D] of N observations as `observe` writes them: for a model that sees pictures only, u8 [N, H, W, 3]. */
  encode(observations: Uint8Array, count: number): Promise<Float32Array>;
  /** Embeddings predicted one block ahead from windows: z [N, T, D] and blocks [N, T, A] -> [N, T, D], T <= history. */
  predict(z: Float32Array, blocks: Float32Array, count: number, length: number): Promise<Float32Array>;
  /** All embeddings of imagined plans: context [E, C, D], executed [E, C - 1, A], plans [E, S, H, A] -> [E, S, C + H, D]. */
  imagine(request: ImagineRequest): Promise<Float32Array>;
  /** The planning problem of a request: context and goals encoded once, candidates scored by the model's cost. */
  problem(request: PlanRequest, horizon: number): Promise<PlanProblem>;
  /**
   * The same between embeddings that are known already, such as a subgoal that was imagined. With a cost of one's own plans are
   * scored by it: a fixed one, or one around the model's own (`avoidingCost`); each cost is compiled once.
   */
  problemBetween(tasks: LatentTasks, cost?: Cost): PlanProblem;
  /** Frees the compiled programs; a later call compiles anew. */
  dispose(): Promise<void>;
}

/** Planning tasks in the latent space. */
export interface LatentTasks extends PlanEmbeddings {
  readonly tasks: number;
  readonly horizon: number;
}

/** What to imagine. */
export interface ImagineRequest {
  readonly context: Float32Array;
  readonly executed: Float32Array;
  readonly plans: Float32Array;
  readonly tasks: number;
  readonly contextLength: number;
  readonly samples: number;
  readonly horizon: number;
}

/** Images encoded in one call: the smallest of these that holds a request; larger ones are cut into pieces. */
const ENCODE_BATCHES = [1, 8, 64] as const;

/** Candidates scored in one call: more does not raise throughput, and costs memory. */
const ROLLOUT_BATCH = 3000;

/** Candidates differentiated in one call: every activation of the rollout is kept. */
const GRADIENT_BATCH = 256;

/** Programs kept when nobody uses them: each holds the parameters. */
const PROGRAMS = 16;

/** What a program is fed of `given`: a model that looks at the last frame alone has no use for executed blocks. */
function read<T>(program: Program, given: Readonly<Record<string, T>>): Record<string, T> {
  const names = new Set(program.sources.map((source) => source.name));
  return Object.fromEntries(Object.entries(given).filter(([name]) => names.has(name)));
}

/**
 * Wraps trained numbers for use; plans are scored by the model's default cost unless another is given.
 *
 * @throws JepaError `usage` for a cost on embeddings of another width
 */
export function worldModel(dynamics: Dynamics, values: ModelValues, runtime?: Runtime, own?: TrainedCost): WorldModel {
  const { dim, actionDim: A, senses } = dynamics;
  const { cost, bake } = scoringOf(dynamics, values, own);
  /** Costs that were asked for, by when: their programs are other programs. */
  const others = new WeakMap<Cost, string>();
  let asked = 0;
  const nameOf = (scoring: Cost): string => {
    if (scoring === cost) return '';
    const known = others.get(scoring) ?? ` of ${scoring.name} (${++asked})`;
    others.set(scoring, known);
    return known;
  };
  const options: CompileOptions = { bake, ...(runtime === undefined ? {} : { runtime }) };
  const programs = cache<Program>({ keep: PROGRAMS, free: (program) => program.dispose() });
  const run = (
    name: string,
    trace: (model: BoundDynamics) => Record<string, Tensor>,
    given: (program: Program) => RunOptions,
  ): Promise<Record<string, HostArray>> =>
    programs.use(
      name,
      () => compile(trace(dynamics.bind()), { ...options, name }),
      (program) => program.run(given(program)),
    );

  const encode = async (observations: Uint8Array, count: number): Promise<Float32Array> => {
    const seen = unpackObservations(observations, count, senses);
    const out = new Float32Array(count * dim);
    for (let from = 0; from < count; ) {
      const batch = ENCODE_BATCHES.find((b) => b >= count - from) ?? 64;
      const n = Math.min(batch, count - from);
      const graph = (m: BoundDynamics): Record<string, Tensor> => encodeGraph(m, dynamics, batch);
      const inputs = feedsOf(seen, count, from, n, batch);
      const { z } = await run(`encode ${batch}`, graph, () => ({ inputs }));
      out.set((z as Float32Array).subarray(0, n * dim), from * dim);
      from += n;
    }
    return out;
  };

  return {
    dynamics,
    values,
    cost,
    scoring: own ?? { cost: dynamics.defaultCost, values },
    encode,
    async predict(z, blocks, count, length) {
      const graph = (m: BoundDynamics): Record<string, Tensor> => predictGraph(m, dynamics, count, length);
      const { next } = await run(`predict ${count}x${length}`, graph, () => ({ inputs: { z, blocks } }));
      return next as Float32Array;
    },
    async imagine({ context, executed, plans, tasks, contextLength, samples, horizon }) {
      const { all } = await run(
        `imagine ${tasks}x${contextLength}x${samples}x${horizon}`,
        (m) => ({ all: imagineGraph(m, dynamics, { tasks, context: contextLength, samples, horizon }) }),
        (p) => ({ inputs: read(p, { context, executed, plans }) }),
      );
      return all as Float32Array;
    },
    async problem(request, horizon) {
      const E = request.envs.length;
      const context = await encode(request.frames, E * request.context);
      const goals = await encode(request.goals, E);
      return latentProblem({
        context,
        executed: request.blocks,
        goals,
        tasks: E,
        contextLength: request.context,
        horizon,
        ...(request.done && { done: request.done }),
      });
    },
    problemBetween: latentProblem,
    dispose: () => programs.clear(),
  };

  function latentProblem(given: LatentTasks, scoring: Cost = cost): PlanProblem {
    checkCost(scoring, dynamics);
    const goalDim = goalSize(scoring);
    const { context, executed, goals, tasks: E, contextLength: C, horizon, done } = given;
    /** Fills the outputs, whose first axis is the tasks, in calls of at most `most` candidates. */
    const score = async (
      kind: 'cost' | 'cost and gradient',
      candidates: Float32Array,
      S: number,
      most: number,
      outputs: Readonly<Record<string, Float32Array>>,
    ): Promise<void> => {
      const group = Math.min(E, Math.max(1, Math.floor(most / S)));
      const graph = kind === 'cost' ? costGraph : costAndGradientGraph;
      for (let from = 0; from < E; from += group) {
        const n = Math.min(group, E - from);
        const part = (array: Float32Array, stride: number): Float32Array =>
          array.subarray(from * stride, (from + n) * stride);
        await run(
          `${kind} ${n}x${C}x${S}x${horizon}${nameOf(scoring)}`,
          (m) => graph(m, bindCost(scoring), dynamics, { tasks: n, context: C, samples: S, horizon }, goalDim),
          (scorer) => ({
            inputs: read(scorer, {
              context: part(context, C * dim),
              executed: part(executed, (C - 1) * A),
              plans: part(candidates, S * horizon * A),
              goal: part(goals, goalDim),
            }),
            into: Object.fromEntries(
              Object.entries(outputs).map(([name, array]) => [name, part(array, array.length / E)]),
            ),
          }),
        );
      }
    };
    return {
      name: dynamics.name,
      tasks: E,
      horizon,
      actionDim: A,
      absolute: scoring.absolute,
      unit: scoring.unit,
      embeddings: { context, executed, goals, contextLength: C, ...(done && { done }) },
      ...(dynamics.maxHorizon === undefined ? {} : { maxHorizon: dynamics.maxHorizon }),
      async cost(candidates, S) {
        const cost = new Float32Array(E * S);
        await score('cost', candidates, S, ROLLOUT_BATCH, { cost });
        return cost;
      },
      async costAndGradient(candidates, S) {
        const cost = new Float32Array(E * S);
        const gradient = new Float32Array(candidates.length);
        await score('cost and gradient', candidates, S, GRADIENT_BATCH, { cost, gradient });
        return { cost, gradient };
      },
    };
  }
}
