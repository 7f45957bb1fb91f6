// `jepa bench training-step`: forward, backward and AdamW of a small ViT, beside the speed of a plain matrix product in the
// same runtime and beside PyTorch eager, in turns.

import type { Bench, BenchContext, BenchResult } from '../src/cli/index.ts';
import { compile } from '../src/compile/index.ts';
import { JepaError } from '../src/core/index.ts';
import { nodeRuntime, type Runtime } from '../src/runtime/index.ts';
import { input, matmul } from '../src/tensor/index.ts';
import { inChild } from './child.ts';
import { type Contender, interleave, least, median, timed } from './measure.ts';
import { type Overhead, trainOverhead } from './overhead.ts';
import { findTorch, startTorch, type TorchPeer, type TorchPython } from './peers/torch.ts';
import type { StepMemory, StepMemoryPlan } from './step-memory.ts';
import { mib, ms, percent, table } from './table.ts';
import { stepFlops, VIT_STEP, type VitStepSize, vitStep } from './vit-step.ts';

/** What is measured, and how often. */
export interface TrainingStepOptions {
  readonly size: VitStepSize;
  readonly threads: number;
  /** Samples of each contender. */
  readonly rounds: number;
  /** Side of the matrix product, and products per sample. */
  readonly sgemm: number;
  readonly sgemmRepeats: number;
  /** Steps in the processes whose memory is measured, and of the training loop whose overhead is. */
  readonly memorySteps: number;
  readonly loopSteps: number;
  /** Compare with PyTorch where it is found. */
  readonly torch: boolean;
}

/** The sizes of the published figures. */
export const TRAINING_STEP: TrainingStepOptions = {
  size: VIT_STEP,
  threads: 2,
  rounds: 15,
  sgemm: 1024,
  sgemmRepeats: 10,
  memorySteps: 3,
  loopSteps: 12,
  torch: true,
};

/** A PyTorch whose sgemm reaches less of ours than this was built with a slow BLAS. */
const SLOW_BLAS = 0.6;

const OURS = 'step';
const SGEMM = 'sgemm';
const TORCH = 'torch';
const TORCH_SGEMM = 'torchSgemm';

async function sgemmContender(runtime: Runtime, n: number, repeats: number): Promise<Contender> {
  const program = await compile({ c: matmul(input('a', [n, n]), input('b', [n, n])) }, { runtime, name: SGEMM });
  const a = new Float32Array(n * n).map((_, i) => Math.sin(i));
  const into = { c: new Float32Array(n * n) };
  return {
    name: SGEMM,
    async sample() {
      const run = async (): Promise<void> => {
        for (let i = 0; i < repeats; i++) await program.run({ inputs: { a, b: a }, into });
      };
      return (await timed(run)) / repeats;
    },
  };
}

/** Builds the same model in the peer, and checks that it has as many parameters. */
async function buildTorch(peer: TorchPeer, size: VitStepSize, parameters: number | undefined): Promise<void> {
  const answer = await peer.ask({ do: 'vit', ...size.vit, batch: size.batch, classes: size.classes });
  if (parameters !== undefined && answer.parameters !== parameters) {
    throw new JepaError('runtime', `bench: PyTorch's model has ${answer.parameters} parameters, ours ${parameters}`);
  }
}

/** Memory of a fresh Python process that does nothing but the step. */
async function torchMemory(
  found: TorchPython,
  { size, threads, memorySteps }: TrainingStepOptions,
): Promise<StepMemory> {
  const peer = await startTorch(found, threads);
  try {
    await buildTorch(peer, size, undefined);
    for (let i = 0; i < memorySteps; i++) await peer.step();
    return { importBytes: peer.importBytes, peakBytes: Number((await peer.ask({ do: 'memory' })).peakBytes) };
  } finally {
    await peer.close();
  }
}

/** Runs the whole benchmark. */
export async function measureTrainingStep(options: TrainingStepOptions, context: BenchContext): Promise<BenchResult> {
  const { size, threads, rounds, sgemm, sgemmRepeats, memorySteps, loopSteps } = options;
  const { signal } = context;
  const found = options.torch ? await findTorch() : undefined;
  if (options.torch) context.log(found === undefined ? 'no Python with torch was found' : `PyTorch ${found.version}`);

  const plan: StepMemoryPlan = { size, threads, steps: memorySteps };
  const memory = await inChild<StepMemory>('step-memory', plan, signal);
  const memoryOfTorch = found === undefined ? undefined : await torchMemory(found, options);

  const runtime = nodeRuntime({ threads });
  const ours = await vitStep(size, runtime);
  const peer = found === undefined ? undefined : await startTorch(found, threads);
  let samples: Record<string, number[]>;
  try {
    if (peer !== undefined) await buildTorch(peer, size, ours.program.layout.size);
    const contenders: Contender[] = [
      await sgemmContender(runtime, sgemm, sgemmRepeats),
      { name: OURS, sample: () => timed(ours.step) },
    ];
    if (peer !== undefined) {
      contenders.push({ name: TORCH, sample: () => peer.step() });
      const request = { do: 'sgemm', size: sgemm, repeats: sgemmRepeats };
      contenders.push({ name: TORCH_SGEMM, sample: async () => Number((await peer.ask(request)).seconds) });
    }
    samples = await interleave(contenders, {
      rounds,
      signal,
      onRound: (step, total) => context.progress({ stage: 'training-step', step, total }),
    });
  } finally {
    await peer?.close();
  }
  const overhead = await trainOverhead(size, runtime, loopSteps, signal);
  return result(options, { samples, flops: stepFlops(size), memory, memoryOfTorch, overhead, found, peer });
}

