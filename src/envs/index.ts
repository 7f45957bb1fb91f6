export { behindWall, hasWalls } from './behind-wall.ts';
export {
  addDots,
  type BallBatch,
  type BallBatches,
  type BallFloors,
  type BallNoise,
  type BallTransitions,
  type BallView,
  type BallWorld,
  type BouncingBallOptions,
  ballBatch,
  ballBatches,
  ballExpert,
  ballFloors,
  ballTransitions,
  ballWorlds,
  bayesPrediction,
  bounce,
  bouncingBall,
  checkBallWorld,
  drawBall,
  inside,
  moveRightProbability,
} from './bouncing-ball/index.ts';
export { checkWorld, type WorldCheck, type WorldCheckOptions } from './check-world.ts';
export { cube, cubeExpert, noisyCubeExpert } from './cube/index.ts';
export type { Ground, ProbeTarget, SearchSettings, WorldDeclaration } from './declaration.ts';
export {
  type DotWallOptions,
  type DotWallWalk,
  type DotWallWalkOptions,
  type DotWallWandererOptions,
  dotWall,
  dotWallExpert,
  dotWallFixed,
  dotWallWalk,
  dotWallWanderer,
  type Wall,
  type WallContact,
} from './dot-wall/index.ts';
export type {
  Env,
  EnvSpec,
  Factor,
  FactorBinding,
  FactorValue,
  Policy,
  ResetOptions,
  StepResult,
} from './env.ts';
export { colorFactor, type FactorValues, integerFactor, realFactor } from './factors.ts';
export { goalOfState } from './goal.ts';
export {
  fromGymnasium,
  type GymnasiumFrame,
  type GymnasiumLike,
  type GymnasiumOptions,
  type GymnasiumReset,
  type GymnasiumSpace,
  type GymnasiumStep,
  toGymnasium,
} from './gymnasium/index.ts';
export {
  type MujocoContact,
  type MujocoKind,
  type MujocoLoader,
  mujocoPhysics,
  openMujoco,
  type Physics,
  type SceneGeom,
  type SceneShape,
} from './mujoco/index.ts';
export {
  mazeExpert,
  mazeRoaming,
  type PointMazeOptions,
  pointMaze,
  type RoamingOptions,
  U_MAZE,
} from './point-maze/index.ts';
export { randomPolicy } from './policies.ts';
export {
  BLOCK_SHAPES,
  type BlockShape,
  noisyPusher,
  type PushingOptions,
  type PushTOptions,
  type PushTPlaces,
  type PushTRolloutOptions,
  pusher,
  pushing,
  pushT,
  pushTProprio,
  pushTRollout,
  weakPusher,
} from './push-t/index.ts';
export {
  type Camera,
  type Canvas,
  type Color,
  canvas,
  drawLine,
  fill,
  fillConvex,
  fillDisc,
  fillRect,
  gaussianDot,
  type Light,
  resampleArea,
  type SceneRenderer,
  type Solid,
  type SolidType,
  type Stage,
  sceneRenderer,
} from './raster/index.ts';
export { reacher, reacherExpert } from './reacher/index.ts';
export {
  listEnvs,
  makeEnv,
  makePolicy,
  policyNames,
  prepareEnv,
  registerWorld,
  type WorldRegistration,
} from './registry.ts';
export {
  expert,
  noisyExpert,
  type OraclePlan,
  oracle,
  oraclePlan,
  type TargetRule,
  type TwoRoomOptions,
  twoRoom,
  twoRoomObservation,
} from './two-room/index.ts';
export { type VectorEnv, vectorEnv } from './vector.ts';
export { defineEnv, type EnvOptions, type World } from './world.ts';
