// Plans scored by what they would look like. Legend: E tasks, S candidates, L rows, D width.

import { type Module, module } from '../../nn/index.ts';
import { type Cost, type CostGraph, defineCost } from '../../plan/index.ts';
import { reduceMean, reshape, slice, square, sub } from '../../tensor/index.ts';
import { pictureDecoder } from './decoder.ts';
import type { PixelWorldConfig } from './pixel-world.ts';

/** Mean squared difference of the pictures of last embedding and goal, drawn by the model's own decoder, `decoder.*`. */
export function pictureCost({ embedDim: dim, encoder, decoder }: PixelWorldConfig): Cost {
  const graph: Module<CostGraph> = module(
    { decoder: pictureDecoder(dim, encoder.imageSize, decoder) },
    (m): CostGraph =>
      (imagined, goal) => {
        const [E, S, L] = imagined.shape as [number, number, number, number];
        const last = m.decoder(reshape(slice(imagined, 2, L - 1), [E * S, dim]));
        const aim = m.decoder(goal);
        const numbers = aim.shape.slice(1).reduce((a, b) => a * b, 1);
        const off = sub(reshape(last, [E, S, numbers]), reshape(aim, [E, 1, numbers]));
        return reduceMean(square(off), { axes: -1 });
      },
  );
  return defineCost({ name: 'pictures/last', dim, unit: 'squared', absolute: true, module: graph });
}
