// The decoder for eyes: trained after the fact on the frozen embeddings of another model, so that people can see what the
// embedding holds. Nothing flows back into the model.

import { fold, JepaError, randomBits } from '../../src/core/index.ts';
import type { Runtime } from '../../src/runtime/index.ts';
import { input, type Tensor } from '../../src/tensor/index.ts';
import { moduleProgram } from '../../src/train/index.ts';
import type { StoryConfig } from './config.ts';
import { jobKey, type Training } from './job.ts';
import { trainedJoint } from './models.ts';
import { decoder } from './networks.ts';
import { meanSquares } from './objectives.ts';
import { type StoryJob, sizesFor, variants } from './variants.ts';
import { type BallView, ballBatch, ballTransitions } from './world/transitions.ts';

/** Embeddings [B, D] and the pictures [B, 1, S, S] to draw from them. */
interface EyesBatch {
  readonly z: Float32Array;
  readonly picture: Float32Array;
}

/** The initial bias of the decoder: the share of lit pixels. */
const OUTPUT_BIAS = -3;

/**
 * The training of a decoder for eyes: from the predicted next embedding to the clean next picture, or from the embedding of
 * a picture to that picture. Embeddings of twice the training transitions are computed once.
 */
export async function eyesTraining(
  config: StoryConfig,
  job: StoryJob,
  out: string,
  runtime: Runtime,
): Promise<Training<EyesBatch>> {
  const variant = variants[job.variant];
  if (variant.kind !== 'eyes') throw new JepaError('usage', `story: ${job.variant} is no decoder for eyes`);
  const of = variants[variant.of];
  const { dim, imageSize } = config.networks;
  const { batchSize } = config.train;
  const model = await trainedJoint(config, out, { variant: variant.of, seed: job.seed }, runtime);
  const count = 2 * config.train.pairs;
  const transitions = ballTransitions(config.world, count, jobKey(job, 'eyes'));
  const view: BallView = { frames: of.frames, noise: of.noise, cleanNext: true };
  const rows = Uint32Array.from({ length: count }, (_, i) => i);
  const { now, next, action } = ballBatch(transitions, rows, view, jobKey(job, 'eyes-noise'));
  const z = await model.embed(now);
  const source = variant.from === 'embedded' ? z : of.action ? await model.predict(z, action) : await model.predict(z);
  const targets = variant.from === 'embedded' ? now : next;
  const picture = imageSize * imageSize;
  const program = await moduleProgram<(z: Tensor) => Tensor, EyesBatch>({
    module: decoder(sizesFor(config, 1), OUTPUT_BIAS),
    key: jobKey(job, 'init'),
    runtime,
    trace: (decode) => ({
      loss: meanSquares(decode(input('z', [batchSize, dim])), input('picture', [batchSize, 1, imageSize, imageSize])),
      terms: {},
    }),
    inputs: (batch) => ({ ...batch }),
  });
  return {
    program,
    batches(firstStep) {
      let step = firstStep;
      return {
        next() {
          const batch = {
            z: new Float32Array(batchSize * dim),
            picture: new Float32Array(batchSize * picture),
          };
          randomBits(fold(jobKey(job, 'batches'), step++), new Uint32Array(batchSize)).forEach((word, b) => {
            const i = Math.floor((word / 0x100000000) * count);
            batch.z.set(source.subarray(i * dim, (i + 1) * dim), b * dim);
            batch.picture.set(targets.subarray(i * picture, (i + 1) * picture), b * picture);
          });
          return batch;
        },
        close() {},
      };
    },
  };
}
