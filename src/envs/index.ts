export { behindWall, hasWalls } from './behind-wall.ts';
export { type BouncingBallOptions, ballExpert, bouncingBall } from './bouncing-ball/bouncing-ball.ts';
export {
  type BallWorld,
  ballWorlds,
  bounce,
  checkBallWorld,
  drawBall,
  inside,
} from './bouncing-ball/physics.ts';
export { checkRegistered } from './check-registered.ts';
export { checkWorld, type WorldCheck, type WorldCheckOptions } from './check-world.ts';
export { cube } from './cube/cube.ts';
export { cubeExpert, noisyCubeExpert } from './cube/expert.ts';
export type { Ground, ProbeTarget, SearchSettings, WorldDeclaration } from './declaration.ts';
export { type DotWallOptions, dotWall, dotWallFixed, type WallContact } from './dot-wall/dot-wall.ts';
export type { Wall } from './dot-wall/layout.ts';
export { type DotWallWandererOptions, dotWallExpert, dotWallWanderer } from './dot-wall/policies.ts';
export type { Env, EnvSpec, Factor, FactorBinding, FactorValue, Policy, ResetOptions, StepResult } from './env.ts';
export { colorFactor, type FactorValues, integerFactor, realFactor } from './factors.ts';
export { goalInFront, goalOfState } from './goal.ts';
export { fromGymnasium, type GymnasiumOptions } from './gymnasium/from.ts';
export type { GymnasiumFrame, GymnasiumLike, GymnasiumReset, GymnasiumSpace, GymnasiumStep } from './gymnasium/like.ts';
export { toGymnasium } from './gymnasium/to.ts';
export { mazeExpert } from './point-maze/expert.ts';
export { U_MAZE } from './point-maze/maze.ts';
export { type PointMazeOptions, pointMaze } from './point-maze/point-maze.ts';
export { mazeRoaming, type RoamingOptions } from './point-maze/roaming.ts';
export { randomPolicy } from './policies.ts';
export type { GoalPredicate, PredicateRule } from './predicate.ts';
export { BLOCK_SHAPES, type BlockShape } from './push-t/block.ts';
export { noisyPusher, pusher, weakPusher } from './push-t/expert.ts';
export { type PushTOptions, type PushTPlaces, pushT } from './push-t/push-t.ts';
export { type PushingOptions, pushing } from './push-t/pushing.ts';
export { type PushTRolloutOptions, pushTRollout } from './push-t/rollout.ts';
export { reacherExpert } from './reacher/expert.ts';
export { reacher } from './reacher/reacher.ts';
export {
  listEnvs,
  makeEnv,
  makePolicy,
  policyNames,
  prepareEnv,
  registerWorld,
  type WorldRegistration,
} from './registry.ts';
export { expert, noisyExpert } from './two-room/expert.ts';
export type { TargetRule } from './two-room/factors.ts';
export { type OraclePlan, oracle, oraclePlan } from './two-room/oracle.ts';
export { type TwoRoomOptions, twoRoom } from './two-room/two-room.ts';
export { type VectorEnv, vectorEnv } from './vector.ts';
export { defineEnv, type EnvOptions, type World } from './world.ts';
