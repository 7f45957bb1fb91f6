// DotWall as the registry knows it, with walls drawn at every reset and with one wall.

import type { WorldRegistration } from '../registration.ts';
import { dotWall, dotWallFixed } from './dot-wall.ts';
import { dotWallExpert, dotWallWanderer } from './policies.ts';

const policies: WorldRegistration['policies'] = {
  expert: () => dotWallExpert(),
  'noisy-expert': () => dotWallExpert({ noise: 1 }),
  wanderer: () => dotWallWanderer(),
  'crossing-wanderer': () => dotWallWanderer({ crossings: 0.35 }),
};

/** `dot-wall` and `dot-wall-fixed`. */
export const dotWallWorlds: readonly WorldRegistration[] = [
  {
    id: 'dot-wall',
    summary: 'the Two-Room of PLDM and EB-JEPA, wall and door elsewhere in every episode',
    make: dotWall,
    policies,
  },
  {
    id: 'dot-wall-fixed',
    summary: 'the Two-Room of PLDM and EB-JEPA, wall and door always at one place',
    make: dotWallFixed,
    policies,
  },
];
