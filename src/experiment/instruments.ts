// The collapse instruments of a training run: what the step has computed anyway, read every so many updates, with alarms.
// Legend: B samples, T frames, N tokens, D width of an embedding.

import type { Key } from '../core/index.ts';
import {
  type Health,
  type HealthInput,
  type HealthLimits,
  matrix,
  type OnlineHealth,
  onlineHealth,
} from '../measure/index.ts';
import type { InstrumentValues } from '../run/index.ts';
import type { HostArray } from '../tensor/index.ts';

/** What the step computed of its first pair, and the shapes of that: a loss program of a method has both. */
export interface Observed {
  readonly observed: Readonly<Record<string, HostArray>>;
  readonly program: { readonly outputs: Readonly<Record<string, { readonly shape: readonly number[] }>> };
}

/** Embeddings of a step: one per sample or frame, or the tokens of each. Null where they are neither, such as patches of clips. */
export type Latents = Omit<HealthInput, 'key' | 'slices'>;

/** Rows whose similarity is measured pair by pair. */
const PAIR_ROWS = 512;

function shapeOf({ program }: Observed, name: string): readonly number[] {
  return program.outputs[`observe:${name}`]?.shape ?? [];
}

function latent({ observed }: Observed, name: string): Float32Array | undefined {
  const value = observed[name];
  return value instanceof Float32Array ? value : undefined;
}

/** What the instruments read of a step on images: embeddings [B, D] or tokens [B, N, D], and predictions beside their targets. */
export function imageLatents(of: Observed): Latents | null {
  const [context, prediction, target] = ['context', 'prediction', 'target'].map((name) => latent(of, name));
  if (context === undefined || prediction === undefined || target === undefined) return null;
  const shape = shapeOf(of, 'context');
  const dim = shape.at(-1)!;
  const embeddings =
    shape.length === 3 ? { batch: shape[0]!, tokens: shape[1]!, dim, data: context } : matrix(context, dim);
  const width = shapeOf(of, 'prediction').at(-1)!;
  const rows = (data: Float32Array) => matrix(data.subarray(0, width * PAIR_ROWS), width);
  const [predicted, next] = [rows(prediction), rows(target)];
  return { embeddings, prediction: { predicted, next }, pairs: { x: predicted, y: next } };
}

/** What the instruments read of a step on clips: embeddings [B, T, D] as rows, and predictions beside the next and the last one. */
export function clipLatents(of: Observed): Latents | null {
  const [context, prediction, target] = ['context', 'prediction', 'target'].map((name) => latent(of, name));
  const [B, T, D, ...more] = shapeOf(of, 'context');
  if (context === undefined || B === undefined || T === undefined || D === undefined || more.length > 0) return null;
  const embeddings = matrix(context, D);
  const compared = [B, T - 1, D].join();
  const paired = shapeOf(of, 'prediction').join() === compared && shapeOf(of, 'target').join() === compared;
  if (!paired || prediction === undefined || target === undefined) return { embeddings };
  const last = new Float32Array(B * (T - 1) * D);
  for (let b = 0; b < B; b++) last.set(context.subarray(b * T * D, (b * T + T - 1) * D), b * (T - 1) * D);
  return {
    embeddings,
    prediction: { predicted: matrix(prediction, D), next: matrix(target, D), last: matrix(last, D) },
  };
}

/** A reading as it is recorded: numbers by name, and each alarm that stands as `alarm.<CODE>`. */
function healthValues(reading: Health): InstrumentValues {
  const { samples, dim, sigreg, effectiveRank, pooledStd, minStd } = reading;
  return {
    samples,
    dim,
    sigreg,
    effectiveRank,
    pooledStd,
    minStd,
    mismatchedSimilarity: reading.mismatchedSimilarity,
    unexplained: reading.unexplained ?? null,
    copyLastRatio: reading.copyLastRatio ?? null,
    tokenStd: reading.tokenStd ?? null,
    positionShare: reading.positionShare ?? null,
    retrieval: reading.pairs?.retrieval ?? null,
    alarms: reading.alarms.length,
    ...Object.fromEntries(reading.alarms.map(({ code, value }) => [`alarm.${code}`, value])),
  };
}

/** The health of a training, and what a checkpoint keeps of it. */
export interface HealthInstruments extends Pick<OnlineHealth, 'memory' | 'recall'> {
  measure(step: number): InstrumentValues | null;
}

/**
 * Instruments for a training loop. `measure` reads what `latents` finds after a step; null when it finds nothing. Alarms are
 * logged while they stand.
 */
export function healthInstruments(options: {
  readonly key: Key;
  readonly limits?: HealthLimits;
  readonly latents: () => Latents | null;
  readonly log: (line: string) => void;
}): HealthInstruments {
  const { key, limits = {}, latents, log } = options;
  const health = onlineHealth({ key, limits });
  const measure = (step: number): InstrumentValues | null => {
    const found = latents();
    if (found === null) return null;
    const reading = health.observe(step, found);
    for (const { code, value, since, hint } of reading.alarms) {
      log(`alarm ${code} since step ${since} (${value.toPrecision(3)}): ${hint}`);
    }
    return healthValues(reading);
  };
  return { measure, memory: health.memory, recall: health.recall };
}
