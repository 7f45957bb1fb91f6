// Two views pulled together and nothing else.

import { listOf, whole } from '../../../core/index.ts';
import { methods } from '../../../jepa/index.ts';
import { type AnyImageMethod, defineImageMethod } from './kind.ts';

/** Two views pulled together and nothing else. */
export const collapseMethod: AnyImageMethod = defineImageMethod<{ readonly projector: readonly number[] }>({
  name: 'collapse',
  settings: { projector: listOf(whole(), 1) },
  views: [2, 2],
  // It lets go of the deviation.
  leastDeviation: 0.05,
  method: (settings, input) => ({ spec: methods.naive({ ...input, ...settings }) }),
});
