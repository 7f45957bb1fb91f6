// Reads the runs that are to be compared: what every run folder holds, and the two files of image experiments. A file that is
// not there and one that is damaged are parts that say so.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { JepaError } from '../../core/index.ts';
import {
  type FeaturesFile,
  featuresFile,
  type MetricsLine,
  type Part,
  type PicturesFile,
  type PlanningFile,
  type ProbeFile,
  picturesFile,
  type RunFile,
  type SurpriseFile,
} from '../../run/index.ts';
import { type Checkpoint, jsonPart, latestCheckpoint, readRunFolder } from '../../run/node.ts';
import { damageOf } from '../damage.ts';
import { type TrainingAxes, trainingAxes } from './curve.ts';

/** One run as the comparison sees it. */
export interface ComparedRun {
  readonly dir: string;
  readonly run: RunFile;
  readonly metrics: Part<readonly MetricsLine[]>;
  /** False for a finished run without metrics.jsonl, such as that of an encoder as it is initialised. */
  readonly trained: boolean;
  readonly axes: TrainingAxes;
  readonly features: Part<FeaturesFile>;
  readonly pictures: Part<PicturesFile>;
  readonly planning: Part<PlanningFile>;
  readonly probe: Part<ProbeFile>;
  readonly surprise: Part<SurpriseFile>;
  /** Numbers that the optimiser of the last checkpoint moves; undefined without a whole checkpoint. */
  readonly parameters?: number;
}

/**
 * Reads run folders. Errors: `usage` when none is given, when one does not exist or is no run (all of them named), or is
 * given twice; those of `run.json`.
 */
export function readCompared(dirs: readonly string[]): ComparedRun[] {
  if (dirs.length === 0) throw new JepaError('usage', 'compare needs at least one run folder, got none');
  const bad = dirs.flatMap((dir) => {
    if (!existsSync(dir)) return [`'${dir}' does not exist`];
    return existsSync(join(dir, 'run.json')) ? [] : [`'${dir}' has no run.json`];
  });
  if (bad.length > 0) {
    throw new JepaError('usage', `compare needs run folders, but ${bad.join(', ')}; check the paths`, { dirs: bad });
  }
  const seen = new Set<string>();
  for (const dir of dirs) {
    const whole = resolve(dir);
    if (seen.has(whole)) throw new JepaError('usage', `'${dir}' is given twice; name each run once`, { dir });
    seen.add(whole);
  }
  return dirs.map(readOne);
}

function readOne(dir: string): ComparedRun {
  const { run, metrics, planning, probe, surprise } = readRunFolder(dir, 0);
  if (!run.ok) throw new JepaError('data', `${join(dir, 'run.json')} cannot be read: ${run.why}`, { dir });
  const parameters = trainedParameters(dir);
  return {
    dir,
    run: run.value,
    metrics,
    trained: run.value.status !== 'done' || existsSync(join(dir, 'metrics.jsonl')),
    axes: trainingAxes(metrics.ok ? metrics.value : []),
    features: jsonPart(dir, 'evals/features.json', featuresFile),
    pictures: jsonPart(dir, 'evals/pictures.json', picturesFile),
    planning,
    probe,
    surprise,
    ...(parameters === undefined ? {} : { parameters }),
  };
}

/** What the damaged files of world models are, each with its run and what is wrong. */
export function damagesOf({ dir, planning, probe, surprise }: ComparedRun): string[] {
  return [planning, probe, surprise].flatMap((part) => {
    const why = damageOf(part);
    return why === undefined ? [] : [`${dir}: ${why}`];
  });
}

/** The optimiser keeps its state of each trained tensor under `optimiser.<state>.<tensor>`. */
function trainedParameters(dir: string): number | undefined {
  let tensors: Checkpoint['tensors'] | undefined;
  try {
    tensors = latestCheckpoint(dir, () => {})?.tensors;
  } catch {
    return undefined; // All checkpoints are damaged: the count stays unknown, the rest of the run is still compared.
  }
  if (tensors === undefined) return undefined;
  const trained = new Set([...tensors.keys()].flatMap((name) => /^optimiser\.[^.]+\.(.+)$/.exec(name)?.[1] ?? []));
  let count = 0;
  for (const name of trained) count += tensors.get(name)?.shape.reduce((x, y) => x * y, 1) ?? 0;
  return count > 0 ? count : undefined;
}
