// Parity case `ijepa_masks`: block sizes as a function of the uniform number; and, since PyTorch's streams cannot be
// reproduced, the index lists that the blocks of each stored sample make.

import { type Block, type BlockSize, patchesOf, patchesOutside, type Range, referenceBlockSize } from '../../src/jepa/index.ts';
import type { Grid } from '../../src/nn/index.ts';
import type { JsonObject, JsonValue, ParityCase } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf, numbersOf } from '../runner/config.ts';

/** Takes the case `ijepa_masks`. */
export const iJepaMasks: ParityClaim = {
  case: 'ijepa_masks',
  notReproduced: {
    'output.freq_*': 'frequencies of a random stream; ours are compared with them in i-jepa-masks.test.ts',
    'scalar.statistics.*': 'statistics of a random stream; ours are compared with them in i-jepa-masks.test.ts',
  },
  run(c) {
    const tensors: Record<string, ProducedTensor> = {};
    const scalars: Record<string, JsonValue> = {};
    const u = c.tensor('input.u').data;
    for (const name of c.tensors().keys()) {
      const match = /^output\.(pred|enc)_size\.(\d+)x(\d+)$/.exec(name);
      if (match === null) continue;
      const grid: Grid = [Number(match[2]), Number(match[3])];
      const sizes = Int32Array.from(Array.from(u, (v) => sizeOf(c, match[1] as 'pred' | 'enc', v, grid)).flat());
      tensors[name] = { shape: [u.length, 2], data: sizes };
    }
    scalars.samples = Array.from({ length: numberOf(c.config, 'samples') }, (_, s) => sample(c, s, tensors));
    return { tensors, scalars };
  },
};

function sizeOf(c: ParityCase, kind: 'pred' | 'enc', u: number, grid: Grid): BlockSize {
  const scale = numbersOf(c.config, `${kind}_scale`) as unknown as Range;
  const aspect: Range = kind === 'enc' ? [1, 1] : (numbersOf(c.config, 'aspect') as unknown as Range);
  return referenceBlockSize(u, grid, scale, aspect);
}

/**
 * The lists of one sample from where its target blocks start. The context block of a square grid up to 16 is all but the
 * last row and column.
 */
function sample(c: ParityCase, index: number, tensors: Record<string, ProducedTensor>): JsonObject {
  const name = `output.sample${index}`;
  const stored = c.tensor(`${name}.pred`);
  const [T, B, size] = stored.shape as [number, number, number];
  const grid = (c.config.grids as unknown as readonly Grid[])[0]!;
  const starts = (t: number, b: number): number => stored.data[(t * B + b) * size]!;
  const width = widthOf(stored.data.subarray(0, size), grid[1]);
  const target: BlockSize = [size / width, width];
  const around: Block = { top: 0, left: 0, size: [grid[0] - 1, grid[1] - 1] };
  const blocks = Array.from({ length: T }, (_, t) =>
    Array.from({ length: B }, (_b, b): Block => {
      const first = starts(t, b);
      return { top: Math.floor(first / grid[1]), left: first % grid[1], size: target };
    }),
  );
  const contexts = Array.from({ length: B }, (_, b) =>
    patchesOutside(
      around,
      blocks.map((row) => row[b]!),
      grid,
    ),
  );
  const K = Math.min(...contexts.map((ids) => ids.length));
  tensors[`${name}.pred`] = {
    shape: [T, B, size],
    data: Int32Array.from(blocks.flatMap((row) => row.flatMap((block) => [...patchesOf(block, grid)]))),
  };
  tensors[`${name}.enc`] = {
    shape: [1, B, K],
    data: Int32Array.from(contexts.flatMap((ids) => [...ids.subarray(0, K)])),
  };
  return { pred_hw: [...target], enc_hw: [...around.size], k_ctx: K, k_pred: size };
}

/** How many ids of a block stand in its first row. */
function widthOf(ids: ArrayLike<number>, columns: number): number {
  const row = Math.floor(ids[0]! / columns);
  return Array.from(ids).filter((i) => Math.floor(i / columns) === row).length;
}
