// Parity case `td_jepa`: the directed distance of a metric residual network trained on gaps with stored draws, with gradients, and
// the planner's cost. Legend: B clips, T rows, D width, E tasks, S candidates.

import { grad } from '../../src/autodiff/index.ts';
import { temporalDistance, withoutFixedPoints } from '../../src/jepa/index.ts';
import { latentCost, mrn, pairCost, type Reduce, sumCost } from '../../src/plan/index.ts';
import { add, at, cast, constant, expandDims, gather, minimum, reduceSum, square, sub, takeTokens, type Tensor } from '../../src/tensor/index.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf } from '../runner/config.ts';
import { scored } from './cost-pass.ts';
import { stored, trainPass } from './pass.ts';

/** Takes the case `td_jepa`. */
export const tdJepaClaim: ParityClaim = {
  case: 'td_jepa',
  async run(c) {
    const n = (name: string): number => numberOf(c.config, name);
    const D = n('D');
    const head = mrn(D, { hidden: n('hidden'), symmetric: n('sym'), directed: n('asym'), standardise: false });
    const { tensors, loss, terms, program } = await trainPass(c, head.module, (bound) => {
      const emb = stored(c, 'input.emb');
      const T = emb.shape[1]!;
      const i = stored(c, 'input.i');
      const last = constant(Int32Array.of(T - 1), [], 'i32');
      const j = minimum(add(i, stored(c, 'input.offset')), last);
      const row = (clips: Tensor, t: Tensor): Tensor => at(takeTokens(clips, expandDims(t, -1)), 1, 0);
      const [source, goal] = [row(emb, i), row(emb, j)];
      const others = row(gather(emb, withoutFixedPoints(stored(c, 'input.perm'))), j);
      const [positive, negative] = [bound.distance(source, goal), bound.distance(source, others)];
      const { config } = c;
      const margin = n('margin_scale') * (typeof config.margin_steps === 'number' ? config.margin_steps : T - 1);
      const nearSteps = n('near_steps');
      const budget = { horizon: n('plan_horizon'), weight: n('budget_weight') };
      const found = temporalDistance(
        {
          positive,
          negative,
          gap: cast(sub(j, i), 'f32'),
          symmetric: { distance: at(bound.components(source, goal), 1, 0), latentSquared: reduceSum(square(sub(source, goal)), { axes: -1 }) },
        },
        {
          margin,
          negativeWeight: n('neg_weight'),
          target: config.target === 'log1p' ? 'log1p' : 'raw',
          ...(nearSteps > 0 ? { near: { steps: nearSteps, weight: n('near_weight') } } : {}),
          ...(budget.horizon > 0 && budget.weight > 0 ? { budget } : {}),
          symmetricWeight: n('sym_l2_weight'),
        },
      );
      return {
        loss: found.value,
        terms: { pos: found.positive, neg_raw: found.negative, budget: found.budget, sym_l2: found.symmetric },
        observe: { 'output.d_pos': positive, 'output.d_neg': negative, 'output.d_emb': grad(found.value, [emb])[0]! },
      };
    });
    await program.program.dispose();
    // The names of the planner's costs say their blend with the latent distance and the weight of the last row.
    const planned: Record<string, ProducedTensor> = {};
    for (const name of c.expected().keys()) {
      const found = /^output\.plan\.blend([\d.]+)\.w([\d.]+)$/.exec(name);
      if (found === null) continue;
      const [blend, last] = [Number(found[1]), Number(found[2])];
      const reduce: Reduce = { kind: 'mix', last, withContext: true };
      const cost = sumCost([
        { cost: pairCost(head, reduce), weight: 1 - blend },
        { cost: latentCost(D, 'sum', reduce), weight: blend },
      ]);
      const asked = { imagined: stored(c, 'input.predicted'), goal: stored(c, 'input.goal') };
      planned[name] = (await scored(c, { cost, names: { of: 'parts.0.head.', stored: '' }, ...asked })).score;
    }
    return { tensors: { ...tensors, ...planned }, scalars: { loss, ...terms } };
  },
};
