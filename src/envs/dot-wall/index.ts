export { type DotWallOptions, dotWall, dotWallFixed, type WallContact } from './dot-wall.ts';
export type { Wall } from './layout.ts';
export { type DotWallWandererOptions, dotWallExpert, dotWallWanderer } from './policies.ts';
export { type DotWallWalk, type DotWallWalkOptions, dotWallWalk } from './walks.ts';
