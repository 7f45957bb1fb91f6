// Reads the parts of a run folder. A part that is missing or does not follow its schema becomes a sentence that its section
// of the report prints; it never stops the other sections.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError, type Schema } from '../core/index.ts';
import { readText, requireFile } from '../data/node.ts';
import { embeddingFile, imaginationFile, planningFile, probeFile, rolloutFile, surpriseFile } from './files.ts';
import { readMetrics } from './metrics.ts';
import { type Part, parseFile, parseRun, part } from './parse.ts';
import type { EmbeddingFile, ImaginationFile, PlanningFile, ProbeFile, RolloutFile, SurpriseFile } from './results.ts';
import type { MetricsLine, RunFile } from './schema.ts';

/** One planned episode with its images: `frames + 1` images of RGB bytes, the last one the goal. */
export interface Rollout {
  readonly name: string;
  readonly file: RolloutFile;
  readonly images: Uint8Array;
}

/** Everything the report shows, read from one run folder. */
export interface RunContents {
  readonly dir: string;
  readonly run: Part<RunFile>;
  readonly metrics: Part<readonly MetricsLine[]>;
  readonly planning: Part<PlanningFile>;
  readonly probe: Part<ProbeFile>;
  readonly embedding: Part<EmbeddingFile>;
  readonly surprise: Part<SurpriseFile>;
  readonly imagination: Part<ImaginationFile>;
  readonly rollouts: Part<readonly Rollout[]>;
}

/** Reads a run folder; only a folder that does not exist is an error. At most `maxRollouts` episodes are read. */
export function readRunFolder(dir: string, maxRollouts = 12): RunContents {
  if (!existsSync(dir)) throw new JepaError('usage', `run folder must exist, got '${dir}'; check the path`, { dir });
  return {
    dir,
    run: runPart(dir),
    metrics: part('metrics.jsonl', () => readMetricLines(dir)),
    planning: jsonPart(dir, 'evals/planning.json', planningFile),
    probe: jsonPart(dir, 'evals/probe.json', probeFile),
    embedding: jsonPart(dir, 'evals/embedding.json', embeddingFile),
    surprise: jsonPart(dir, 'evals/surprise.json', surpriseFile),
    imagination: jsonPart(dir, 'evals/imagination.json', imaginationFile),
    rollouts: part('rollouts/', () => readRollouts(dir, maxRollouts)),
  };
}

/** The JSON file `name` of a run folder as its schema describes it. */
export function jsonPart<T>(dir: string, name: string, schema: Schema<T>): Part<T> {
  return part(name, () => parseFile(schema, readText(join(dir, name)), name));
}

/** `run.json` of a run folder, of whatever version. */
export function runPart(dir: string): Part<RunFile> {
  return part('run.json', () => parseRun(readText(join(dir, 'run.json'))));
}

/** The lines of metrics.jsonl. Errors: that of the file system, those of `readMetrics`, `data` when it holds no line. */
export function readMetricLines(dir: string): MetricsLine[] {
  const path = join(dir, 'metrics.jsonl');
  statSync(path); // says that it is missing
  const lines = readMetrics(path, 'metrics.jsonl');
  if (lines.length === 0) throw new JepaError('data', 'metrics.jsonl holds no line yet');
  return lines;
}

/**
 * Reads up to `max` planned episodes of a run folder, in the order of their numbers.
 *
 * @param name the folder in that of the run: `rollouts@<digest>` for those planned with other settings
 */
export function readRollouts(dir: string, max: number, name: string = 'rollouts'): Rollout[] {
  const folder = join(dir, name);
  const names = readdirSync(folder)
    .filter((file) => /^\d+\.json$/.test(file))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .slice(0, max);
  if (names.length === 0) throw new JepaError('data', `${name}/ holds no <k>.json`);
  return names.map((json) => {
    const file = parseFile(rolloutFile, readText(join(folder, json)), `${name}/${json}`);
    const k = json.slice(0, -5);
    requireFile(join(folder, `${k}.bin`));
    const images = new Uint8Array(readFileSync(join(folder, `${k}.bin`)));
    const bytes = (file.frames + 1) * file.height * file.width * 3;
    if (images.length !== bytes) {
      throw new JepaError(
        'corrupt',
        `${name}/${k}.bin must hold ${bytes} bytes (${file.frames} frames and the goal of ` +
          `${file.height}x${file.width} RGB), got ${images.length}`,
      );
    }
    return { name: k, file, images };
  });
}
