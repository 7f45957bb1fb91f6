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
import { at, concat, expandDims, reshape, type Tensor } from '../../tensor/index.ts';
import type { Dynamics } from '../dynamics.ts';
import { defineGoalPolicy, type GoalPolicy } from '../goal-policy.ts';
import { imitation, type Unconditioned } from './gcbc.ts';

/** Size of the policy's own part. */
export interface InverseHeadConfig {
  /** D, of the world model's embedding. */
  readonly dim: number;
  /** A */
  readonly actionDim: number;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
}

/** Blocks from embeddings of the present and of the goal, [..., D] each -> [..., A]. */
export type InverseHead = (now: Tensor, goal: Tensor) => Tensor;

/** Defines the policy's own part, an MLP on both embeddings. */
export function inverseHead({ dim, actionDim, hidden }: InverseHeadConfig): Module<InverseHead> {
  return module(
    { net: mlp([2 * dim, ...hidden, actionDim]) },
    (m) => (now: Tensor, goal: Tensor) => m.net(concat([now, goal], -1)),
  );
}

/**
 * Its training as a method, with the inputs `embeddings` [N, 2, D], of the present and of the goal, and `blocks` [N, A], those
 * taken at present: two waypoints and the first block between them, see `waypointBatches` of `agent`.
 */
export function inverseHeadMethod(
  config: InverseHeadConfig,
  { batch }: { readonly batch: number },
): JepaSpec<InverseHead, Unconditioned> {
  const { dim, actionDim } = config;
  return defineJepa<InverseHead, Unconditioned>({
    name: 'inverse',
    module: inverseHead(config),
    inputs: {
      embeddings: { dtype: 'f32', shape: [batch, 2, dim] },
      blocks: { dtype: 'f32', shape: [batch, actionDim] },
    },
    pairs: ({ embeddings, blocks }) => [
      {
        name: 'blocks',
        context: { name: 'ends', input: embeddings! },
        target: { name: 'blocks', input: blocks! },
        z: { kind: 'none' },
      },
    ],
    encode: (_, { input }) => ({ embedding: input, representation: input }),
    target: { kind: 'raw', values: (view) => view.input },
    predict: (head, { embedding }) => head(at(embedding, 1, 0), at(embedding, 1, 1)),
    terms: [imitation],
    features: (_, { input }) => ({ pooled: reshape(input, [input.shape[0]!, -1]) }),
  });
}

/** The world model, and under `policy.` the head. */
function inverseModule(dynamics: Dynamics, config: InverseHeadConfig): Module<{ readonly policy: InverseHead }> {
  return module({ '': dynamics.module, policy: inverseHead(config) }, (m) => ({ policy: m.policy }));
}

/** The policy at work: it sees what the world model sees. Its values are those of `inversePolicyValues`. */
export function inversePolicy(dynamics: Dynamics, hidden: readonly number[], name = 'inverse'): GoalPolicy {
  const { dim, actionDim, senses } = dynamics;
  const whole = inverseModule(dynamics, { dim, actionDim, hidden });
  return defineGoalPolicy({
    name,
    senses,
    actionDim,
    horizon: 1,
    module: whole,
    bind() {
      const world = dynamics.bind();
      const { policy } = bind(whole, 'eval').model;
      return { act: (now, goal) => expandDims(policy(world.encode(now), world.encode(goal)), 1) };
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
