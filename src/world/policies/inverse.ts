// An amortised inverse-dynamics policy: what planning in a trained world model would have to find, read off its frozen
// embeddings at once. An MLP is asked for the first block on the way from one embedding to a later one of the same
// recording, at random distances (le-wm issue #74 and arXiv 2605.08732 report that such a policy matches CEM at a hundredth of
// its cost).
// Legend: N pairs, D width of the embedding, A numbers per action block.

import { defineJepa, type JepaSpec } from '../../jepa/index.ts';
import {
  bind,
  blankValues,
  copyTensors,
  type ModelValues,
  type Module,
  mlp,
  module,
  namedViews,
} from '../../nn/index.ts';
import { at, concat, expandDims, reshape, split, type Tensor } from '../../tensor/index.ts';
import type { Dynamics } from '../dynamics.ts';
import { defineGoalPolicy, type GoalPolicy } from '../goal-policy.ts';
import { imitation, type Unconditioned } from './gcbc.ts';
import type { LatentPolicy, LatentPolicyGraph, PolicyHorizon } from './latent-policy.ts';
import { toldHead } from './told-horizon.ts';

/** Size of the policy's own part. */
export interface InverseHeadConfig {
  /** D, of the world model's embedding. */
  readonly dim: number;
  /** A */
  readonly actionDim: number;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** The policy is told how many blocks are left. @default it is told nothing */
  readonly horizon?: PolicyHorizon;
}

/** Blocks from embeddings of the present and of the goal, [..., D] each -> [..., A]. */
export type InverseHead = LatentPolicyGraph;

/**
 * Defines the policy's own part, an MLP on both embeddings.
 *
 * @throws JepaError `usage` for a horizon that cannot be, or without a hidden layer to tell it to
 */
export function inverseHead({ dim, actionDim, hidden, horizon }: InverseHeadConfig): Module<InverseHead> {
  if (horizon !== undefined) return toldHead({ dim, actionDim, hidden }, horizon);
  return module(
    { net: mlp([2 * dim, ...hidden, actionDim]) },
    (m) => (now: Tensor, goal: Tensor) => m.net(concat([now, goal], -1)),
  );
}

/**
 * Its training as a method, with the inputs `embeddings` [N, 2, D], of the present and of the goal, and `blocks` [N, A], those
 * taken at present: two waypoints and the first block between them, see `goalPairs` of `agent`. A head with a horizon also takes
 * `left` [N], the blocks between the two.
 */
export function inverseHeadMethod(
  config: InverseHeadConfig,
  { batch }: { readonly batch: number },
): JepaSpec<InverseHead, Unconditioned> {
  const { dim, actionDim, horizon } = config;
  return defineJepa<InverseHead, Unconditioned>({
    name: 'inverse',
    module: inverseHead(config),
    inputs: {
      embeddings: { dtype: 'f32', shape: [batch, 2, dim] },
      blocks: { dtype: 'f32', shape: [batch, actionDim] },
      ...(horizon && { left: { dtype: 'f32', shape: [batch] } as const }),
    },
    pairs: ({ embeddings, blocks, left }) => [
      {
        name: 'blocks',
        context: { name: 'ends', input: left === undefined ? embeddings! : toldEnds(embeddings!, left) },
        target: { name: 'blocks', input: blocks! },
        z: { kind: 'none' },
      },
    ],
    encode: (_, { input }) => ({ embedding: input, representation: input }),
    target: { kind: 'raw', values: (view) => view.input },
    predict(head, { embedding }) {
      if (horizon === undefined) return head(at(embedding, 1, 0), at(embedding, 1, 1));
      const [now, goal, left] = split(embedding, [dim, dim, 1], 1);
      return head(now!, goal!, reshape(left!, [batch]));
    },
    terms: [imitation],
    features: (_, { input }) => ({ pooled: reshape(input, [input.shape[0]!, -1]) }),
  });
}

/** Both ends [N, 2, D] and the blocks between them [N] in one row, [N, 2 D + 1]. */
function toldEnds(embeddings: Tensor, left: Tensor): Tensor {
  return concat([reshape(embeddings, [embeddings.shape[0]!, -1]), expandDims(left, -1)], -1);
}

/** The head as a policy between embeddings, such as a prior rolls through the world model; its values are the head's own. */
export function latentInverse(config: InverseHeadConfig, name = 'inverse'): LatentPolicy {
  const { dim, actionDim, horizon } = config;
  return { name, dim, actionDim, ...(horizon && { told: horizon }), module: inverseHead(config) };
}

/** The world model, and under `policy.` the head. */
function inverseModule(dynamics: Dynamics, config: InverseHeadConfig): Module<{ readonly policy: InverseHead }> {
  return module({ '': dynamics.module, policy: inverseHead(config) }, (m) => ({ policy: m.policy }));
}

/** The policy at work: it sees what the world model sees. Its values are those of `inversePolicyValues`. */
export function inversePolicy(
  dynamics: Dynamics,
  hidden: readonly number[],
  name = 'inverse',
  told?: PolicyHorizon,
): GoalPolicy {
  const { dim, actionDim, senses } = dynamics;
  const whole = inverseModule(dynamics, { dim, actionDim, hidden, ...(told && { horizon: told }) });
  return defineGoalPolicy({
    name,
    senses,
    actionDim,
    horizon: 1,
    ...(told && { told }),
    module: whole,
    bind() {
      const world = dynamics.bind();
      const { policy } = bind(whole, 'eval').model;
      return { act: (now, goal, left) => expandDims(policy(world.encode(now), world.encode(goal), left), 1) };
    },
  });
}

/**
 * The numbers of the policy, from those of the world model and of the trained head.
 *
 * @throws JepaError `checkpoint` when either is of another size
 */
export function inversePolicyValues(policy: GoalPolicy, world: ModelValues, head: ModelValues): ModelValues {
  const values = blankValues(policy.module);
  const parts = [
    ...namedViews(world.parameters.layout, world.parameters.data),
    ...namedViews(world.buffers.layout, world.buffers.data),
    ...namedViews(head.parameters.layout, head.parameters.data, 'policy.'),
  ];
  copyTensors(
    new Map(parts.map(([name, shape, data]) => [name, { shape, data }])),
    ({ data }) => data,
    [
      ...namedViews(values.parameters.layout, values.parameters.data),
      ...namedViews(values.buffers.layout, values.buffers.data),
    ],
    {
      what: 'the world model or the head',
      path: policy.name,
      advice: 'give the policy the world model and the hidden widths that were trained',
      wanted: () => true,
    },
  );
  return values;
}
