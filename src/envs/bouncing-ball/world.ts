// The bouncing ball as the registry knows it.

import type { WorldRegistration } from '../registration.ts';
import { ballExpert, bouncingBall } from './bouncing-ball.ts';

/** `bouncing-ball`. */
export const bouncingBallWorld: WorldRegistration = {
  id: 'bouncing-ball',
  summary: "the story's ball, which an action sends left or right",
  make: bouncingBall,
  policies: { expert: ballExpert },
};
