// Every case, for laws that hold of all operations.

import type { Case } from '../finite-difference.law.ts';
import { controlCases } from './control.law.ts';
import { convolutionCases } from './convolution.law.ts';
import { elementwiseCases } from './elementwise.law.ts';
import { indexingCases } from './indexing.law.ts';
import { normalisationCases } from './normalisation.law.ts';
import { productCases } from './products.law.ts';
import { reductionCases } from './reductions.law.ts';
import { shapingCases } from './shaping.law.ts';

export const allCases: readonly Case[] = [
  ...elementwiseCases,
  ...reductionCases,
  ...productCases,
  ...shapingCases,
  ...indexingCases,
  ...normalisationCases,
  ...convolutionCases,
  ...controlCases,
];
