// `jepa bench env`: frames per second of Two-Room on one thread, drawing alone and moving and drawing.

import type { Bench, BenchContext, BenchResult } from '../src/cli/index.ts';
import { key, stream } from '../src/core/index.ts';
import { makeEnv, makePolicy } from '../src/envs/index.ts';
import { interleave, least, median, timed } from './measure.ts';
import { table } from './table.ts';

/** What is measured, and how often. */
export interface EnvBenchOptions {
  readonly id: string;
  readonly imageSize: number;
  /** Frames of one sample. */
  readonly frames: number;
  readonly rounds: number;
}

/** Two-Room at 64 pixels. */
export const ENV_BENCH: EnvBenchOptions = { id: 'two-room', imageSize: 64, frames: 500, rounds: 9 };

/** Runs the whole benchmark. */
export async function measureEnv(options: EnvBenchOptions, context: BenchContext): Promise<BenchResult> {
  const { id, imageSize, frames, rounds } = options;
  const env = makeEnv(id, { imageSize });
  const policy = makePolicy(id, 'random');
  const random = stream(key(context.seed));
  const picture = new Uint8Array(imageSize * imageSize * 3);
  let seen = 0;
  const sampler = (name: string, move: boolean) => ({
    name,
    sample: () =>
      timed(() => {
        env.reset(key(context.seed));
        for (let i = 0; i < frames; i++) {
          if (move) env.step(policy.act(env, random));
          env.render(picture);
          seen += picture[i % picture.length]!;
        }
      }),
  });
  const samples = await interleave([sampler('render', false), sampler('stepAndRender', true)], {
    rounds,
    settleMs: 1,
    signal: context.signal,
    onRound: (step, total) => context.progress({ stage: 'env', step, total }),
  });
  const rate = (name: string): number => frames / median(samples[name]!);
  const row = (label: string, name: string): string[] => [
    label,
    rate(name).toFixed(0),
    (frames / least(samples[name]!)).toFixed(0),
  ];
  return {
    metrics: { 'env.rendersPerSecond': rate('render'), 'env.stepsPerSecond': rate('stepAndRender') },
    text: table([
      [`${id}, ${imageSize} pixels, one thread`, 'frames/s, median', 'most'],
      row('draw', 'render'),
      row('move by a random policy and draw', 'stepAndRender'),
    ]),
    record: { options, samplesSeconds: samples, checksum: seen },
  };
}

/** The benchmark. */
export const envBench: Bench = {
  name: 'env',
  summary: 'frames per second of a world, one thread',
  run: (context) => measureEnv(ENV_BENCH, context),
};
