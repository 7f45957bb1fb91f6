// The second door of the room: what reads files or starts workers.

export { CIFAR10_CLASSES, type Cifar10, fetchCifar10, openCifar10 } from './cifar10.ts';
export { type ImageBatch, type ImageLoader, imageLoader } from './loader/image-loader.ts';
export type { ImageLoaderOptions } from './loader/plan.ts';
export { type OpenImagesOptions, openImages } from './open-images.ts';
export { decodeImage } from './read/decode.ts';
export type { DecodedImage } from './read/decoded.ts';
export type { ColumnOptions } from './read/parquet-file.ts';
