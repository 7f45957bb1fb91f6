// Reacher as the registry knows it.

import { openMujoco } from '../../physics/index.ts';
import type { WorldRegistration } from '../registration.ts';
import { reacherExpert } from './expert.ts';
import { reacher } from './reacher.ts';

/** `reacher`. */
export const reacherWorld: WorldRegistration = {
  id: 'reacher',
  summary: "DeepMind Control's two-link arm, moved by MuJoCo, must take given angles",
  prepare: openMujoco,
  make: reacher,
  policies: { expert: () => reacherExpert(), 'noisy-expert': () => reacherExpert({ noise: 0.2 }) },
};
