// Pictures of an evaluation, as `data:` addresses that a page can hold.

import type { ImageSet } from '../../images/index.ts';
import { fitTokenPca, type Matrix, matrix, patchSimilarity, pcaImage, type Tokens } from '../../measure/index.ts';
import { type Canvas, canvas, heatImage, resizeNearest } from '../../raster/index.ts';
import { pngDataUri } from '../../raster/node.ts';

/** The images as they are. */
export function thumbnails(set: ImageSet, indices: readonly number[]): string[] {
  return indices.map((i) => pngDataUri(canvasOf(set, i)));
}

function canvasOf({ pixels, width, height }: ImageSet, i: number): Canvas {
  const size = width * height * 3;
  return canvas(pixels.slice(i * size, (i + 1) * size), width, height);
}

/** An image beside its patch tokens in the colours of their principal components, and the similarity to its middle patch. */
export interface PatchPicture {
  readonly image: string;
  readonly components: string;
  readonly similarity: string;
}

/** Patch maps of a few images; one PCA serves them all. Tokens [N, T, D] must fill a square. */
export function patchPictures(set: ImageSet, indices: readonly number[], tokens: Tokens): PatchPicture[] {
  const { tokens: T, dim: D } = tokens;
  const side = Math.round(Math.sqrt(T));
  if (side * side !== T || D < 3 || side < 2) return [];
  const each: Matrix[] = indices.map((_, i) => matrix(tokens.data.subarray(i * T * D, (i + 1) * T * D), D));
  const pca = fitTokenPca(each);
  const enlarged = (c: Canvas): string => pngDataUri(resizeNearest(c, set.width, set.height));
  const middle = Math.floor(side / 2) * side + Math.floor(side / 2);
  return indices.map((index, i) => ({
    image: pngDataUri(canvasOf(set, index)),
    components: enlarged(pcaImage(pca, each[i]!, side)),
    similarity: enlarged(heatImage(patchSimilarity(each[i]!, middle), side)),
  }));
}
