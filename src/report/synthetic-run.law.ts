// A made-up but complete run folder, written file by file as schema.ts describes. The report's tests and anyone who works
// on its look use it; no number in it means anything.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fold, key, type Stream, stream } from '../core/index.ts';
import type {
  ImagePoint,
  ImaginationFile,
  MetricsLine,
  PlanningFile,
  ProbeFile,
  RolloutFile,
  RunFile,
  SurpriseFile,
} from '../run/index.ts';

/** How much to make up. */
export interface SyntheticOptions {
  readonly steps?: number;
  readonly episodes?: number;
  readonly frames?: number;
  readonly size?: number;
}

/** Fills `dir` with `run.json`, `metrics.jsonl`, `evals/` and `rollouts/`. */
export function writeSyntheticRun(dir: string, options: SyntheticOptions = {}): void {
  const { steps = 1500, episodes = 6, frames = 40, size = 64 } = options;
  mkdirSync(join(dir, 'evals'), { recursive: true });
  mkdirSync(join(dir, 'rollouts'), { recursive: true });
  const json = (name: string, value: unknown): void => writeFileSync(join(dir, name), JSON.stringify(value));
  const root = key(7);
  json('run.json', run());
  const lines = metrics(stream(fold(root, 'metrics')), steps);
  writeFileSync(join(dir, 'metrics.jsonl'), `${lines.map((l) => JSON.stringify(l)).join('\n')}\n`);
  json('evals/planning.json', planning());
  json('evals/probe.json', probe(stream(fold(root, 'probe'))));
  const spread = stream(fold(root, 'embedding'));
  json('evals/embedding.json', {
    deviations: Array.from({ length: 64 }, (_, d) => 1.06 - 0.004 * d + 0.02 * spread.normal()),
  });
  json('evals/surprise.json', surprise(stream(fold(root, 'surprise'))));
  const blocks = [1, 2, 3, 4, 5];
  const errors = (slope: number): number[] => blocks.map((k) => slope * k);
  json('evals/imagination.json', {
    clips: 50,
    blocks,
    imagined: errors(0.02),
    still: errors(0.2),
    targets: [{ name: 'agent position', seen: errors(0), imagined: errors(1), still: errors(9) }],
  } satisfies ImaginationFile);
  for (let k = 0; k < episodes; k++) {
    const { file, images } = episode(stream(fold(root, 'episode', k)), k, frames, size);
    json(`rollouts/${k}.json`, file);
    writeFileSync(join(dir, 'rollouts', `${k}.bin`), images);
  }
}

function run(): RunFile {
  return {
    recipe: 'made-up',
    seed: 7,
    status: 'done',
    command: 'jepa run made-up --seed 7',
    started: '2026-01-01T09:30:00Z',
    minutes: 8.4,
    machine: { cpu: 'Imaginary CPU', cores: 2, memoryGiB: 16, platform: 'linux x64' },
    versions: { jepa: '0.0.0', node: '20.0.0', onnxruntime: '1.0.0' },
    config: { env: { size: 64, frameSkip: 5 }, train: { steps: 1500, lr: 3e-4, batch: 128 }, plan: { horizon: 5 } },
    metrics: { 'planning.strict.success': 0.97, 'train.imagesPerSecond': 1480, 'train.waitShare': 0.004 },
  };
}

function metrics(random: Stream, steps: number): MetricsLine[] {
  return Array.from({ length: Math.ceil(steps / 5) }, (_, i) => {
    const step = 5 * (i + 1);
    const noise = Math.exp(0.12 * random.normal());
    const prediction = (0.012 + 0.5 * Math.exp(-step / 120)) * noise;
    const sigreg = (1.4 + 40 * Math.exp(-step / 90)) * Math.exp(0.08 * random.normal());
    const spread = 1 - Math.exp(-step / 200);
    return {
      step,
      loss: prediction + 0.09 * sigreg,
      terms: { prediction, sigreg },
      lr: 3e-4 * Math.min(1, step / 100) * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps)),
      gradNorm: (0.3 + 4 * Math.exp(-step / 60)) * noise,
      timing: { imagesPerSecond: 1480 + 40 * random.normal(), waitShare: 0.004 * noise, overheadShare: 0.019 * noise },
      instruments: {
        sigreg,
        samples: 128,
        dim: 64,
        effectiveRank: 4 + 52 * spread,
        pooledStd: 1.02 * spread + 0.01 * random.normal(),
        minStd: 0.8 * spread ** 2,
        unexplained: prediction * 1.6,
        copyLastRatio: prediction * 2.5,
      },
    };
  });
}

