export { cube } from './cube.ts';
export { cubeExpert, noisyCubeExpert } from './expert.ts';
