// A cost with its numbers at work on embeddings that are known, whatever made them: a model's imagination, or pictures of what
// truly happened.
// Legend: E tasks, S candidates, C context rows, L rows, H blocks, A numbers of a block, D width.

import { cache, compile, type Program } from '../../compile/index.ts';
import { bindCost, type Cost } from '../../plan/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { input } from '../../tensor/index.ts';
import type { TrainedCost } from './scoring.ts';
import { bakeValues } from './world-graphs.ts';

/** Embeddings to score. */
export interface ScoreRequest {
  /** [E, S, L, D] */
  readonly imagined: Float32Array;
  /** [E, D] */
  readonly goals: Float32Array;
  readonly tasks: number;
  readonly samples: number;
  /** L, of which the first `context` were observed. */
  readonly rows: number;
  /** C @default 1 */
  readonly context?: number;
  /** The plans, [E, S, H, A]; needed by costs that look at them. */
  readonly plans?: { readonly blocks: Float32Array; readonly horizon: number; readonly actionDim: number };
}

/** A cost that can be asked. */
export interface CostScorer {
  readonly cost: Cost;
  /** [E, S], lower is better. */
  score(request: ScoreRequest): Promise<Float32Array>;
  /** Frees the compiled programs; a later call compiles anew. */
  dispose(): Promise<void>;
}

/** Rows scored in one call, unless one task has more. */
const ROWS = 1 << 14;

/** Programs kept when nobody uses them. */
const PROGRAMS = 8;

/**
 * Makes a cost ready to be asked; programs are compiled for each size when first needed.
 *
 * @throws JepaError `shape` of the result, for embeddings of another width
 */
export function costScorer({ cost, values }: TrainedCost, runtime?: Runtime): CostScorer {
  const { dim } = cost;
  const programs = cache<Program>({ keep: PROGRAMS, free: (program) => program.dispose() });
  const options = { bake: bakeValues(values), ...(runtime === undefined ? {} : { runtime }) };
  return {
    cost,
    async score({ imagined, goals, tasks: E, samples: S, rows: L, context = 1, plans }) {
      const out = new Float32Array(E * S);
      const group = Math.min(E, Math.max(1, Math.floor(ROWS / (S * L))));
      for (let from = 0; from < E; from += group) {
        const n = Math.min(group, E - from);
        const part = (array: Float32Array): Float32Array => {
          const stride = array.length / E;
          return array.subarray(from * stride, (from + n) * stride);
        };
        const trace = () => {
          const blocks = plans && input('blocks', [n, S, plans.horizon, plans.actionDim]);
          const at = { context, ...(blocks === undefined ? {} : { blocks }) };
          return { cost: bindCost(cost)(input('imagined', [n, S, L, dim]), input('goal', [n, dim]), at) };
        };
        const given: Readonly<Record<string, Float32Array>> = {
          imagined: part(imagined),
          goal: part(goals),
          ...(plans === undefined ? {} : { blocks: part(plans.blocks) }),
        };
        await programs.use(
          `${n}x${S}x${L}x${context}x${plans?.horizon ?? 0}`,
          () => compile(trace(), { ...options, name: cost.name }),
          (program) => {
            const read = program.sources.filter(({ name }) => Object.hasOwn(given, name));
            const inputs = Object.fromEntries(read.map(({ name }) => [name, given[name]!]));
            return program.run({ inputs, into: { cost: out.subarray(from * S, (from + n) * S) } });
          },
        );
      }
      return out;
    },
    dispose: () => programs.clear(),
  };
}
