// A published image encoder at work: pixels in, tokens out. Programs are compiled for each image size when first needed,
// with the parameters inside, so that the runtime can arrange them for speed.
// Legend: B images, N patches, D width.

import { cache, compile, type Program } from '../../compile/index.ts';
import { JepaError } from '../../core/index.ts';
import { toFloat32 } from '../../data/index.ts';
import {
  bicubicMatrix,
  bind,
  encoderTensors,
  type Grid,
  loadPretrained,
  type ModelValues,
  normalisePlanes,
  type PretrainedFamily,
  type PretrainedModule,
  pixelPlanes,
  pretrained,
  type VitConfig,
} from '../../nn/index.ts';
import { defaultRuntime, nodeRuntime, type Runtime } from '../../runtime/index.ts';
import { bilinearMatrix, clamp, constant, input, matmul, type Tensor } from '../../tensor/index.ts';
import { bakeValues } from '../world-model/world-graphs.ts';
import { checkpointFolder, readCheckpointTensors, readJsonObject } from './pretrained-file.ts';
import { type Preprocessing, readPreprocessing } from './pretrained-preprocessing.ts';

/** Size of images in pixels. */
export type ImageSize = readonly [height: number, width: number];

/** The tokens of images, after the final layer norm. */
export interface EncodedImages {
  /** [B, N, D], row by row. */
  readonly patches: Float32Array;
  /** Rows and columns of patches; N is their product. */
  readonly grid: Grid;
  /** [B, D]; absent in I-JEPA. */
  readonly cls?: Float32Array;
}

/** A pretrained encoder, ready to be asked. */
export interface ImageEncoderModel {
  readonly family: PretrainedFamily;
  readonly config: VitConfig;
  /** Width D of the tokens. */
  readonly dim: number;
  /** `dinov2: 12 blocks of width 384, 6 heads, patches of 14, trained at 518x518` */
  readonly describe: string;
  /** How the checkpoint wants its images. `encode` normalises them so, and resizes with its filter when asked to. */
  readonly preprocessing: Preprocessing;
  /**
   * Tokens of u8 RGB images [B, H, W, 3]. Sides must be multiples of the patch size, unless `resize` gives a size that is:
   * then images are resized first, with antialiasing, as the checkpoint's preprocessing.
   *
   * Errors: `shape` when the bytes are no whole number of images, or the size does not divide into patches.
   */
  encode(
    images: Uint8Array,
    height: number,
    width: number,
    options?: { readonly resize?: ImageSize },
  ): Promise<EncodedImages>;
  /** An ONNX model of standard operators: `pixels` u8 [B, H, W, 3] -> `patches` [B, N, D], and `cls` [B, D]. */
  onnx(size: { readonly batch: number; readonly height: number; readonly width: number }): Promise<Uint8Array>;
  /** Gives the compiled programs back. */
  dispose(): Promise<void>;
}

/** Images encoded in one call; the rest goes one by one. */
const BATCH = 8;
/** Programs kept when nobody uses them: each holds the parameters. */
const PROGRAMS = 4;
/** An ONNX file holds less than 2 GiB. */
const BAKED_BYTES = 1.5e9;

/** Options of reading an encoder. */
export interface ReadPretrainedOptions {
  readonly runtime?: Runtime;
  /** Whether programs hold the parameters, which is faster, or are fed them; default when they take at most 1.5 GB. */
  readonly bake?: boolean;
}

/** A compiled encoder; `values` where they are not inside. */
interface Built {
  readonly program: Program;
  readonly values?: ModelValues;
}

/** The largest multiple of the patch size within a side, but at least one patch. */
function whole(side: number, patch: number): number {
  return Math.max(1, Math.floor(side / patch)) * patch;
}

/** u8 images [B, H, W, 3] resized with antialiasing and normalised, f32 [B, 3, h, w]. */
function resized(images: Tensor, [h, w]: ImageSize, { normalisation, filter }: Preprocessing): Tensor {
  const [, H, W] = images.shape as [number, number, number, number];
  const matrix = filter === 'bicubic' ? bicubicMatrix : bilinearMatrix;
  const rows = constant(matrix(H, h, true), [h, H], 'f32');
  const columns = constant(matrix(W, w, true), [w, W], 'f32');
  const small = matmul(rows, matmul(pixelPlanes(images), columns, { transB: true }));
  return normalisePlanes(clamp(small, 0, 255), normalisation);
}

/**
 * Reads a HuggingFace checkpoint of I-JEPA, ViT, DINOv2 (with registers, with SwiGLU) or DINOv3 (also gated).
 *
 * Errors: `io` when there is no such checkpoint; `corrupt` for damaged files; `checkpoint` for another family, which lists
 * the supported ones, and for missing, extra and mis-shaped tensors, all listed; `unsupported` for options that no
 * published checkpoint has, and for preparations of images that are not computed here.
 *
 * @param nameOrFolder a folder with config.json and model.safetensors (or its shards), or the name of a model in the
 * cache of jepa (`jepa fetch`) or of HuggingFace
 * @example
 * const encoder = readPretrained('dinov2-small');
 * const { patches, grid } = await encoder.encode(pixels, 480, 640, { resize: [448, 448] }); // grid [32, 32]
 */
