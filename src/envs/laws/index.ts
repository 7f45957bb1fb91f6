import { apartLaws, callLaws } from './calls.ts';
import { factorLaws } from './factors.ts';
import { frameLaws } from './frames.ts';
import { goalLaws, policyLaws } from './goals.ts';
import type { Law } from './law.ts';
import { specLaws } from './spec.ts';
import { orderLaws, timeLaws } from './time.ts';

export { type Examined, type Law, SIZE } from './law.ts';

/** All laws of worlds. A law may build on those before it, so that the first one broken is the one to look at. */
export const laws: readonly Law[] = [
  ...specLaws,
  ...timeLaws,
  ...apartLaws,
  ...goalLaws,
  ...orderLaws,
  ...callLaws,
  ...frameLaws,
  ...factorLaws,
  ...policyLaws,
];
