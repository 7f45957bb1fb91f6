// Exports a trained world model: one safetensors file, and three ONNX graphs of standard operators with the parameters
// stored inside, for other languages, phones and browsers. Shapes are static; the sizes stand in each graph's metadata.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../compile/index.ts';
import { writeFileAtomic } from '../../data/node.ts';
import type { ModelValues } from '../../nn/index.ts';
import { bindCost, type StateDecoder } from '../../plan/index.ts';
import { nodeRuntime } from '../../runtime/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { type BoundDynamics, costOf, dynamicsOf, type WorldConfig } from '../../world/index.ts';
import { scoringOf } from '../world-model/scoring.ts';
import { costGraph, encodeGraph, predictGraph, type RolloutSize } from '../world-model/world-graphs.ts';
import type { CostFile } from './cost-file.ts';
import { writeModel } from './files.ts';
import { type ModelOrigin, modelHeader } from './model-file.ts';

/** Batch sizes of the graphs. */
export interface ExportSizes extends RolloutSize {
  /** Images that `encode.onnx` takes at once, and windows that `predict.onnx` takes. */
  readonly batch: number;
}

/** What to export, and where to. */
export interface ExportOptions {
  /** An existing folder. */
  readonly dir: string;
  readonly config: WorldConfig;
  readonly values: ModelValues;
  readonly origin: ModelOrigin;
  readonly sizes: ExportSizes;
  /** Goes into `model.safetensors`, for goals in words of the state. */
  readonly decoder?: StateDecoder;
  /** Goes there too, and scores plans in `cost.onnx`. */
  readonly cost?: CostFile;
}

/** A written file. */
export interface ExportedFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Writes `encode.onnx`, `predict.onnx`, `cost.onnx` and `model.safetensors` into `dir`; inputs and outputs carry the names
 * of `encodeGraph`, `predictGraph` (with T = history) and `costGraph`. Pixels are raw u8 RGB; actions are normalised.
 * Each graph's `metadata_props` hold `jepa.model`, the same JSON as the header of model.safetensors, and `jepa.sizes`.
 *
 * Errors: `io` when the disk is full.
 */
export async function exportModel(options: ExportOptions): Promise<readonly ExportedFile[]> {
  const { dir, config, values, origin, sizes, decoder, cost } = options;
  const dynamics = dynamicsOf(config);
  const model = dynamics.bind();
  const scoring = scoringOf(dynamics, values, cost && { cost: costOf(cost.config, dynamics.dim), values: cost.values });
  const graphs: Readonly<Record<string, (m: BoundDynamics) => Record<string, Tensor>>> = {
    encode: (m) => encodeGraph(m, dynamics, sizes.batch),
    predict: (m) => predictGraph(m, dynamics, sizes.batch, dynamics.history),
    cost: (m) => costGraph(m, bindCost(scoring.cost), dynamics, sizes),
  };
  const metadata = { 'jepa.model': modelHeader(config, origin), 'jepa.sizes': JSON.stringify(sizes) };
  const runtime = nodeRuntime({ portable: true });
  const files: ExportedFile[] = [];
  for (const [name, trace] of Object.entries(graphs)) {
    const program = await compile(trace(model), { runtime, name, bake: scoring.bake, metadata });
    const path = join(dir, `${name}.onnx`);
    writeFileAtomic(path, [program.model]);
    files.push({ path, bytes: program.model.length });
    await program.dispose();
  }
  const path = join(dir, 'model.safetensors');
  writeModel(path, config, values, origin, { ...(decoder && { decoder }), ...(cost && { cost }) });
  return [...files, { path, bytes: statSync(path).size }];
}
