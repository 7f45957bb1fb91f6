// A goal policy between embeddings: where the goal is no picture but a point of the embedding, such as a waypoint.
// Legend: N pairs, D width of an embedding, A numbers per block.

import { type CompileOptions, cache, compile, type Program } from '../../compile/index.ts';
import { JepaError } from '../../core/index.ts';
import { bind, blankValues, copyTensors, type ModelValues, namedViews } from '../../nn/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { input } from '../../tensor/index.ts';
import { type InverseHeadConfig, inverseHead, type LatentPolicy } from '../../world/index.ts';
import { bakeValues } from '../world-model/world-graphs.ts';

/** A goal policy between embeddings with its numbers. */
export interface TrainedLatentPolicy {
  readonly policy: LatentPolicy;
  readonly values: ModelValues;
}

/** A goal policy between embeddings at work: says the next block on the way from one to another. */
export interface LatentPolicyModel {
  readonly name: string;
  /** D */
  readonly dim: number;
  /** A */
  readonly actionDim: number;
  /** Normalised blocks [N, A] from embeddings of the present and of the goal, [N, D] both. */
  act(now: Float32Array, goals: Float32Array, count: number): Promise<Float32Array>;
  /** Frees what is compiled; a later call compiles anew. */
  dispose(): Promise<void>;
}

/** Pairs taken in one call: the smallest of these that holds a request; larger ones are cut into pieces. */
const BATCHES = [1, 8, 64] as const;

/**
 * Puts a policy to work.
 *
 * @throws JepaError 'unsupported' for a policy that is told the blocks left; 'shape' from `act` for embeddings of another width
 * @example
 * const policy = latentPolicyModel({ policy: latentInverse({ dim, actionDim, hidden }), values: head });
 */
export function latentPolicyModel({ policy, values }: TrainedLatentPolicy, runtime?: Runtime): LatentPolicyModel {
  const { name, dim, actionDim } = policy;
  if (policy.told !== undefined)
    throw new JepaError(
      'unsupported',
      `${name}: the policy is told how many blocks are left, which nobody says between two embeddings; train one without a horizon`,
    );
  const options: CompileOptions = { bake: bakeValues(values), ...(runtime === undefined ? {} : { runtime }) };
  const programs = cache<Program>({ keep: BATCHES.length, free: (program) => program.dispose() });
  return {
    name,
    dim,
    actionDim,
    async act(now, goals, count) {
      if (now.length !== count * dim || goals.length !== count * dim)
        throw new JepaError(
          'shape',
          `latent policy: ${count} pairs of embeddings must be ${count * dim} numbers each, got ${now.length} and ${goals.length}`,
        );
      const blocks = new Float32Array(count * actionDim);
      for (let from = 0; from < count; ) {
        const batch = BATCHES.find((b) => b >= count - from) ?? 64;
        const n = Math.min(batch, count - from);
        const padded = (z: Float32Array): Float32Array => {
          const piece = new Float32Array(batch * dim);
          piece.set(z.subarray(from * dim, (from + n) * dim));
          return piece;
        };
        const { block } = await programs.use(
          `act ${batch}`,
          () => {
            const act = bind(policy.module, 'eval').model;
            const ends = (['now', 'goal'] as const).map((end) => input(end, [batch, dim]));
            return compile({ block: act(ends[0]!, ends[1]!) }, { ...options, name: `act ${batch}` });
          },
          (program) => program.run({ inputs: { now: padded(now), goal: padded(goals) } }),
        );
        blocks.set((block as Float32Array).subarray(0, n * actionDim), from * actionDim);
        from += n;
      }
      return blocks;
    },
    dispose: () => programs.clear(),
  };
}

/**
 * The numbers of the head among those of a whole inverse policy, as `inversePolicyValues` puts them together.
 *
 * @throws JepaError 'checkpoint' when they are of another size
 */
export function inverseHeadOf(config: InverseHeadConfig, whole: ModelValues): ModelValues {
  const values = blankValues(inverseHead(config));
  const named = namedViews(whole.parameters.layout, whole.parameters.data);
  copyTensors(
    new Map([...named].map(([name, shape, data]) => [name, { shape, data }])),
    ({ data }) => data,
    [...namedViews(values.parameters.layout, values.parameters.data, 'policy.')],
    {
      what: 'the inverse policy',
      path: 'inverse',
      advice: 'give the width of the embedding, the numbers of a block and the hidden widths that it was trained with',
      wanted: (name) => name.startsWith('policy.'),
    },
  );
  // The views of `values` were filled.
  return values;
}
