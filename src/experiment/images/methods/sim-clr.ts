// SimCLR.

import { listOf, real, whole } from '../../../core/index.ts';
import { methods } from '../../../jepa/index.ts';
import { type AnyImageMethod, defineImageMethod } from './kind.ts';

/** SimCLR. */
export const simClrMethod: AnyImageMethod = defineImageMethod<{
  readonly projector: readonly number[];
  readonly temperature: number;
}>({
  name: 'simclr',
  settings: { projector: listOf(whole(), 1), temperature: real({ above: 0 }) },
  views: [2, 2],
  contrast: (batch) => 2 * batch,
  method: (settings, input) => ({ spec: methods.simClr({ ...input, ...settings }) }),
});
