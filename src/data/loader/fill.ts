// Fills one batch. The content of batch `step` is a pure function of the plan and the step: epoch floor(step / S) permutes
// all windows under fold(key, 'epoch', epoch), S = floor(windows / B), and batch i of the epoch takes B of them in order; of
// these, a part of several takes its share.

import { fold, permutation } from '../../core/index.ts';
import { rowBytes } from '../episode.ts';
import type { EpisodeReader } from '../formats/format.ts';
import { openEpisodes } from '../formats/registry.ts';
import type { LoaderPlan, PlanColumn } from './plan.ts';
import type { Filler } from './slots.ts';

/** Batches of an epoch: floor(windows / B). */
export function stepsPerEpoch(plan: LoaderPlan): number {
  return Math.floor(plan.starts.byteLength / 4 / plan.batchSize);
}

/** The filling code of one thread. Errors of `fill`: `corrupt` when what is read from disk fails its checksum; `io`. */
export function filler(plan: LoaderPlan, alive: () => void = () => {}): Filler {
  const { batchSize, part, frames, frameSkip } = plan;
  const starts = new Int32Array(plan.starts);
  const memoryStarts = new Int32Array(plan.memoryStarts);
  const memory = plan.columns.map((c) => (c.memory === null ? null : new Uint8Array(c.memory)));
  const perEpoch = stepsPerEpoch(plan);
  let source: EpisodeReader | undefined;
  let epoch = -1;
  let order: Uint32Array = new Uint32Array(0);

  /** Reads the frames of one window from where the episodes lie. */
  const readFrames = ({ column }: PlanColumn, start: number, out: Uint8Array): void => {
    source ??= openEpisodes(plan.source);
    const width = rowBytes(column);
    for (let k = 0; k < frames; k++) {
      source.read(column.name, start + k * frameSkip, 1, out.subarray(k * width, (k + 1) * width));
    }
  };

  const copyWindow = (planned: PlanColumn, held: Uint8Array, start: number, out: Uint8Array): void => {
    const width = rowBytes(planned.column);
    if (planned.rows === 'block') {
      out.set(held.subarray(start * width, (start + frames * frameSkip) * width));
      return;
    }
    for (let k = 0; k < frames; k++) {
      const row = start + k * frameSkip;
      out.set(held.subarray(row * width, (row + 1) * width), k * width);
    }
  };

  return {
    fill(step, slot) {
      const wanted = Math.floor(step / perEpoch);
      if (wanted !== epoch) {
        order = permutation(fold(plan.key, 'epoch', wanted), starts.length);
        epoch = wanted;
      }
      const first = (step % perEpoch) * batchSize + part.first;
      const rows = new Int32Array(slot.buffer, slot.byteOffset + plan.rowsOffset, part.size);
      for (let b = 0; b < part.size; b++) {
        const window = order[first + b]!;
        rows[b] = starts[window]!;
        for (const [c, planned] of plan.columns.entries()) {
          const size = planned.byteLength / part.size;
          const out = slot.subarray(planned.offset + b * size, planned.offset + (b + 1) * size);
          const held = memory[c]!;
          if (held === null) readFrames(planned, starts[window]!, out);
          else copyWindow(planned, held, memoryStarts[window]!, out);
        }
        alive();
      }
    },
    close() {
      source?.close();
    },
  };
}