export function readPretrained(
  nameOrFolder: string,
  { runtime = defaultRuntime(), bake }: ReadPretrainedOptions = {},
): ImageEncoderModel {
  const folder = checkpointFolder(nameOrFolder);
  const file = `${folder}/config.json`;
  const json = readJsonObject(file);
  const native = pretrained(json, { file });
  const tensors = encoderTensors(readCheckpointTensors(folder), native.family);
  const pooler = tensors.has('pooler.dense.weight');
  const preprocessing = readPreprocessing(folder, native.family);
  const { normalisation } = preprocessing;
  const { patchSize, dim } = native.config;
  const valuesOf = (module: PretrainedModule) => loadPretrained(module, tensors, toFloat32, folder);
  valuesOf(pretrained(json, { file, pooler })); // whatever does not fit is reported now

  const build = async (
    batch: number,
    height: number,
    width: number,
    own: Pick<ReadPretrainedOptions, 'bake'> & { readonly runtime: Runtime },
    resize?: ImageSize,
  ): Promise<Built> => {
    const [h, w] = resize ?? [height, width];
    const sized = pretrained(json, { file, pooler, normalisation, grid: [h / patchSize, w / patchSize] });
    const pixels = input('pixels', [batch, height, width, 3], 'u8');
    const images = resize === undefined ? pixels : resized(pixels, resize, preprocessing);
    const { cls, patches } = bind(sized.module, 'eval').model.forward(images);
    const outputs = { patches, ...(cls === undefined ? {} : { cls }) };
    const metadata = { 'jepa.family': native.family };
    const values = valuesOf(sized);
    const options = { runtime: own.runtime, name: native.family };
    if (!(own.bake ?? values.parameters.data.byteLength <= BAKED_BYTES))
      return { program: await compile(outputs, options), values };
    return { program: await compile(outputs, { ...options, bake: bakeValues(values), metadata }) };
  };
  const programs = cache<Built>({ keep: PROGRAMS, free: ({ program }) => program.dispose() });
  const requireWhole = ([h, w]: ImageSize, resize: boolean): void => {
    if (h >= patchSize && w >= patchSize && h % patchSize === 0 && w % patchSize === 0) return;
    throw new JepaError(
      'shape',
      `encode: ${resize ? 'the size to resize to' : 'images'} must divide into patches of ${patchSize}, got ${h}x${w}; resize to ${whole(h, patchSize)}x${whole(w, patchSize)} with { resize: [height, width] }`,
      { height: h, width: w, patchSize },
    );
  };

  return {
    family: native.family,
    config: native.config,
    dim,
    describe: native.describe,
    preprocessing,
    async encode(images, height, width, { resize } = {}) {
      const size = height * width * 3;
      const count = images.length / size;
      if (!(Number.isInteger(count) && count >= 1))
        throw new JepaError(
          'shape',
          `encode: images must be u8 [B, ${height}, ${width}, 3], a multiple of ${size} bytes, got ${images.length}`,
        );
      const [h, w] = resize ?? [height, width];
      requireWhole([h, w], resize !== undefined);
      const grid: Grid = [h / patchSize, w / patchSize];
      const tokens = grid[0] * grid[1] * dim;
      const patches = new Float32Array(count * tokens);
      const cls = native.config.cls === false ? undefined : new Float32Array(count * dim);
      for (let from = 0; from < count; ) {
        const n = count - from >= BATCH ? BATCH : 1;
        const into = {
          patches: patches.subarray(from * tokens, (from + n) * tokens),
          ...(cls === undefined ? {} : { cls: cls.subarray(from * dim, (from + n) * dim) }),
        };
        const pixels = images.subarray(from * size, (from + n) * size);
        const name = [n, height, width, ...(resize ?? [])].join('x');
        const own = { runtime, ...(bake === undefined ? {} : { bake }) };
        await programs.use(
          name,
          () => build(n, height, width, own, resize),
          ({ program, values }) =>
            program.run({
              inputs: { pixels },
              into,
              ...(values === undefined ? {} : { parameters: values.parameters }),
            }),
        );
        from += n;
      }
      return { patches, grid, ...(cls === undefined ? {} : { cls }) };
    },
    async onnx({ batch, height, width }) {
      requireWhole([height, width], false);
      const { program: built, values } = await build(batch, height, width, {
        runtime: nodeRuntime({ portable: true }),
      });
      await built.dispose();
      if (values === undefined) return built.model;
      throw new JepaError(
        'unsupported',
        `onnx: ${native.family} has ${values.parameters.data.byteLength} bytes of parameters, more than one ONNX file holds; use encode`,
      );
    },
    dispose: () => programs.clear(),
  };
}
