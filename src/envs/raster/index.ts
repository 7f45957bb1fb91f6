export type { Camera } from './camera.ts';
export { type Canvas, type Color, canvas, fill } from './canvas.ts';
export { gaussianDot } from './gaussian.ts';
export type { SolidType } from './mesh.ts';
export { resampleArea } from './resample.ts';
export { type Light, type SceneRenderer, type Solid, type Stage, sceneRenderer } from './scene.ts';
export { drawLine, fillConvex, fillDisc, fillRect } from './shapes.ts';
