// Two-Room as the registry knows it.

import type { WorldRegistration } from '../registration.ts';
import { carefulOracle } from './careful.ts';
import { expert, noisyExpert } from './expert.ts';
import { oracle } from './oracle.ts';
import { twoRoomRoaming } from './roaming.ts';
import { twoRoom } from './two-room.ts';

/** `two-room`. */
export const twoRoomWorld: WorldRegistration = {
  id: 'two-room',
  summary: "LeWorldModel's two rooms with a door: a dot that goes where a picture shows",
  make: twoRoom,
  policies: {
    expert,
    'noisy-expert': () => noisyExpert(),
    oracle,
    'careful-oracle': carefulOracle,
    roaming: () => twoRoomRoaming(),
  },
};
