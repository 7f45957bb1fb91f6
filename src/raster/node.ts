export { gifenc } from './gifenc.ts';
export { encodePng, pngDataUri } from './png.ts';
