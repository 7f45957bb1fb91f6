// `jepa bench resnet-step`: forward, backward and SGD of a ResNet-18 on small images beside PyTorch eager, in turns. The same
// as `ResNet` in peers/torch_peer.py: CIFAR stem, a linear head on the mean of the last map, cross-entropy, momentum.

import type { Bench, BenchContext, BenchResult } from '../src/cli/index.ts';
import { JepaError, key } from '../src/core/index.ts';
import { linear, module, RESNET18, resNet } from '../src/nn/index.ts';
import { sgd } from '../src/optim/index.ts';
import { nodeRuntime, type Runtime } from '../src/runtime/index.ts';
import { crossEntropy, input, type Tensor } from '../src/tensor/index.ts';
import { moduleProgram } from '../src/train/index.ts';
import { type Contender, interleave, least, median, timed } from './measure.ts';
import { findTorch, startTorch } from './peers/torch.ts';
import { ms, table } from './table.ts';

/** What is measured, and how often. */
export interface ResNetStepOptions {
  readonly imageSize: number;
  readonly batch: number;
  /** Basic blocks of each stage, and channels of the first. */
  readonly blocks: readonly number[];
  readonly width: number;
  readonly classes: number;
  readonly threads: number;
  readonly rounds: number;
  /** Compare with PyTorch where it is found. */
  readonly torch: boolean;
}

/** ResNet-18 on 64 images of CIFAR's size. */
export const RESNET_STEP: ResNetStepOptions = {
  imageSize: 32,
  batch: 64,
  blocks: RESNET18.blocks,
  width: RESNET18.width,
  classes: 10,
  threads: 2,
  rounds: 15,
  torch: true,
};

const LEARNING_RATE = 1e-3;
const MOMENTUM = 0.9;
const OURS = 'step';
const TORCH = 'torch';

/**
 * Operations of one step by the definition of the convolutions, whoever computes it: the forward pass, and twice that for the
 * gradients of both factors, without the gradient of the pixels.
 */
export function resNetFlops({ imageSize, batch, blocks, width, classes }: ResNetStepOptions): number {
  const conv = (size: number, from: number, to: number, k: number): number => 2 * batch * size ** 2 * from * to * k * k;
  const stem = conv(imageSize, 3, width, 3);
  let body = 0;
  blocks.forEach((count, stage) => {
    const [size, channels] = [imageSize / 2 ** stage, width * 2 ** stage];
    const from = stage === 0 ? channels : channels / 2;
    body += conv(size, from, channels, 3) + (2 * count - 1) * conv(size, channels, channels, 3);
    if (stage > 0) body += conv(size, from, channels, 1);
  });
  const head = 2 * batch * width * 2 ** (blocks.length - 1) * classes;
  return 2 * stem + 3 * (body + head);
}

interface ResNetStep {
  readonly parameters: number;
  step(): Promise<number>;
}

/** Compiles the step on a batch of normalised images without pattern. */
async function resNetStep(options: ResNetStepOptions, runtime: Runtime): Promise<ResNetStep> {
  const { imageSize, batch, blocks, width, classes } = options;
  const encoder = resNet({ blocks, width, stem: 'cifar' });
  const model = module(
    { encoder, fc: linear(width * 2 ** (blocks.length - 1), classes) },
    (m) => (images: Tensor) => m.fc(m.encoder.pooled(images)),
  );
  const program = await moduleProgram<(images: Tensor) => Tensor, Float32Array>({
    module: model,
    key: key(0),
    runtime,
    trace: (classify) => ({
      loss: crossEntropy(classify(input('images', [batch, 3, imageSize, imageSize])), input('labels', [batch], 'i32')),
      terms: {},
    }),
    inputs: (images) => ({ images, labels: new Int32Array(batch).map((_, i) => i % classes) }),
  });
  const optimiser = sgd(program.layout, { momentum: MOMENTUM });
  const images = new Float32Array(batch * 3 * imageSize ** 2).map((_, i) => Math.sin(i * 1.37));
  let steps = 0;
  return {
    parameters: program.layout.size,
    async step() {
      const { loss } = await program.step(images, key(0), steps++);
      optimiser.step(program.params, program.grads, LEARNING_RATE);
      return loss;
    },
  };
}

/** Runs the whole benchmark. */
export async function measureResNetStep(options: ResNetStepOptions, context: BenchContext): Promise<BenchResult> {
  const { imageSize, batch, threads, rounds } = options;
  const found = options.torch ? await findTorch() : undefined;
  if (options.torch) context.log(found === undefined ? 'no Python with torch was found' : `PyTorch ${found.version}`);
  const ours = await resNetStep(options, nodeRuntime({ threads }));
  const contenders: Contender[] = [{ name: OURS, sample: () => timed(ours.step) }];
  const peer = found === undefined ? undefined : await startTorch(found, threads);
  let samples: Record<string, number[]>;
  try {
    if (peer !== undefined) {
      const answer = await peer.ask({ do: 'resnet', ...options, learningRate: LEARNING_RATE, momentum: MOMENTUM });
      if (answer.parameters !== ours.parameters)
        throw new JepaError(
          'runtime',
          `bench: PyTorch's model has ${answer.parameters} parameters, ours ${ours.parameters}`,
        );
      contenders.push({ name: TORCH, sample: () => peer.step() });
    }
    samples = await interleave(contenders, {
      rounds,
      signal: context.signal,
      onRound: (step, total) => context.progress({ stage: 'resnet-step', step, total }),
    });
  } finally {
    await peer?.close();
  }
  const flops = resNetFlops(options);
  const seconds = median(samples[OURS]!);
  const row = (label: string, of: string): string[] => {
    const s = samples[of]!;
    return [label, ms(median(s)), ms(least(s)), (flops / median(s) / 1e9).toFixed(1)];
  };
  const rows = [['', 'median', 'least', 'GFLOP/s by definition'], row('jepa', OURS)];
  const metrics: Record<string, number> = {
    'resNetStep.ms': 1000 * seconds,
    'resNetStep.msMin': 1000 * least(samples[OURS]!),
    'resNetStep.imagesPerSecond': batch / seconds,
  };
  let verdict = 'PyTorch was not found: no ratio (set JEPA_PYTHON to a Python with torch)';
  if (found !== undefined) {
    rows.push(row(`PyTorch ${found.version} eager`, TORCH));
    const [median_, least_] = [median, least].map((of) => of(samples[TORCH]!) / of(samples[OURS]!)) as [number, number];
    metrics['resNetStep.torchMs'] = 1000 * median(samples[TORCH]!);
    metrics['resNetStep.timesTorch'] = median_;
    metrics['resNetStep.timesTorchMin'] = least_;
    verdict = `${median_.toFixed(2)} times as fast as PyTorch (by the least times ${least_.toFixed(2)})`;
  }
  const title =
    `ResNet of ${options.blocks.join(', ')} blocks, width ${options.width}, ${batch} images of ${imageSize} pixels, f32: forward, ` +
    `backward, SGD; ${threads} threads; ${(flops / 1e9).toFixed(1)} GFLOP by definition`;
  return {
    metrics,
    text: [title, table(rows), verdict].join('\n'),
    record: {
      options,
      flops,
      samplesSeconds: samples,
      torch: found === undefined ? null : { ...found, config: peer?.config },
    },
  };
}

/** The benchmark. */
export const resNetStepBench: Bench = {
  name: 'resnet-step',
  summary: 'a ResNet-18 training step on 32-pixel images beside PyTorch',
  run: (context) => measureResNetStep(RESNET_STEP, context),
};
