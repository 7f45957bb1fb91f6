// One checkpoint file: a safetensors file that needs nothing else. Parameters and buffers stand under their own names, so
// other tools load them; optimiser state under `optimiser.<state>.<tensor>`, what instruments
// remember under `instruments.memory`. Everything else is JSON in the header.
// Two digests guard it: the data section's, which every safetensors file of ours carries, and one of the header.

import { createHash } from 'node:crypto';
import { type FlatLayout, JepaError } from '../core/index.ts';
import { f32Tensor, type SafeTensor, SHA256_KEY, toFloat32 } from '../data/index.ts';
import { readSafetensors, writeSafetensors } from '../data/node.ts';
import { copyTensors, type NamedView, namedViews } from '../nn/index.ts';
import type { Optimiser } from '../optim/index.ts';
import { exactJson, isRecord } from './json.ts';

/** The tensors of a model: what a checkpoint stores besides the optimiser. */
export interface ModelState {
  readonly layout: FlatLayout;
  readonly params: Float32Array;
  readonly bufferLayout: FlatLayout;
  readonly buffers: Float32Array;
}

/** Time spent so far in seconds, over all sittings of a run; see `Timing`. */
export interface TimeTotals {
  readonly steps: number;
  readonly wall: number;
  readonly wait: number;
  readonly program: number;
  readonly pause: number;
}

/** What the header of a checkpoint says. */
export interface CheckpointHeader {
  /** Updates done. */
  readonly step: number;
  readonly seed: number;
  readonly optimiser: { readonly name: string; readonly stepCount: number; readonly weightDecay: number };
  /** The complete configuration of the run. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What the caller adds: normalisers, action bounds, frame skip, environment, split, library version. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly totals: TimeTotals;
  /** What the instruments remember besides numbers; absent where they remember nothing. */
  readonly instruments?: Readonly<Record<string, unknown>>;
}

/** What instruments remember of the windows before: plain data, and many numbers. */
export interface InstrumentMemory {
  readonly record: Readonly<Record<string, unknown>>;
  readonly numbers: Float32Array;
}

/** A checkpoint that was read and checked, not yet applied. */
export interface Checkpoint extends CheckpointHeader {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, SafeTensor>;
}

const HEADER_KEY = 'jepa.checkpoint';
const DIGEST_KEY = 'jepa.checkpoint.sha256';
const OPTIMISER_PREFIX = 'optimiser.';
const INSTRUMENTS_PREFIX = 'instruments.';
const MEMORY = `${INSTRUMENTS_PREFIX}memory`;

/**
 * Writes model, optimiser state, what the instruments remember, and header to `path`, whole or not at all.
 *
 * Errors: `io` when the disk is full, a former file at `path` is then untouched; `usage` when two tensors share a name, or
 * the configuration or metadata hold a number that is not finite.
 */
export function writeCheckpoint(
  path: string,
  model: ModelState,
  optimiser: Optimiser,
  header: CheckpointHeader,
  memory?: InstrumentMemory,
): void {
  const tensors: (readonly [string, SafeTensor])[] = [];
  for (const [name, shape, data] of stateTensors(model, optimiser)) tensors.push([name, f32Tensor(shape, data)]);
  const { record, numbers } = memory ?? {};
  if (numbers !== undefined && numbers.length > 0) tensors.push([MEMORY, f32Tensor([numbers.length], numbers)]);
  const whole = record === undefined ? header : { ...header, instruments: record };
  const metadata = { format: 'pt', [HEADER_KEY]: exactJson('checkpoint header', whole) };
  writeSafetensors(path, tensors, { ...metadata, [DIGEST_KEY]: headerDigest(metadata, tensors) });
}

/**
 * Reads and checks the checkpoint at `path`.
 *
 * Errors: `io` when it cannot be read; `corrupt` when it is truncated or a digest differs; `checkpoint` when it is a
 * safetensors file but not a checkpoint of this library.
 */
