// Patch tokens of a photograph, from a published encoder or from one of our own that was trained on small images.
// Legend: D width.

import { readFileSync } from 'node:fs';
import { readPretrained } from '../../src/agent/node.ts';
import { JepaError } from '../../src/core/index.ts';
import { featureProgram, readTrainedRun } from '../../src/experiment/index.ts';
import type { ImageSet } from '../../src/images/index.ts';
import { decodeImage } from '../../src/images/node.ts';
import { type Matrix, matrix } from '../../src/measure/index.ts';
import { type Canvas, canvas, resizeBilinear } from '../../src/raster/index.ts';

/** Tokens of a photograph, row by row, and how to name the encoder that made them. */
export interface PhotoTokens {
  readonly tokens: Matrix;
  readonly columns: number;
  readonly encoder: string;
}

/** Decodes a JPEG or PNG file. Errors: `io` when it cannot be read, `corrupt` when it is no image. */
export async function readPhotograph(path: string): Promise<Canvas> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new JepaError('io', `photograph ${path} cannot be read; check photograph.image`, { path }, { cause });
  }
  const { height, width, rgb } = await decodeImage(bytes, path);
  return canvas(rgb, width, height);
}

/** The photograph with its longer side at most `side` pixels, and both sides multiples of `multiple`. */
function fitted(photo: Canvas, side: number, multiple: number): Canvas {
  const scale = side / Math.max(photo.width, photo.height);
  const whole = (length: number): number => Math.max(1, Math.round((length * scale) / multiple)) * multiple;
  return resizeBilinear(photo, whole(photo.width), whole(photo.height));
}

/** Patches along the longer side of a photograph, about. */
const PATCHES = 36;

/** Tokens of a checkpoint in HuggingFace's layout. */
export async function pretrainedTokens(photo: Canvas, nameOrFolder: string): Promise<PhotoTokens> {
  const encoder = readPretrained(nameOrFolder);
  try {
    const { patchSize } = encoder.config;
    const { pixels, height, width } = fitted(photo, PATCHES * patchSize, patchSize);
    const { patches, grid } = await encoder.encode(pixels, height, width);
    return { tokens: matrix(patches, encoder.dim), columns: grid[1], encoder: encoder.describe };
  } finally {
    await encoder.dispose();
  }
}

/**
 * Tokens of the encoder of an image run. It knows images of one size only, so the photograph is cut into tiles of that
 * size, each encoded by itself: a patch does not see beyond its tile. A token also says where in its tile it is, which would
 * draw the tiles over the picture: the mean token of each place over all tiles is taken off.
 */
export async function tiledTokens(
  photo: Canvas,
  run: string,
  onMessage: (message: string) => void,
): Promise<PhotoTokens> {
  const { recipe, seed, config, spec, values } = readTrainedRun(run, onMessage);
  const size = config.data.size;
  const program = await featureProgram(spec, size, values);
  try {
    const small = fitted(photo, 7 * size, size);
    const [across, down] = [small.width / size, small.height / size];
    const tiles = new Uint8Array(across * down * size * size * 3);
    for (let tile = 0; tile < across * down; tile++) {
      const [top, left] = [Math.floor(tile / across) * size, (tile % across) * size];
      for (let y = 0; y < size; y++) {
        const from = ((top + y) * small.width + left) * 3;
        tiles.set(small.pixels.subarray(from, from + size * 3), (tile * size + y) * size * 3);
      }
    }
    const count = across * down;
    const set: ImageSet = {
      name: 'photograph',
      count,
      height: size,
      width: size,
      channels: 3,
      pixels: tiles,
      labels: new Int32Array(count),
      classes: [],
      skipped: [],
    };
    const { tokens } = await program.of(
      set,
      Int32Array.from({ length: count }, (_, i) => i),
      true,
    );
    if (tokens === undefined) throw new JepaError('usage', `${run}: this encoder gives no tokens`);
    const { tokens: T, dim: D } = tokens;
    const side = Math.round(Math.sqrt(T));
    const columns = across * side;
    const data = new Float32Array(tokens.data.length);
    const place = new Float32Array(T * D); // mean token of each place
    for (let i = 0; i < tokens.data.length; i++) place[i % (T * D)]! += tokens.data[i]! / count;
    for (let tile = 0; tile < count; tile++)
      for (let t = 0; t < T; t++) {
        const row = Math.floor(tile / across) * side + Math.floor(t / side);
        const column = (tile % across) * side + (t % side);
        const [from, to] = [(tile * T + t) * D, (row * columns + column) * D];
        for (let j = 0; j < D; j++) data[to + j] = tokens.data[from + j]! - place[t * D + j]!;
      }
    return { tokens: matrix(data, D), columns, encoder: `${recipe}, seed ${seed}, ${count} tiles of ${size} pixels` };
  } finally {
    await program.dispose();
  }
}
