// Fills one batch of views. Its content is a pure function of the plan and the step: epoch floor(step / S) permutes the
// images under fold(key, 'epoch', epoch), S = floor(images / B), batch i of the epoch takes B of them in order, and its views
// are drawn under fold(key, 'views', step).

import { fold, permutation } from '../../core/index.ts';
import type { Filler } from '../../data/node.ts';
import { augmenter, writeViews } from '../augment/views.ts';
import type { ImagePlan } from './plan.ts';

/** Batches of an epoch: floor(images / B). */
export function imageStepsPerEpoch(plan: ImagePlan): number {
  return Math.floor(plan.indices.length / plan.batchSize);
}

/** The filling code of one thread. `alive` is called after each image. */
export function imageFiller(plan: ImagePlan, alive: () => void = () => {}): Filler {
  const { batchSize, views, labels, indices } = plan;
  const perEpoch = imageStepsPerEpoch(plan);
  const { apply } = augmenter();
  let epoch = -1;
  let order: Uint32Array = new Uint32Array(0);
  return {
    fill(step, slot) {
      const wanted = Math.floor(step / perEpoch);
      if (wanted !== epoch) {
        order = permutation(fold(plan.key, 'epoch', wanted), indices.length);
        epoch = wanted;
      }
      const first = (step % perEpoch) * batchSize;
      const key = fold(plan.key, 'views', step);
      const out = views.map(({ size }, v) =>
        slot.subarray(plan.viewOffsets[v]!, plan.viewOffsets[v]! + batchSize * size * size * 3),
      );
      const chosenLabels = new Int32Array(slot.buffer, slot.byteOffset + plan.labelsOffset, batchSize);
      const chosen = new Int32Array(slot.buffer, slot.byteOffset + plan.indicesOffset, batchSize);
      for (let b = 0; b < batchSize; b++) {
        const index = indices[order[first + b]!]!;
        chosen[b] = index;
        chosenLabels[b] = labels[index]!;
        writeViews(plan, index, b, views, key, apply, out);
        alive();
      }
    },
    close() {},
  };
}