function planning(): PlanningFile {
  const results = (planner: number, random: number) => [
    { policy: 'planner', tasks: 100, successAny: planner, successLast: planner - 2, medianSteps: 24 },
    { policy: 'random', tasks: 100, successAny: random, successLast: 2, medianSteps: 50 },
    { policy: 'oracle', tasks: 100, successAny: 100, successLast: 100, medianSteps: 21 },
  ];
  return {
    solver: 'CEM, 300 candidates, 30 iterations, horizon 5',
    secondsPerPlan: 0.042,
    protocols: [
      {
        name: 'strict',
        description: 'starts that already satisfy the goal are left out',
        excluded: 9,
        goalOffset: 25,
        budget: 50,
        seed: 7,
        results: results(97, 11),
      },
      {
        name: 'paper',
        description: 'dataset replay as published',
        goalOffset: 25,
        budget: 50,
        results: results(98, 19),
      },
    ],
  };
}

function probe(random: Stream): ProbeFile {
  const truth = Array.from({ length: 600 }, () => [20 + 184 * random.uniform(), 20 + 184 * random.uniform()]);
  return {
    probes: ['linear', 'mlp'].map((kind) => ({
      target: 'position',
      kind,
      samples: 8000,
      r: 0.9961,
      mse: 0.0078,
      dimensions: ['x', 'y'].map((name) => ({ name, r: 0.9961, r2: 0.9922, mse: 0.0078 })),
    })),
    sample: {
      target: 'position',
      kind: 'linear',
      names: ['x', 'y'],
      truth,
      predicted: truth.map((row) => row.map((v) => v + 4.5 * random.normal())),
      unit: 'pixels',
    },
  };
}

function surprise(random: Stream): SurpriseFile {
  const curve = (bump: number, width: number) => {
    const mean = Array.from(
      { length: 24 },
      (_, t) => 0.12 + 0.01 * random.normal() + (t >= 12 && t < 12 + width ? bump : 0),
    );
    return { mean, low: mean.map((m) => m * 0.7), high: mean.map((m) => m * 1.35) };
  };
  return {
    clips: 200,
    perturbedAt: 12,
    band: '10th to 90th percentile',
    clean: curve(0, 0),
    perturbations: [
      { name: 'teleport', about: 'The agent jumps.', auc: 0.998, p: 3e-40, curve: curve(1.1, 1) },
      { name: 'colour', auc: 0.871, curve: curve(0.25, 8) },
    ],
  };
}

/** A dot that walks through the door of a wall, in a 224-unit world drawn at `size` pixels. */
function episode(random: Stream, k: number, frames: number, size: number): { file: RolloutFile; images: Uint8Array } {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const start: ImagePoint = [between(35, 90), between(110, 195)];
  const goal: ImagePoint = [between(135, 190), between(90, 195)];
  const door: ImagePoint = [112, 49];
  const corners = [start, door, goal];
  const success = k !== 3;
  const path = Array.from({ length: frames }, (_, t): ImagePoint => {
    const at = Math.min(success ? 2 : 1.4, (2.2 * t) / (frames - 1));
    const leg = Math.min(1, Math.floor(at));
    const [a, b] = [corners[leg]!, corners[leg + 1]!];
    return [a[0] + (at - leg) * (b[0] - a[0]), a[1] + (at - leg) * (b[1] - a[1])];
  });
  const images = new Uint8Array((frames + 1) * size * size * 3);
  [...path, goal].forEach((position, i) => {
    paintRoom(images.subarray(i * size * size * 3, (i + 1) * size * size * 3), size, position);
  });
  const imagined = [];
  for (let at = 0; at < frames; at += 5) {
    const ahead = path.slice(at, at + 10).filter((_, i) => i % 2 === 0);
    imagined.push({
      at,
      path: ahead.map(([x, y]): ImagePoint => [x + 2.5 * random.normal(), y + 2.5 * random.normal()]),
    });
  }
  const reached = success ? { reachedAt: Math.round(frames * 0.85) } : {};
  const title = `held-out episode ${41 + k}, goal 25 steps ahead`;
  const file = { frames, height: size, width: size, success, ...reached, title, goal, path, imagined };
  return { file: { ...file, extent: [0, 0, 224, 224] }, images };
}

function paintRoom(image: Uint8Array, size: number, [ax, ay]: ImagePoint): void {
  const unit = 224 / size;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [wx, wy] = [(x + 0.5) * unit, (y + 0.5) * unit];
      const border = Math.min(wx, wy, 224 - wx, 224 - wy);
      const wall = (border >= 10 && border < 14) || (Math.abs(wx - 112) < 6 && Math.abs(wy - 49) > 14);
      const base = wall ? 0 : 255;
      const alpha = Math.exp(-((wx - ax) ** 2 + (wy - ay) ** 2) / 98);
      image.set([base + (255 - base) * alpha, base * (1 - alpha), base * (1 - alpha)], (y * size + x) * 3);
    }
  }
}