interface Measured {
  readonly samples: Readonly<Record<string, readonly number[]>>;
  readonly flops: number;
  readonly memory: StepMemory;
  readonly memoryOfTorch: StepMemory | undefined;
  readonly overhead: Overhead;
  readonly found: TorchPython | undefined;
  readonly peer: TorchPeer | undefined;
}

function result(options: TrainingStepOptions, measured: Measured): BenchResult {
  const { samples, flops, memory, memoryOfTorch, overhead, found, peer } = measured;
  const { vit, batch } = options.size;
  const sgemmFlops = 2 * options.sgemm ** 3;
  const seconds = median(samples[OURS]!);
  const sgemmRate = sgemmFlops / median(samples[SGEMM]!);
  const metrics: Record<string, number> = {
    'trainingStep.ms': 1000 * seconds,
    'trainingStep.msMin': 1000 * least(samples[OURS]!),
    'trainingStep.gflops': flops / seconds / 1e9,
    'trainingStep.sgemmGflops': sgemmRate / 1e9,
    'trainingStep.sgemmShare': flops / seconds / sgemmRate,
    'trainingStep.overheadShare': overhead.outsideProgram,
    'trainingStep.outsideRuntimeShare': overhead.outsideRuntime,
    'trainingStep.peakMiB': memory.peakBytes / 2 ** 20,
  };
  const row = (label: string, of: string, work: number): string[] => {
    const s = samples[of]!;
    return [label, ms(median(s)), ms(least(s)), `${(work / median(s) / 1e9).toFixed(1)}`];
  };
  const rows = [['', 'median', 'least', 'GFLOP/s']];
  rows.push(row('jepa', OURS, flops), row(`jepa's runtime, sgemm ${options.sgemm}`, SGEMM, sgemmFlops));
  const patches = (vit.imageSize / vit.patchSize) ** 2;
  const lines = [
    `ViT depth ${vit.depth}, width ${vit.dim}, ${patches} patch tokens + CLS = ${patches + 1}, ${batch} images, f32: ` +
      `forward, backward, AdamW; ${options.threads} threads; ${(flops / 1e9).toFixed(1)} GFLOP in matrix products`,
  ];
  const facts = [
    ['share of sgemm', percent(metrics['trainingStep.sgemmShare']!)],
    ['TypeScript in the training loop', percent(overhead.outsideProgram)],
    ['the same with feeding and fetching', percent(overhead.outsideRuntime)],
    ['peak memory, own process', `${mib(memory.peakBytes)} (${mib(memory.importBytes)} before the model)`],
  ];
  if (found !== undefined && memoryOfTorch !== undefined) {
    const torchSeconds = median(samples[TORCH]!);
    rows.push(row(`PyTorch ${found.version} eager`, TORCH, flops));
    rows.push(row(`PyTorch, sgemm ${options.sgemm}`, TORCH_SGEMM, sgemmFlops));
    metrics['trainingStep.torchMs'] = 1000 * torchSeconds;
    metrics['trainingStep.timesTorch'] = torchSeconds / seconds;
    metrics['trainingStep.torchSgemmGflops'] = sgemmFlops / median(samples[TORCH_SGEMM]!) / 1e9;
    metrics['trainingStep.torchPeakMiB'] = memoryOfTorch.peakBytes / 2 ** 20;
    facts.push(
      ['times as fast as PyTorch', metrics['trainingStep.timesTorch'].toFixed(2)],
      ["PyTorch's peak memory", `${mib(memoryOfTorch.peakBytes)} (${mib(memoryOfTorch.importBytes)} before the model)`],
    );
    if (metrics['trainingStep.torchSgemmGflops'] < SLOW_BLAS * metrics['trainingStep.sgemmGflops']!) {
      facts.push(['warning', "this PyTorch's own sgemm is slow (another BLAS): the ratio says little"]);
    }
  } else {
    facts.push(['PyTorch', 'not found: no ratio (set JEPA_PYTHON to a Python with torch)']);
  }
  lines.push(table(rows), table(facts));
  return {
    metrics,
    text: lines.join('\n'),
    record: {
      options,
      modelFlops: flops,
      samplesSeconds: samples,
      memory,
      overhead,
      torch: found === undefined ? null : { ...found, config: peer?.config, memory: memoryOfTorch },
    },
  };
}

/** The benchmark. */
export const trainingStep: Bench = {
  name: 'training-step',
  summary: 'a ViT training step beside sgemm and PyTorch: speed, memory, overhead',
  run: (context) => measureTrainingStep(TRAINING_STEP, context),
};
