// DINO.

import { real, share, whole } from '../../../core/index.ts';
import { methods } from '../../../jepa/index.ts';
import { cosineMomentum } from '../../../optim/index.ts';
import { type AnyImageMethod, defineImageMethod } from './kind.ts';

interface DinoSettings {
  readonly globalViews: number;
  readonly hidden: number;
  readonly bottleneck: number;
  readonly prototypes: number;
  readonly momentum: number;
  readonly teacherTemperature: number;
}

/** DINO; its momentum rises to 1 by a half cosine. */
export const dinoMethod: AnyImageMethod = defineImageMethod<DinoSettings>({
  name: 'dino',
  settings: {
    globalViews: whole(),
    hidden: whole(),
    bottleneck: whole(),
    prototypes: whole(2),
    momentum: share(),
    teacherTemperature: real({ above: 0 }),
  },
  views: [2, 64],
  method: (settings, input) => ({
    spec: methods.dino({
      ...input,
      ...settings,
      momentum: cosineMomentum({ start: settings.momentum, final: 1, totalSteps: input.steps }),
    }),
  }),
});
