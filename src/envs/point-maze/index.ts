export { mazeExpert } from './expert.ts';
export { U_MAZE } from './maze.ts';
export { type PointMazeOptions, pointMaze } from './point-maze.ts';
export { mazeRoaming, type RoamingOptions } from './roaming.ts';
