// Every implementation that the parity runner knows: one file per case, one line here. To add a case, write
// `claims/<case>.ts` exporting a `ParityClaim` and list it.

import type { ParityClaim } from '../runner/claim.ts';
import { barlowTwinsClaim } from './barlow-twins.ts';
import { dinoWmClaim } from './dino-wm.ts';
import { ebJepaAc } from './eb-jepa-ac.ts';
import { ebJepaLosses } from './eb-jepa-losses.ts';
import { ebJepaVideoClaim } from './eb-jepa-video.ts';
import { hfImages } from './hf-images.ts';
import { iJepaClaims } from './i-jepa.ts';
import { iJepaMasks } from './i-jepa-masks.ts';
import { leJepaClaim } from './le-jepa.ts';
import { leWmClaim, leWmDefaultInit } from './le-wm.ts';
import { optim } from './optim.ts';
import { probes } from './probes.ts';
import { pushTClaim } from './push-t.ts';
import { quasimetricClaim } from './quasimetric.ts';
import { rcAuxClaim } from './rc-aux.ts';
import { schedules } from './schedules.ts';
import { sigregClaim } from './sigreg.ts';
import { swmSolvers } from './swm-solvers.ts';
import { tdJepaClaim } from './td-jepa.ts';
import { temporalStraighteningClaim } from './temporal-straightening.ts';
import { vicregClaim } from './vicreg.ts';

/** The implementations, found by the `name` of case.json. */
export const claims: readonly ParityClaim[] = [
  barlowTwinsClaim,
  dinoWmClaim,
  ebJepaAc,
  ebJepaLosses,
  ebJepaVideoClaim,
  ...hfImages,
  ...iJepaClaims,
  iJepaMasks,
  leJepaClaim,
  leWmClaim,
  leWmDefaultInit,
  optim,
  probes,
  pushTClaim,
  quasimetricClaim,
  rcAuxClaim,
  schedules,
  sigregClaim,
  swmSolvers,
  tdJepaClaim,
  temporalStraighteningClaim,
  vicregClaim,
];
