// Frozen features of images: the encoder of a method in evaluation mode, as one program on the numbers as they stand.
// Legend: B images per run, N images, T tokens, F width.

import { compile } from '../../compile/index.ts';
import { type ImageSet, imageBatches } from '../../images/index.ts';
import type { JepaSpec } from '../../jepa/index.ts';
import { type FeatureSplit, matrix } from '../../measure/index.ts';
import { bind, type ModelValues } from '../../nn/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { input } from '../../tensor/index.ts';

const BATCH = 256;

/** Features of the images of `set` with these numbers, without augmentation. */
export interface FeatureProgram {
  of(set: ImageSet, indices: Int32Array, withTokens?: boolean): Promise<FeatureSplit>;
  dispose(): Promise<void>;
}

/** Compiles the frozen encoder for images of `size` pixels. It reads `values` at every run: they may be in training. */
export async function featureProgram(
  spec: JepaSpec<unknown>,
  size: number,
  values: ModelValues,
  options: { readonly runtime?: Runtime } = {},
): Promise<FeatureProgram> {
  const { model } = bind(spec.module, 'eval');
  const view = { name: 'image', input: input('images', [BATCH, size, size, 3], 'u8') };
  const { pooled, tokens } = spec.features(model, view);
  const outputs = tokens === undefined ? { pooled } : { pooled, tokens };
  const [plain, full] = [
    await compile({ pooled }, { name: 'features', ...options }),
    await compile(outputs, { name: 'tokens', ...options }),
  ];
  const F = pooled.shape[1]!;
  const [T, D] = [tokens?.shape[1] ?? 0, tokens?.shape[2] ?? 0];
  return {
    async of(set, indices, withTokens = false) {
      const N = indices.length;
      const x = new Float32Array(N * F);
      const all = new Float32Array(withTokens ? N * T * D : 0);
      const images = new Uint8Array(BATCH * size * size * 3);
      let at = 0;
      for (const { pixels, labels } of imageBatches(set, { indices, batchSize: BATCH, size })) {
        images.set(pixels);
        const program = withTokens ? full : plain;
        const out = await program.run({ inputs: { images }, parameters: values.parameters, state: values.buffers });
        x.set((out.pooled as Float32Array).subarray(0, labels.length * F), at * F);
        if (withTokens && out.tokens !== undefined)
          all.set((out.tokens as Float32Array).subarray(0, labels.length * T * D), at * T * D);
        at += labels.length;
      }
      const y = Int32Array.from(indices, (i) => set.labels[i]!);
      return {
        x: matrix(x, F),
        y,
        ...(withTokens && T > 0 ? { tokens: { batch: N, tokens: T, dim: D, data: all } } : {}),
      };
    },
    async dispose() {
      await plain.dispose();
      await full.dispose();
    },
  };
}
