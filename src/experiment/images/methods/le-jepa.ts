// LeJEPA in its published forms.

import { flag, group, listOf, oneOf, optional, real, type Schema, whole } from '../../../core/index.ts';
import { type LeJepaConfig, methods } from '../../../jepa/index.ts';
import { type AnyImageMethod, defineImageMethod } from './kind.ts';

interface LeJepaSettings {
  readonly projector: readonly number[];
  readonly globalViews: number;
  readonly loss: LeJepaConfig;
}

const loss: Schema<LeJepaConfig> = group<LeJepaConfig>({
  lambda: real({ least: 0 }),
  combine: oneOf(['convex', 'additive']),
  centre: oneOf(['all', 'global', 'other']),
  statistic: oneOf(['per-view', 'pooled']),
  grid: group<LeJepaConfig['grid']>({
    knots: optional(whole(2)),
    tMax: optional(real({ above: 0 })),
    interval: optional(oneOf(['half', 'full'])),
    timesN: optional(flag()),
  }),
  directions: whole(),
});

/** LeJEPA. */
export const leJepaMethod: AnyImageMethod = defineImageMethod<LeJepaSettings>({
  name: 'lejepa',
  settings: { projector: listOf(whole(), 1), globalViews: whole(), loss },
  views: [2, 64],
  // It pulls the deviation towards 1.
  leastDeviation: 0.05,
  method: (settings, input) => ({ spec: methods.leJepa({ ...input, ...settings }) }),
});
