// The training of the high level as a method of the family: from the embedding at each waypoint, and what was done until
// the next, predict the embedding there; once from the true waypoints (teacher forcing), once from the first alone, with
// predictions fed back. The embeddings come from the frozen model below, so the target is frozen and nothing can collapse.
// The encoder of macro-actions learns along, and SIGReg keeps those distributed as N(0, I), where plans are drawn.
// Legend: B samples, W waypoints, D width, K blocks of the longest chunk, A numbers per block, M of a macro-action.

import { JepaError } from '../../core/index.ts';
import { defineJepa, type JepaSpec, l1, l2, type Pair, sigreg, sigregDirections, type Term } from '../../jepa/index.ts';
import { at, reduceMean, reshape, slice, stack, type Tensor } from '../../tensor/index.ts';
import type { Acting } from '../le-wm/acting.ts';
import { type Hierarchy, type HierarchyConfig, hierarchy } from './hierarchy.ts';

/** Sizes of a batch of waypoints. */
export interface WaypointSizes {
  /** B */
  readonly batch: number;
  /** W, at least 2; h-le-wm takes 5. */
  readonly waypoints: number;
}

/**
 * The high level on recorded embeddings, with the inputs `z` [B, W, D] at waypoints of one episode and `chunks`
 * [B, W - 1, K, A + 1], what was done between them (`hierarchy.ts`). With two waypoints, or weight 0, there is no rollout.
 *
 * @throws JepaError `usage` for sizes that cannot be
 */
export function hierarchyMethod(
  config: HierarchyConfig,
  { batch, waypoints }: WaypointSizes,
): JepaSpec<Hierarchy, Acting> {
  if (!Number.isInteger(waypoints) || waypoints < 2) {
    throw new JepaError('usage', `hierarchy: there must be at least 2 waypoints, got ${waypoints}`, { waypoints });
  }
  const { dim, actionDim, macroDim, maxBlocks, rollout } = config;
  const jumps = waypoints - 1;
  const directions = sigregDirections(macroDim, config.sigreg.directions);
  const energy = config.energy === 'l1' ? l1 : l2;
  const lengths = jumps > 1 && rollout > 0 ? [1, jumps] : [1];
  const names = ['prediction', 'rollout'] as const;
  const energies = lengths.map(
    (_, i): Term<Hierarchy, Acting> => ({
      name: names[i]!,
      mechanism: 'predict',
      reads: 'embedding',
      weight: i === 0 ? 1 : rollout,
      trace: ({ pairs }) => reduceMean(energy.perSlot(pairs[i]!.prediction, pairs[i]!.target)),
    }),
  );
  return defineJepa<Hierarchy, Acting>({
    name: 'hierarchy',
    module: hierarchy(config),
    inputs: {
      z: { dtype: 'f32', shape: [batch, waypoints, dim] },
      chunks: { dtype: 'f32', shape: [batch, jumps, maxBlocks, actionDim + 1] },
    },
    pairs: ({ z, chunks }) =>
      lengths.map(
        (steps, i): Pair<Acting> => ({
          name: names[i]!,
          context: { name: 'waypoints', input: z! },
          target: { name: 'waypoints', input: z! },
          z: { kind: 'action', actions: chunks!, steps },
          select: (whole) => slice(whole, 1, 1),
        }),
      ),
    encode: (_, { input }) => ({ embedding: input, representation: input }),
    target: { kind: 'frozen', encode: (_, { input }) => ({ embedding: input, representation: input }) },
    predict(model, { embedding }, { actions, steps }) {
      const macros = model.blurred(model.encode(actions));
      if (steps === 1) return model.predict(slice(embedding, 1, 0, jumps), macros);
      const reached: Tensor[] = [];
      for (let t = 0; t < jumps; t++)
        reached.push(model.predict(reached.at(-1) ?? at(embedding, 1, 0), at(macros, 1, t)));
      return stack(reached, 1);
    },
    terms: [
      ...energies,
      {
        name: 'sigreg',
        mechanism: 'gaussian',
        reads: 'inputs',
        weight: config.sigreg.weight,
        trace: ({ inputs }, model) =>
          sigreg(reshape(model.encode(inputs.chunks!), [-1, macroDim]), directions, config.sigreg).value,
      },
    ],
    features: (_, { input }) => ({ pooled: at(input, 1, 0) }),
  });
}
