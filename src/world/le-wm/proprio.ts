// Proprioception beside the picture: z = [picture part | numbers that the body feels], in that order.
// Legend: Dp numbers of the picture part, P of the felt part, D = Dp + P, k numbers that are felt.

import { JepaError } from '../../core/index.ts';
import { type Module, mlp, module } from '../../nn/index.ts';
import { type Cost, type CostGraph, defineCost, type PlanCost, planCost, sumCost } from '../../plan/index.ts';
import { slice, type Tensor } from '../../tensor/index.ts';
import type { ProprioOptions } from './options.ts';

/** P: the width of the felt part of an embedding, 0 without one. */
export function proprioDim(proprio: ProprioOptions | undefined): number {
  return proprio === undefined ? 0 : (proprio.embedDim ?? proprio.numbers.at.length);
}

/** The felt part, [..., k] -> [..., P]: the numbers as they are, or a small MLP of them. */
export function proprioEncoder({ numbers, embedDim }: ProprioOptions): Module<(numbers: Tensor) => Tensor> {
  const k = numbers.at.length;
  const checked = (x: Tensor): Tensor => {
    if (x.shape.at(-1) === k) return x;
    throw new JepaError('shape', `le-wm: proprioception must be [..., ${k}], got [${x.shape}]; check model.proprio`);
  };
  if (embedDim === undefined) return module({}, () => checked);
  return module({ '': mlp([k, 2 * embedDim, embedDim]) }, (m) => (x: Tensor) => m[''](checked(x)));
}

/** A cost of the numbers `from` to `to` of embeddings of D. */
function costOfPart(own: Cost, name: string, dim: number, [from, to]: readonly [number, number]): Cost {
  const graph = module(
    { '': own.module },
    ({ '': score }): CostGraph =>
      (imagined, goal, at) =>
        score(slice(imagined, -1, from, to), slice(goal, -1, from, to), at),
  );
  return defineCost({ ...own, name: `${own.name} of ${name}`, dim, module: graph });
}

/** The cost of the picture part, and with proprioception alpha times that of the felt part. */
export function proprioCost(kind: PlanCost, pictureDim: number, proprio: ProprioOptions | undefined): Cost {
  if (proprio === undefined) return planCost(kind, pictureDim);
  const P = proprioDim(proprio);
  const D = pictureDim + P;
  return sumCost([
    { cost: costOfPart(planCost(kind, pictureDim), 'pictures', D, [0, pictureDim]), weight: 1 },
    { cost: costOfPart(planCost(kind, P), 'proprioception', D, [pictureDim, D]), weight: proprio.weight },
  ]);
}
