export { type AnimationOptions, animatedGif, type GifFile } from './gif.ts';
export { encodePng, pngDataUri } from './png.ts';