export function readCheckpoint(path: string): Checkpoint {
  const { tensors, metadata } = readSafetensors(path);
  const json = metadata[HEADER_KEY];
  if (json === undefined) {
    throw new JepaError('checkpoint', `${path} is no training checkpoint: its header must have '${HEADER_KEY}'`, {
      path,
    });
  }
  if (metadata[SHA256_KEY] === undefined || metadata[DIGEST_KEY] !== headerDigest(metadata, tensors)) {
    throw new JepaError('corrupt', `checkpoint ${path}: the SHA-256 of its header differs; use an earlier one`, {
      path,
    });
  }
  const header: unknown = JSON.parse(json);
  if (!isHeader(header)) {
    throw new JepaError('checkpoint', `${path} has a header of another version of this library; train again`, { path });
  }
  return { path, ...header, tensors };
}

/**
 * Copies parameters and buffers of a checkpoint into a model of the same architecture; optimiser state is passed over.
 *
 * Errors: `checkpoint`, which lists every missing, extra and mis-shaped tensor; nothing is then copied.
 */
export function loadModel(checkpoint: Checkpoint, model: ModelState): void {
  apply(
    checkpoint,
    [...modelTensors(model)],
    (name) => !name.startsWith(OPTIMISER_PREFIX) && !name.startsWith(INSTRUMENTS_PREFIX),
  );
}

/** What the instruments remembered at a checkpoint; undefined when it keeps nothing of them. */
export function instrumentMemory({ instruments, tensors }: Checkpoint): InstrumentMemory | undefined {
  if (instruments === undefined) return undefined;
  const found = tensors.get(MEMORY);
  return { record: instruments, numbers: found === undefined ? new Float32Array(0) : toFloat32(found) };
}

/** Copies what training continues from: model, optimiser state and step count. Errors as `loadModel`. */
export function restore(checkpoint: Checkpoint, model: ModelState, optimiser: Optimiser): void {
  const saved = checkpoint.optimiser;
  if (saved.name !== optimiser.name) {
    throw new JepaError(
      'checkpoint',
      `checkpoint ${checkpoint.path} was trained with optimiser '${saved.name}', this run uses '${optimiser.name}'; use the configuration in its header`,
      { path: checkpoint.path, saved: saved.name, used: optimiser.name },
    );
  }
  apply(checkpoint, [...stateTensors(model, optimiser)], (name) => !name.startsWith(INSTRUMENTS_PREFIX));
  optimiser.stepCount = saved.stepCount;
  optimiser.weightDecay = saved.weightDecay;
}

function* modelTensors({ layout, params, bufferLayout, buffers }: ModelState): Generator<NamedView> {
  yield* namedViews(layout, params);
  yield* namedViews(bufferLayout, buffers);
}

function* stateTensors(model: ModelState, optimiser: Optimiser): Generator<NamedView> {
  yield* modelTensors(model);
  for (const [state, data] of Object.entries(optimiser.state)) {
    yield* namedViews(model.layout, data, `${OPTIMISER_PREFIX}${state}.`);
  }
}

/** Everything or nothing. */
function apply({ path, tensors }: Checkpoint, targets: readonly NamedView[], wanted: (name: string) => boolean): void {
  copyTensors(tensors, toFloat32, targets, {
    what: `checkpoint ${path}`,
    path,
    advice: 'build the model from the configuration in its header',
    wanted,
  });
}

/** SHA-256 of all metadata but the digests themselves, and of the names, types and shapes of the tensors in order. */
function headerDigest(
  metadata: Readonly<Record<string, string>>,
  tensors: Iterable<readonly [string, SafeTensor]>,
): string {
  const pairs = Object.entries(metadata).filter(([name]) => name !== DIGEST_KEY && name !== SHA256_KEY);
  const names = [...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape]);
  return createHash('sha256')
    .update(JSON.stringify([pairs.sort(), names]))
    .digest('hex');
}

function isHeader(value: unknown): value is CheckpointHeader {
  return (
    isRecord(value) &&
    typeof value.step === 'number' &&
    typeof value.seed === 'number' &&
    isRecord(value.optimiser) &&
    isRecord(value.config) &&
    isRecord(value.metadata) &&
    isRecord(value.totals)
  );
}
