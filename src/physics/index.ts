export { type MujocoLoader, mujocoModule, openMujoco } from './mujoco/load.ts';
export { type MujocoContact, type MujocoKind, mujocoPhysics, type Physics } from './mujoco/physics.ts';
export type { SceneGeom, SceneShape } from './mujoco/scene.ts';
export { type Convex, centroid, convex, placeConvex, unitMoment } from './planar/convex.ts';
export { outside, type Point, pathAround } from './planar/path.ts';
export { type Space, space } from './planar/space.ts';
export { newTouch, type Segment, segment, touchDisc, touchSegment } from './planar/touch.ts';
export { levelYaw, quaternionFrom, rotationMatrix, rotationVector } from './rotation.ts';
