// `jepa bench planning`: what one decision costs in the two families of latent world models, at their published sizes and at
// equal candidates: LeWorldModel imagines one token per frame, DINO-WM 196 patches. Embeddings are random numbers: encoding
// the two pictures of a decision is not part of it, and costs DINO-WM more.

import { type WorldModel, worldModel } from '../src/agent/index.ts';
import type { Bench, BenchContext, BenchResult } from '../src/cli/index.ts';
import { key, normal } from '../src/core/index.ts';
import { initialise, parameterCount, type VitConfig } from '../src/nn/index.ts';
import { cem } from '../src/plan/index.ts';
import { nodeRuntime } from '../src/runtime/index.ts';
import {
  DINO_WM_REFERENCE,
  type DinoWmConfig,
  type Dynamics,
  dinoWmDynamics,
  LE_WM_REFERENCE,
  type LeWmConfig,
  leWmDynamics,
  vitFeatures,
} from '../src/world/index.ts';
import { interleave, least, median, timed } from './measure.ts';
import { ms, table } from './table.ts';

/** What is measured, and how often. */
export interface PlanningBenchOptions {
  readonly leWm: LeWmConfig;
  readonly dinoWm: DinoWmConfig;
  /** The encoder that DINO-WM's patches come from: DINOv2 small at 196 pixels. */
  readonly encoder: VitConfig;
  readonly samples: number;
  readonly elites: number;
  readonly iterations: number;
  readonly horizon: number;
  readonly rounds: number;
  readonly threads: number;
}

/** The published sizes; few candidates, since DINO-WM takes seconds for each dozen. */
export const PLANNING_BENCH: PlanningBenchOptions = {
  leWm: LE_WM_REFERENCE,
  dinoWm: { predictor: DINO_WM_REFERENCE.predictor, history: 3, action: DINO_WM_REFERENCE.action },
  encoder: { imageSize: 196, patchSize: 14, dim: 384, depth: 12, heads: 6, mlpDim: 1536 },
  samples: 16,
  elites: 4,
  iterations: 1,
  horizon: 5,
  rounds: 3,
  threads: 2,
};

/** A decision of one task between two random embeddings. */
function decision(model: WorldModel, options: PlanningBenchOptions, seed: number): () => Promise<unknown> {
  const { samples, elites, iterations, horizon } = options;
  const { dim } = model.dynamics;
  const random = (name: number): Float32Array => normal(key(seed + name), new Float32Array(dim));
  const solver = cem({ samples, elites, iterations });
  const tasks = { executed: new Float32Array(0), tasks: 1, contextLength: 1, horizon };
  return () =>
    solver.solve(model.problemBetween({ ...tasks, context: random(1), goals: random(2) }), { key: key(seed) });
}

/** Runs the whole benchmark. */
export async function measurePlanning(options: PlanningBenchOptions, context: BenchContext): Promise<BenchResult> {
  const { samples, iterations, horizon, threads } = options;
  const models: readonly (readonly [name: string, dynamics: Dynamics])[] = [
    ['le-wm', leWmDynamics(options.leWm)],
    ['dino-wm', dinoWmDynamics(options.dinoWm, { encoder: vitFeatures(options.encoder) })],
  ];
  const contenders = models.map(([name, dynamics]) => {
    const model = worldModel(dynamics, initialise(dynamics.module, key(context.seed)), nodeRuntime({ threads }));
    const decide = decision(model, options, context.seed);
    return { name, sample: () => timed(decide) };
  });
  const taken = await interleave(contenders, {
    rounds: options.rounds,
    warmups: 1,
    signal: context.signal,
    onRound: (step, total) => context.progress({ stage: 'planning', step, total }),
  });
  const seconds = (name: string): number => median(taken[name]!);
  const metrics: Record<string, number> = { 'planning.timesDinoWm': seconds('dino-wm') / seconds('le-wm') };
  const rows = [['', 'parameters', 'numbers of a frame', 'decision, median', 'least']];
  for (const [name, dynamics] of models) {
    metrics[`planning.${name}.decisionMs`] = 1000 * seconds(name);
    const sizes = [parameterCount(dynamics.module), dynamics.dim].map(String);
    rows.push([name, ...sizes, ms(seconds(name)), ms(least(taken[name]!))]);
  }
  const text = [
    `${samples} candidates, ${iterations} iteration${iterations === 1 ? '' : 's'}, horizon ${horizon}, one task, ${threads} threads`,
    table(rows),
    `a decision with LeWorldModel is ${metrics['planning.timesDinoWm']!.toFixed(0)} times as fast`,
  ].join('\n');
  return { metrics, text, record: { options, samplesSeconds: taken } };
}

/** The benchmark. */
export const planningBench: Bench = {
  name: 'planning',
  summary: 'a decision with LeWorldModel beside one with DINO-WM, published sizes, equal candidates',
  run: (context) => measurePlanning(PLANNING_BENCH, context),
};
