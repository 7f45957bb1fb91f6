// The point maze as the registry knows it.

import type { WorldRegistration } from '../registration.ts';
import { mazeExpert } from './expert.ts';
import { pointMaze } from './point-maze.ts';
import { mazeRoaming } from './roaming.ts';

/** `point-maze`. */
export const pointMazeWorld: WorldRegistration = {
  id: 'point-maze',
  summary: "DINO-WM's ball with inertia in a U-shaped maze",
  make: pointMaze,
  policies: {
    expert: () => mazeExpert(),
    'noisy-expert': () => mazeExpert({ noise: 0.5 }),
    roaming: () => mazeRoaming(),
  },
};
