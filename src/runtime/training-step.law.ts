// A small training step (linear, GELU, layer norm, softmax attention, gradient) that must compute the same everywhere.
// The function refers to nothing outside itself, so that a test can send its text to a browser.

import type * as autodiff from '../autodiff/index.ts';
import type * as compiler from '../compile/index.ts';
import type * as tensor from '../tensor/index.ts';
import type { Runtime } from './index.ts';

/** The rooms the step is written with. */
export interface Rooms {
  readonly autodiff: typeof autodiff;
  readonly compile: typeof compiler;
  readonly tensor: typeof tensor;
}

/** Loss and all gradients of one step as plain numbers. */
export async function trainingStep(rooms: Rooms, runtime: Runtime): Promise<Record<string, number[]>> {
  const t = rooms.tensor;
  const [tokens, width, heads] = [6, 8, 2];
  const shapes: Record<string, number[]> = {
    qkv: [3 * width, width],
    out: [width, width],
    up: [2 * width, width],
    down: [width, 2 * width],
    scale: [width],
    shift: [width],
    convolution: [4, 1, 3, 3],
    channelScale: [4],
  };
  const p = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, t.input(name, shape)]));
  const x = t.input('x', [2, tokens, width]);
  const image = t.input('image', [2, 1, 6, 6], 'u8');
  const normal = t.layerNormalise(x, p.scale!, p.shift!);
  const [q, k, v] = t
    .split(t.affine(normal, p.qkv!), [width, width, width], -1)
    .map((part) => t.transpose(t.reshape(part, [2, tokens, heads, width / heads]), [0, 2, 1, 3]));
  const weights = t.softmax(t.matmul(q!, k!, { transB: true, alpha: 1 / Math.sqrt(width / heads) }));
  const mixed = t.reshape(t.transpose(t.matmul(weights, v!), [0, 2, 1, 3]), [2, tokens, width]);
  const hidden = t.add(x, t.affine(mixed, p.out!));
  const y = t.add(hidden, t.affine(t.gelu(t.affine(hidden, p.up!)), p.down!));
  const pixels = t.mul(t.cast(image, 'f32'), 1 / 255);
  const features = t.relu(t.batchNorm(t.conv2d(pixels, p.convolution!, { padding: 1 }), { scale: p.channelScale! }).y);
  const pooled = t.maxPool2d(features, 2);
  const loss = t.add(t.reduceMean(t.square(y)), t.reduceMean(t.square(pooled)));
  const names = Object.keys(shapes);
  const grads = rooms.autodiff.grad(
    loss,
    names.map((n) => p[n]!),
  );
  const outputs = { loss, ...Object.fromEntries(names.map((n, i) => [`d_${n}`, grads[i]!])) };
  const program = await rooms.compile.compile(outputs, { runtime });
  const wave = (n: number, rate: number): Float32Array =>
    Float32Array.from({ length: n }, (_, i) => Math.sin(rate * i + 1));
  const inputs = Object.fromEntries(names.map((n, i) => [n, wave(t.sizeOf(shapes[n]!), 0.7 + 0.1 * i)]));
  const results = await program.run({
    inputs: {
      ...inputs,
      x: wave(2 * tokens * width, 0.37),
      image: Uint8Array.from({ length: 72 }, (_, i) => (i * 89) % 251),
    },
  });
  await program.dispose();
  return Object.fromEntries(Object.entries(results).map(([n, a]) => [n, Array.from(a as Float32Array)]));
}
