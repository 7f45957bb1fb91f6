// `jepa bench cem`: LeWorldModel's planner, one task: a CEM solve of 300 candidates, 30 iterations, horizon 5 with the
// published architecture, in turns with the same in PyTorch eager. Encoding the two pictures is not part of a solve.

import { worldModel } from '../src/agent/index.ts';
import type { Bench, BenchContext, BenchResult } from '../src/cli/index.ts';
import { JepaError, key } from '../src/core/index.ts';
import { initialise, specsOf } from '../src/nn/index.ts';
import { cem, type PlanProblem } from '../src/plan/index.ts';
import { nodeRuntime } from '../src/runtime/index.ts';
import { LE_WM_REFERENCE, type LeWmConfig, leWm, leWmDynamics } from '../src/world/index.ts';
import { type Contender, interleave, least, median, timed } from './measure.ts';
import { findTorch, startTorch } from './peers/torch.ts';
import { ms, table } from './table.ts';

/** What is measured, and how often. */
export interface CemBenchOptions {
  readonly config: LeWmConfig;
  readonly samples: number;
  readonly elites: number;
  readonly horizon: number;
  /** Iterations of the whole solve, which is timed once per side. */
  readonly iterations: number;
  /** Iterations of the short solves that are compared in turns; all iterations cost the same. */
  readonly roundIterations: number;
  readonly rounds: number;
  readonly threads: number;
  readonly torch: boolean;
}

/** The sizes of the published figures. */
export const CEM_BENCH: CemBenchOptions = {
  config: LE_WM_REFERENCE,
  samples: 300,
  elites: 30,
  horizon: 5,
  iterations: 30,
  roundIterations: 3,
  rounds: 9,
  threads: 2,
  torch: true,
};

/** Parameters that a rollout uses: all but the encoder's and its projector's. */
function rolloutParameters(config: LeWmConfig): number {
  const unused = ['encoder.', 'projector.'];
  return specsOf(leWm(config), 'parameter')
    .filter(({ name }) => !unused.some((prefix) => name.startsWith(prefix)))
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

/** Runs the whole benchmark. */
export async function measureCem(options: CemBenchOptions, context: BenchContext): Promise<BenchResult> {
  const { config, samples, elites, horizon, iterations, roundIterations, rounds, threads } = options;
  const { signal } = context;
  const found = options.torch ? await findTorch() : undefined;
  if (options.torch) context.log(found === undefined ? 'no Python with torch was found' : `PyTorch ${found.version}`);

  const model = worldModel(leWmDynamics(config), initialise(leWm(config), key(context.seed)), nodeRuntime({ threads }));
  const frame = new Uint8Array(config.encoder.imageSize ** 2 * 3).map((_, i) => (i * 7919) % 251);
  let problem: PlanProblem | undefined;
  const setupSeconds = await timed(async () => {
    problem = await model.problem(
      {
        envs: [0],
        context: 1,
        frames: frame,
        goals: frame.slice().reverse(),
        blocks: new Float32Array(0),
        keys: [key(context.seed)],
      },
      horizon,
    );
  });
  const short = cem({ samples, elites, iterations: roundIterations });
  const whole = cem({ samples, elites, iterations });
  const contenders: Contender[] = [
    { name: 'ours', sample: () => timed(() => short.solve(problem!, { key: key(context.seed) })) },
  ];
  const request = { do: 'cem', ...config.predictor, dim: config.embedDim, history: config.history };
  const sizes = {
    actionDim: config.actionDim,
    actionSmoothed: config.actionSmoothed,
    projectorHidden: config.projectorHidden,
  };
  const plan = { ...request, ...sizes, samples, elites, horizon };
  const peer = found === undefined ? undefined : await startTorch(found, threads);
  try {
    if (peer !== undefined) {
      const { parameters } = await peer.ask({ ...plan, iterations: roundIterations });
      const expected = rolloutParameters(config);
      if (parameters !== expected) {
        throw new JepaError('runtime', `bench: PyTorch's predictor has ${parameters} parameters, ours ${expected}`);
      }
      contenders.push({ name: 'torch', sample: () => peer.step() });
    }
    const taken = await interleave(contenders, {
      rounds,
      warmups: 1,
      signal,
      onRound: (step, total) => context.progress({ stage: 'cem', step, total }),
    });
    const solve = await timed(() => whole.solve(problem!, { key: key(context.seed) }));
    signal.throwIfAborted();
    let torchSolve: number | undefined;
    if (peer !== undefined) {
      await peer.ask({ ...plan, iterations });
      torchSolve = await peer.step();
    }
    const perIteration = (name: string): number => median(taken[name]!) / roundIterations;
    const row = (label: string, name: string, s: number): string[] => [
      label,
      ms(s),
      ms(perIteration(name)),
      ms(least(taken[name]!) / roundIterations),
    ];
    const rows = [['', `solve, ${iterations} iterations`, 'iteration, median', 'least'], row('jepa', 'ours', solve)];
    const metrics: Record<string, number> = {
      'cem.solveSeconds': solve,
      'cem.iterationMs': 1000 * perIteration('ours'),
      'cem.setupSeconds': setupSeconds,
    };
    const lines = [
      `LeWM of ${config.predictor.depth} layers, ${samples} candidates, ${elites} elites, horizon ${horizon}, one task, ` +
        `${threads} threads; times compared in turns of ${roundIterations} iterations`,
    ];
    let ratio = 'PyTorch was not found: no ratio (set JEPA_PYTHON to a Python with torch)';
    if (torchSolve !== undefined) {
      rows.push(row(`PyTorch ${found!.version} eager`, 'torch', torchSolve));
      metrics['cem.torchSolveSeconds'] = torchSolve;
      metrics['cem.torchIterationMs'] = 1000 * perIteration('torch');
      metrics['cem.timesTorch'] = perIteration('torch') / perIteration('ours');
      ratio = `times as fast as PyTorch: ${metrics['cem.timesTorch'].toFixed(2)}`;
    }
    lines.push(
      table(rows),
      ratio,
      `encoding one observation and one goal before the solve: ${ms(setupSeconds)}, compiling included`,
    );
    return {
      metrics,
      text: lines.join('\n'),
      record: {
        options,
        samplesSeconds: taken,
        solveSeconds: solve,
        torchSolveSeconds: torchSolve ?? null,
        setupSeconds,
        torch: found === undefined ? null : { ...found, config: peer?.config },
      },
    };
  } finally {
    await peer?.close();
  }
}

/** The benchmark. */
export const cemSolve: Bench = {
  name: 'cem',
  summary: 'a CEM solve with the published LeWorldModel beside PyTorch',
  run: (context) => measureCem(CEM_BENCH, context),
};
