// `jepa bench env`: how fast the worlds are on one thread: moving, drawing, and both. The policies that move them are quick
// and keep things happening: in Push-T the weak one, which stays near the block and pushes it.

import type { Bench, BenchContext, BenchResult } from '../src/cli/index.ts';
import { fold, key, stream } from '../src/core/index.ts';
import { makeEnv, makePolicy, prepareEnv } from '../src/envs/index.ts';
import { interleave, least, median, timed } from './measure.ts';
import { table } from './table.ts';

/** One world as it is measured. */
export interface EnvBenchWorld {
  readonly id: string;
  readonly imageSize: number;
  readonly policy: string;
}

/** What is measured, and how often. */
export interface EnvBenchOptions {
  readonly worlds: readonly EnvBenchWorld[];
  /** Steps and frames of one sample; the world is reset after every 100. */
  readonly frames: number;
  readonly rounds: number;
}

/** The worlds at the size of small models. */
export const ENV_BENCH: EnvBenchOptions = {
  worlds: [
    { id: 'two-room', imageSize: 64, policy: 'random' },
    { id: 'dot-wall', imageSize: 65, policy: 'wanderer' },
    { id: 'push-t', imageSize: 64, policy: 'weak' },
    { id: 'point-maze', imageSize: 64, policy: 'random' },
    { id: 'reacher', imageSize: 64, policy: 'random' },
    { id: 'cube', imageSize: 64, policy: 'random' },
  ],
  frames: 500,
  rounds: 9,
};

/** Moving alone, drawing alone, and both. */
const KINDS = ['move', 'render', 'step'] as const;
type Kind = (typeof KINDS)[number];
const METRICS: Readonly<Record<Kind, string>> = {
  move: 'movesPerSecond',
  render: 'rendersPerSecond',
  step: 'stepsPerSecond',
};
const EPISODE = 100;

/** A sampler of one kind of work in one world; `see` is told a byte of each frame, so that no frame is for nothing. */
function sampler(world: EnvBenchWorld, kind: Kind, frames: number, seed: number, see: (byte: number) => void) {
  const env = makeEnv(world.id, { imageSize: world.imageSize });
  const policy = makePolicy(world.id, world.policy);
  const random = stream(key(seed));
  const picture = new Uint8Array(world.imageSize * world.imageSize * 3);
  return {
    name: `${world.id}.${kind}`,
    sample: () =>
      timed(() => {
        for (let i = 0; i < frames; i++) {
          if (i % EPISODE === 0) env.reset(fold(key(seed), i));
          if (kind !== 'render') env.step(policy.act(env, random));
          if (kind === 'move') continue;
          env.render(picture);
          see(picture[i % picture.length]!);
        }
      }),
  };
}

/** Runs the whole benchmark. */
export async function measureEnv(options: EnvBenchOptions, context: BenchContext): Promise<BenchResult> {
  const { worlds, frames, rounds } = options;
  let seen = 0;
  const see = (byte: number): void => {
    seen += byte;
  };
  for (const { id } of worlds) await prepareEnv(id);
  const samples = await interleave(
    worlds.flatMap((world) => KINDS.map((kind) => sampler(world, kind, frames, context.seed, see))),
    {
      rounds,
      settleMs: 1,
      signal: context.signal,
      onRound: (step, total) => context.progress({ stage: 'env', step, total }),
    },
  );
  const metrics: Record<string, number> = {};
  const rows: string[][] = [['one thread, in a second: median (most)', ...KINDS.map((kind) => METRICS[kind])]];
  for (const { id, imageSize, policy } of worlds) {
    const cells = KINDS.map((kind) => {
      const seconds = samples[`${id}.${kind}`]!;
      metrics[`env.${id}.${METRICS[kind]}`] = frames / median(seconds);
      return `${(frames / median(seconds)).toFixed(0)} (${(frames / least(seconds)).toFixed(0)})`;
    });
    rows.push([`${id}, ${imageSize} pixels, ${policy}`, ...cells]);
  }
  return { metrics, text: table(rows), record: { options, samplesSeconds: samples, checksum: seen } };
}

/** The benchmark. */
export const envBench: Bench = {
  name: 'env',
  summary: 'moves and frames per second of the worlds, one thread',
  run: (context) => measureEnv(ENV_BENCH, context),
};
