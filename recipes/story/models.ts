// Trained models of the story as functions on host arrays: embed pictures, predict embeddings, draw pictures. Rows of any
// number go through in chunks of one compiled size.

import { type CompileOptions, compile } from '../../src/compile/index.ts';
import { JepaError } from '../../src/core/index.ts';
import { bind, type ModelValues, type Module } from '../../src/nn/index.ts';
import { trainedValues } from '../../src/run/node.ts';
import type { Runtime } from '../../src/runtime/index.ts';
import { input, type Tensor } from '../../src/tensor/index.ts';
import type { StoryConfig } from './config.ts';
import { modelDir } from './job.ts';
import { decoder, jointModel, pixelPredictor } from './networks.ts';
import { type StoryJob, sizesFor, variants } from './variants.ts';

/** Rows per run of a compiled program. */
const CHUNK = 256;

/** A function from rows to rows; the inputs are given in the order of its definition. */
export type RowFunction = (...inputs: readonly Float32Array[]) => Promise<Float32Array>;

/** Shape of one row of an input. */
type RowShape = readonly number[];

const product = (shape: RowShape): number => shape.reduce((a, b) => a * b, 1);

/**
 * Compiles `trace` as a function on any number of rows: it gets one tensor [chunk, ...shape] per input and gives back one
 * [chunk, ...].
 */
async function rowFunction(
  trace: (...rows: readonly Tensor[]) => Tensor,
  shapes: readonly RowShape[],
  values: ModelValues,
  runtime: Runtime,
  chunk: number = CHUNK,
): Promise<RowFunction> {
  const options: CompileOptions = { runtime };
  const y = trace(...shapes.map((shape, i) => input(`x${i}`, [chunk, ...shape])));
  const program = await compile({ y }, options);
  const width = product(y.shape) / chunk;
  const sizes = shapes.map(product);
  return async (...inputs) => {
    const rows = inputs[0]!.length / sizes[0]!;
    if (inputs.length !== sizes.length || inputs.some((x, i) => x.length !== rows * sizes[i]!)) {
      throw new JepaError(
        'shape',
        `story model: needs ${sizes.length} inputs of equally many rows of ${sizes.join(' and ')} numbers, got ${inputs.map((x) => x.length).join(' and ')}`,
      );
    }
    const out = new Float32Array(rows * width);
    for (let at = 0; at < rows; at += chunk) {
      const count = Math.min(chunk, rows - at);
      const feeds = inputs.map((x, i) => {
        const piece = x.subarray(at * sizes[i]!, (at + count) * sizes[i]!);
        if (count === chunk) return piece;
        const padded = new Float32Array(chunk * sizes[i]!);
        padded.set(piece);
        return padded;
      });
      const { y: result } = await program.run({
        inputs: Object.fromEntries(feeds.map((x, i) => [`x${i}`, x])),
        parameters: values.parameters,
        state: values.buffers,
      });
      out.set((result as Float32Array).subarray(0, count * width), at * width);
    }
    return out;
  };
}

const numbers = (m: Module<unknown>, out: string, job: StoryJob): ModelValues =>
  trainedValues(m, modelDir(out, job), () => {}).values;

/** A joint-embedding model on host arrays. */
export interface JointFunctions {
  /** D */
  readonly dim: number;
  readonly frames: 1 | 2;
  readonly action: boolean;
  /** Pictures [N, F, S, S] to embeddings [N, D]. */
  readonly embed: RowFunction;
  /** Embeddings [N, D], and actions [N, 1] when there are any, to the next embeddings [N, D]. */
  readonly predict: RowFunction;
}

/** A joint-embedding model with given numbers. */
async function jointFunctions(
  config: StoryConfig,
  { frames, action }: { readonly frames: 1 | 2; readonly action: boolean },
  values: ModelValues,
  runtime: Runtime,
): Promise<JointFunctions> {
  const sizes = sizesFor(config, frames);
  const { model } = bind(jointModel(sizes, action ? 1 : 0), 'eval');
  const picture = [sizes.frames, sizes.imageSize, sizes.imageSize];
  return {
    dim: sizes.dim,
    frames,
    action,
    embed: await rowFunction((x) => model.encode(x!), [picture], values, runtime),
    predict: await rowFunction(
      (z, a) => model.predict(z!, a),
      action ? [[sizes.dim], [1]] : [[sizes.dim]],
      values,
      runtime,
      2048,
    ),
  };
}

/** A trained joint-embedding model. */
export async function trainedJoint(
  config: StoryConfig,
  out: string,
  job: StoryJob,
  runtime: Runtime,
): Promise<JointFunctions> {
  const variant = variants[job.variant];
  if (variant.kind !== 'joint') throw new JepaError('usage', `story: ${job.variant} predicts no embeddings`);
  const values = numbers(jointModel(sizesFor(config, variant.frames), variant.action ? 1 : 0), out, job);
  return jointFunctions(config, variant, values, runtime);
}

/** A trained pixel predictor: pictures [N, 1, S, S] to predicted pictures. */
export function trainedPixel(config: StoryConfig, out: string, job: StoryJob, runtime: Runtime): Promise<RowFunction> {
  const m = pixelPredictor(sizesFor(config, 1));
  const { imageSize } = config.networks;
  const { encode, decode } = bind(m, 'eval').model;
  return rowFunction((x) => decode(encode(x!)), [[1, imageSize, imageSize]], numbers(m, out, job), runtime);
}

/** A trained decoder for eyes: embeddings [N, D] to pictures [N, 1, S, S]. */
export function trainedEyes(config: StoryConfig, out: string, job: StoryJob, runtime: Runtime): Promise<RowFunction> {
  const m = decoder(sizesFor(config, 1));
  const decode = bind(m, 'eval').model;
  return rowFunction((z) => decode(z!), [[config.networks.dim]], numbers(m, out, job), runtime);
}
