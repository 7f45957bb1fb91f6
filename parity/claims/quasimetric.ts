// Parity case `quasimetric`: interval quasimetrics and metric residual networks, forwards, backwards and in all pairs, and QRL's
// three losses, with gradients. Legend: B pairs, D width of an embedding.

import { grad } from '../../src/autodiff/index.ts';
import { globalPush, latentDynamics, localConstraint } from '../../src/jepa/index.ts';
import { module } from '../../src/nn/index.ts';
import { type Iqe, iqe, type Mrn, mrn } from '../../src/plan/index.ts';
import { addAll, broadcastTo, concat, constant, expandDims, full, mul, reduceSum, reshape, slice, type Tensor } from '../../src/tensor/index.ts';
import type { ParityCase } from '../runner/case.ts';
import type { ParityClaim } from '../runner/claim.ts';
import { numberOf } from '../runner/config.ts';
import { stored, trainPass } from './pass.ts';

/** Takes the case `quasimetric`. */
export const quasimetricClaim: ParityClaim = {
  case: 'quasimetric',
  async run(c) {
    const n = (name: string): number => numberOf(c.config, name);
    const [B, D] = [n('B'), n('D')];
    const given = { hidden: n('hidden'), symmetric: n('proj'), directed: n('proj'), over: 'mean', projection: 'separate', standardise: false } as const;
    const heads = module(
      {
        iqe: iqe(D, { group: n('per'), standardise: false }).module,
        iqe_sum: iqe(D, { group: n('per'), over: 'sum', standardise: false }).module,
        mrn: mrn(D, { ...given, p: 2 }).module,
        mrn_fixed: mrn(D, { ...given, p: 1 }).module,
      },
      (m): Record<string, Iqe | Mrn> => ({ ...m }),
    );
    const raw = full(Math.log(Math.expm1(n('lagrange'))), []);
    const { tensors, terms, program } = await trainPass(withScalarAlpha(c), heads, (bound) => {
      const [x, y, predicted] = [stored(c, 'input.x'), stored(c, 'input.y'), stored(c, 'input.y_pred')];
      const observe: Record<string, Tensor> = {};
      const losses: Tensor[] = [];
      const ranks = constant(Float32Array.from({ length: B }, (_, b) => b + 1), [B], 'f32');
      const every = (rows: Tensor, axis: 0 | 1): Tensor => reshape(broadcastTo(expandDims(rows, axis), [B, B, D]), [B * B, D]);
      for (const [name, head] of Object.entries(bound)) {
        const d = head.distance(x, y);
        const loss = reduceSum(mul(d, ranks));
        losses.push(loss);
        const [dx, dy] = grad(loss, [x, y]);
        Object.assign(observe, {
          [`output.${name}.d`]: d,
          [`output.${name}.d_back`]: head.distance(y, x),
          [`output.${name}.pairwise`]: reshape(head.distance(every(x, 1), every(y, 0)), [B, B]),
          [`output.${name}.components`]: head.components(x, y),
          [`output.d_${name}.x`]: dx,
          [`output.d_${name}.y`]: dy,
        });
      }
      const d = (from: Tensor, to: Tensor): Tensor => bound.iqe!.distance(from, to);
      const before = concat([slice(y, 0, B - 1), slice(y, 0, 0, B - 1)], 0);
      const push = globalPush(d(x, before), { offset: n('offset'), beta: n('beta') });
      const { value, violation } = localConstraint(d(x, y), raw, { stepCost: n('step_cost'), epsilon: n('epsilon') });
      const dynamics = mul(latentDynamics(d(predicted, y), d(y, predicted)), n('dyn_weight'));
      for (const [name, loss, wrt] of [
        ['global_push', push, { x, y }],
        ['local_constraint', value, { x, y }],
        ['latent_dynamics', dynamics, { y, y_pred: predicted }],
      ] as const) {
        const given = Object.entries(wrt) as [string, Tensor][];
        grad(loss, given.map(([, t]) => t)).forEach((g, i) => {
          observe[`output.d_qrl.${name}.${given[i]![0]}`] = g;
        });
      }
      return {
        loss: addAll(losses),
        terms: { global_push: push, local_constraint: value, latent_dynamics: dynamics, violation, d_raw_lagrange: grad(value, [raw])[0]! },
        observe,
      };
    });
    await program.program.dispose();
    const alpha = `grad.${ALPHA}`;
    return {
      tensors: { ...tensors, [alpha]: { ...tensors[alpha]!, shape: c.tensor(alpha).shape } },
      scalars: { qrl: { ...terms } },
    };
  },
};

/** A single number, which the case describes with the shape [] and stores with the shape [1]. */
const ALPHA = 'iqe.reduction.raw_alpha';

/** The case with that number as the reference has it. */
function withScalarAlpha(c: ParityCase): ParityCase {
  const weights = new Map([...c.weights()].map(([name, t]) => [name, name === ALPHA ? { ...t, shape: [] } : t]));
  return { ...c, weights: () => weights };
}
