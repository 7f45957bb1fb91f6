// Barlow Twins.

import { listOf, real, whole } from '../../../core/index.ts';
import { methods } from '../../../jepa/index.ts';
import { type AnyImageMethod, defineImageMethod } from './kind.ts';

/** Barlow Twins. */
export const barlowTwinsMethod: AnyImageMethod = defineImageMethod<{
  readonly projector: readonly number[];
  readonly lambda: number;
}>({
  name: 'barlow-twins',
  settings: { projector: listOf(whole(), 1), lambda: real({ above: 0 }) },
  views: [2, 2],
  method: (settings, input) => ({ spec: methods.barlowTwins({ ...input, ...settings }) }),
});
