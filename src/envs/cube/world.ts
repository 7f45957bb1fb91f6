// The table-top cube as the registry knows it.

import { openMujoco } from '../../physics/index.ts';
import type { WorldRegistration } from '../registration.ts';
import { cube } from './cube.ts';
import { cubeExpert, noisyCubeExpert } from './expert.ts';

/** `cube`. */
export const cubeWorld: WorldRegistration = {
  id: 'cube',
  summary: 'pick and place with one cube on a table, moved by MuJoCo, in the manner of OGBench',
  prepare: openMujoco,
  make: cube,
  policies: { expert: cubeExpert, 'noisy-expert': () => noisyCubeExpert() },
};
