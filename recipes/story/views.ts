// The collapse demonstration: an encoder is to give two views of a picture the same embedding, with nothing against collapse
// (naive), with Barlow Twins, and with SIGReg. While it trains, the embeddings of fixed pictures are looked at: their first
// two principal components, their deviation, and the correlation of the two views dimension by dimension.
//
// A view is the picture shifted by up to a few pixels around the edges and darkened to 70 to 100 %.
// Source: danieljohnmorris/tiny-bouncing-jepa @02e7ca6, part2_jepa/collapse_demo.py.

import { compile } from '../../src/compile/index.ts';
import { fold, JepaError, type Key, stream } from '../../src/core/index.ts';
import { crossCorrelation } from '../../src/jepa/index.ts';
import { dimensionDeviation, matrix, rankMe, sigregStatistic } from '../../src/measure/index.ts';
import { bind } from '../../src/nn/index.ts';
import type { Runtime } from '../../src/runtime/index.ts';
import { concat, input, split, type Tensor } from '../../src/tensor/index.ts';
import { jepaProgram } from '../../src/train/index.ts';
import type { InstrumentSchedule } from '../../src/train/node.ts';
import type { StoryConfig } from './config.ts';
import { jobKey, type Training, trainingTransitions } from './job.ts';
import { viewsMethod } from './methods.ts';
import { encoder } from './networks.ts';
import { principalPlane } from './principal-plane.ts';
import { type StoryJob, sizesFor, variants } from './variants.ts';
import { type BallTransitions, ballBatch } from './world/transitions.ts';

/** Two views [B, 1, S, S] of the same pictures. */
interface Views {
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** Pictures whose embeddings are drawn. */
const WATCHED = 256;

/** A view of a picture [S, S]: rolled by whole pixels up to `shift` each way, and multiplied by 0.7 to 1. */
function view(picture: Float32Array, size: number, shift: number, random: { uniform(): number }): Float32Array {
  const [dx, dy] = [0, 1].map(() => Math.floor(random.uniform() * (2 * shift + 1)) - shift) as [number, number];
  const light = 0.7 + 0.3 * random.uniform();
  const out = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    const from = ((y - dy + size) % size) * size;
    for (let x = 0; x < size; x++) out[y * size + x] = light * picture[from + ((x - dx + size) % size)]!;
  }
  return out;
}

function viewsOf(config: StoryConfig, transitions: BallTransitions, count: number, key: Key): Views {
  const { size } = config.world;
  const pixels = size * size;
  const random = stream(key);
  const rows = Uint32Array.from({ length: count }, () => Math.floor(random.uniform() * transitions.count));
  const { now } = ballBatch(transitions, rows, { frames: 1, noise: 'none' }, key);
  const out = { a: new Float32Array(now.length), b: new Float32Array(now.length) };
  for (let i = 0; i < count; i++) {
    const picture = now.subarray(i * pixels, (i + 1) * pixels);
    out.a.set(view(picture, size, config.collapse.shift, random), i * pixels);
    out.b.set(view(picture, size, config.collapse.shift, random), i * pixels);
  }
  return out;
}

/** Columns of the pictures whose embeddings are drawn, evenly over the places the ball can be. */
function watchedPositions({ world: { size, radius } }: StoryConfig): Float64Array {
  return Float64Array.from({ length: WATCHED }, (_, i) => radius + ((i + 0.5) / WATCHED) * (size - 2 * radius));
}

/** What is looked at during training, from the current numbers of the encoder. */
async function watcher(
  config: StoryConfig,
  job: StoryJob,
  transitions: BallTransitions,
  program: Training<Views>['program'],
  runtime: Runtime,
): Promise<InstrumentSchedule> {
  const sizes = sizesFor(config, 1);
  const { size } = config.world;
  const encode = bind(encoder(sizes), 'eval').model;
  const shape = [WATCHED, 1, size, size];
  const [still, a, b] = split(
    encode(concat([input('watched', shape), input('a', shape), input('b', shape)], 0)),
    [WATCHED, WATCHED, WATCHED],
    0,
  ) as [Tensor, Tensor, Tensor];
  const look = await compile({ still, correlation: crossCorrelation(a, b) }, { runtime });
  const places = watchedPositions(config);
  const watched: BallTransitions = { ...transitions, count: WATCHED, now: places, next: places, before: places };
  const rows = Uint32Array.from({ length: WATCHED }, (_, i) => i);
  const key = jobKey(job, 'watched');
  const inputs = {
    watched: ballBatch(watched, rows, { frames: 1, noise: 'none' }, key).now,
    ...viewsOf(config, transitions, WATCHED, key),
  };
  const flat = { layout: program.layout, data: program.params };
  return {
    every: Math.max(1, Math.floor(config.collapse.steps / config.collapse.snapshots)),
    async measure() {
      const out = await look.run({
        inputs,
        parameters: flat,
        state: { layout: program.bufferLayout, data: program.buffers },
      });
      const z = matrix(out.still as Float32Array, sizes.dim);
      const { points, shares } = principalPlane(z);
      const short = (v: number): number => Number(v.toPrecision(4));
      return {
        deviation: dimensionDeviation(z).mean,
        rankMe: rankMe(z),
        sigreg: sigregStatistic(z, { key }),
        plane: Array.from(points, short),
        planeShares: shares.map(short),
        correlation: Array.from(out.correlation as Float32Array, (v) => Number(v.toFixed(3))),
      };
    },
  };
}

/** The training of one encoder of the demonstration. */
export async function viewsTraining(config: StoryConfig, job: StoryJob, runtime: Runtime): Promise<Training<Views>> {
  const variant = variants[job.variant];
  if (variant.kind !== 'views') throw new JepaError('usage', `story: ${job.variant} is not trained on views`);
  const { batchSize } = config.train;
  const transitions = trainingTransitions(config, job);
  const program = await jepaProgram({
    spec: viewsMethod({ sizes: sizesFor(config, 1), batch: batchSize, objective: variant.objective }),
    key: jobKey(job, 'init'),
    runtime,
    inputs: (views: Views) => ({ ...views }),
  });
  return {
    program,
    batches(firstStep) {
      let step = firstStep;
      return {
        next: () => viewsOf(config, transitions, batchSize, fold(jobKey(job, 'batches'), step++)),
        close() {},
      };
    },
    instruments: await watcher(config, job, transitions, program, runtime),
  };
}
