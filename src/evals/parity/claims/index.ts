// Every implementation that the parity runner knows: one file per case, one line here. To add a case, write
// `claims/<case>.ts` exporting a `ParityClaim` and list it.

import type { ParityClaim } from '../claim.ts';
import { hfImages } from './hf-images.ts';
import { leWmClaim, leWmDefaultInit } from './le-wm.ts';
import { optim } from './optim.ts';
import { probes } from './probes.ts';
import { pushTClaim } from './push-t.ts';
import { schedules } from './schedules.ts';
import { sigregClaim } from './sigreg.ts';
import { swmSolvers } from './swm-solvers.ts';

/** The implementations, found by the `name` of case.json. */
export const claims: readonly ParityClaim[] = [
  ...hfImages,
  leWmClaim,
  leWmDefaultInit,
  optim,
  probes,
  pushTClaim,
  schedules,
  sigregClaim,
  swmSolvers,
];
