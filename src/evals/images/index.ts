export type { Canvas } from '../report/canvas.ts';
export { type NeighbourRow, neighbourPanel } from './neighbours.ts';
export { blendImages, heatImage, pngDataUri, resizeImage } from './paint.ts';
export { fitTokenPca, patchAt, patchSimilarity, pcaImage, type TokenPca } from './patch-maps.ts';
