// A masked autoencoder.

import { fold, real } from '../../../core/index.ts';
import { methods, randomMasks } from '../../../jepa/index.ts';
import { type AnyImageMethod, defineImageMethod, gridOf } from './kind.ts';
import { type PredictorSize, predictorSize } from './predictor-size.ts';

/** A masked autoencoder; `keep` is the share of patches that it sees. */
export const maeMethod: AnyImageMethod = defineImageMethod<{ readonly decoder: PredictorSize; readonly keep: number }>({
  name: 'mae',
  settings: { decoder: predictorSize, keep: real({ above: 0, below: 1 }) },
  views: [1, 1],
  method({ decoder, keep }, { encoder, batch, size, key }) {
    const patches = gridOf(encoder) ** 2;
    const kept = Math.max(1, Math.round(keep * patches));
    return {
      spec: methods.mae({ encoder, batch, size, decoder, kept }),
      feed(b) {
        const masks = randomMasks(fold(key, 'step', b.step), batch, patches, kept);
        return { view0: b.views[0]!, kept: masks.kept, masked: masks.masked };
      },
    };
  },
});
