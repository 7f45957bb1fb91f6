// VICReg.

import { group, listOf, real, type Schema, whole } from '../../../core/index.ts';
import { methods } from '../../../jepa/index.ts';
import { type AnyImageMethod, defineImageMethod } from './kind.ts';

interface VicRegSettings {
  readonly expander: readonly number[];
  readonly weights: { readonly invariance: number; readonly variance: number; readonly covariance: number };
}

const weight: Schema<number> = real({ least: 0 });

/** VICReg. */
export const vicregMethod: AnyImageMethod = defineImageMethod<VicRegSettings>({
  name: 'vicreg',
  settings: {
    expander: listOf(whole(), 1),
    weights: group<VicRegSettings['weights']>({ invariance: weight, variance: weight, covariance: weight }),
  },
  views: [2, 2],
  // It pulls the deviation towards 1.
  leastDeviation: 0.05,
  method: (settings, input) => ({ spec: methods.vicReg({ ...input, ...settings }) }),
});
