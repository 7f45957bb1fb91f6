export { type MujocoLoader, mujocoModule, openMujoco } from './load.ts';
export { type MujocoContact, type MujocoKind, mujocoPhysics, type Physics } from './physics.ts';
export type { SceneGeom, SceneShape } from './scene.ts';
