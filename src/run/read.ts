// Reads the parts of a run folder. A part that is missing or does not follow schema.ts becomes a sentence that its
// section of the report prints; it never stops the other sections.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../core/index.ts';
import { type Found, field, flag, type JsonObject, list, number, optional, record, text } from './check.ts';
import type {
  EmbeddingFile,
  Instruments,
  MachineRecord,
  MetricsLine,
  PlanningFile,
  PlanningProtocol,
  Point,
  ProbeFile,
  RolloutFile,
  RunFile,
  RunStatus,
  SurpriseCurve,
  SurpriseFile,
  TimeShares,
} from './schema.ts';

/** A part of the run folder, or the sentence that says why it is not there. */
export type Part<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

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
  readonly rollouts: Part<readonly Rollout[]>;
}

/** Reads a run folder; only a folder that does not exist is an error. At most `maxRollouts` episodes are read. */
export function readRunFolder(dir: string, maxRollouts = 12): RunContents {
  if (!existsSync(dir)) throw new JepaError('usage', `run folder must exist, got '${dir}'; check the path`, { dir });
  return {
    dir,
    run: jsonPart(dir, 'run.json', parseRun),
    metrics: part('metrics.jsonl', () => readMetricLines(dir)),
    planning: jsonPart(dir, 'evals/planning.json', parsePlanning),
    probe: jsonPart(dir, 'evals/probe.json', parseProbe),
    embedding: jsonPart(dir, 'evals/embedding.json', parseEmbedding),
    surprise: jsonPart(dir, 'evals/surprise.json', parseSurprise),
    rollouts: part('rollouts/', () => readRollouts(dir, maxRollouts)),
  };
}

/** What `read` gives, or the sentence that says why the file `name` is not there. */
export function part<T>(name: string, read: () => T): Part<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { ok: false, why: missing ? `This run has no ${name}.` : `${(error as Error).message}.` };
  }
}

/** The JSON file `name` of a run folder as `parse` reads it. */
export function jsonPart<T>(dir: string, name: string, parse: (found: Found) => T): Part<T> {
  return part(name, () => parse({ value: parseJson(readFileSync(join(dir, name), 'utf8'), name), where: name }));
}

function parseJson(source: string, name: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new JepaError('corrupt', `${name} must be JSON: ${(error as Error).message}`, { name });
  }
}

const STATUSES: readonly RunStatus[] = ['unfinished', 'done', 'interrupted', 'failed'];

/** Reads `run.json`. */
export function parseRun(found: Found): RunFile {
  const status = field(found, 'status').value;
  return {
    recipe: optional(found, 'recipe', text).recipe ?? '',
    seed: number(field(found, 'seed')),
    status: STATUSES.find((s) => s === status) ?? 'unfinished',
    ...optional(found, 'command', text),
    ...optional(found, 'recipeFile', text),
    ...optional(found, 'started', text),
    ...optional(found, 'minutes', number),
    ...optional(found, 'versions', (f) => record(f, text)),
    ...optional(found, 'config', (f) => f.value),
    ...optional(found, 'metrics', (f) => record(f, number)),
    ...optional(found, 'machine', parseMachine),
  };
}

/** The command line records `memoryGiB` and `linux x64`, the training room bytes and the two words apart. */
function parseMachine(found: Found): MachineRecord {
  const bytes = optional(found, 'memoryBytes', number).memoryBytes;
  const platform = text(field(found, 'platform'));
  const arch = optional(found, 'arch', text).arch;
  return {
    cpu: text(field(found, 'cpu')),
    cores: number(field(found, 'cores')),
    memoryGiB: bytes === undefined ? number(field(found, 'memoryGiB')) : bytes / 2 ** 30,
    platform: arch === undefined ? platform : `${platform} ${arch}`,
  };
}

/** The lines of metrics.jsonl. Errors: that of the file system, `data` when it holds no line, `corrupt` with the line. */
export function readMetricLines(dir: string): MetricsLine[] {
  const name = 'metrics.jsonl';
  const rows = readFileSync(join(dir, name), 'utf8').split('\n');
  const lines: MetricsLine[] = [];
  rows.forEach((row, i) => {
    if (row.trim() === '') return;
    // A killed run may leave half a last line; anywhere else it is damage.
    if (i === rows.length - 1 && !row.endsWith('}')) return;
    lines.push(parseMetrics({ value: parseJson(row, `${name} line ${i + 1}`), where: `${name} line ${i + 1}` }));
  });
  if (lines.length === 0) throw new JepaError('data', 'metrics.jsonl holds no line yet');
  return lines;
}

function parseMetrics(found: Found): MetricsLine {
  return {
    step: number(field(found, 'step')),
    ...optional(found, 'terms', (f) => record(f, number)),
    ...optional(found, 'instruments', parseInstruments),
    ...optional(found, 'timing', parseTiming),
    ...optional(found, 'loss', number),
    ...optional(found, 'lr', number),
    ...optional(found, 'gradNorm', number),
  };
}

function parseInstruments(found: Found): Instruments {
  return {
    ...optional(found, 'sigreg', number),
    ...optional(found, 'samples', number),
    ...optional(found, 'effectiveRank', number),
    ...optional(found, 'dim', number),
    ...optional(found, 'pooledStd', number),
    ...optional(found, 'minStd', number),
    ...optional(found, 'unexplained', number),
    ...optional(found, 'copyLastRatio', number),
    ...optional(found, 'knn', number),
    ...optional(found, 'alarms', number),
    ...standingAlarms(found),
  };
}

const ALARM = 'alarm.';

function standingAlarms({ value, where }: Found): Pick<Instruments, 'standing'> {
  const entries = Object.entries(value as JsonObject).filter(([name]) => name.startsWith(ALARM));
  if (entries.length === 0) return {};
  return {
    standing: record({ value: Object.fromEntries(entries.map(([k, v]) => [k.slice(ALARM.length), v])), where }, number),
  };
}

function parseTiming(found: Found): TimeShares {
  return {
    ...optional(found, 'seconds', number),
    ...optional(found, 'imagesPerSecond', number),
    ...optional(found, 'waitShare', number),
    ...optional(found, 'overheadShare', number),
    ...optional(found, 'pauseShare', number),
  };
}

function parseEmbedding(found: Found): EmbeddingFile {
  return { deviations: list(field(found, 'deviations'), number) };
}

/** Reads `evals/planning.json`. */
export function parsePlanning(found: Found): PlanningFile {
  return {
    ...optional(found, 'solver', text),
    ...optional(found, 'secondsPerPlan', number),
    protocols: list(field(found, 'protocols'), parseProtocol),
  };
}

/** Reads one protocol with its results. */
export function parseProtocol(p: Found): PlanningProtocol {
  return {
    name: text(field(p, 'name')),
    description: text(field(p, 'description')),
    ...optional(p, 'excluded', number),
    ...optional(p, 'goalOffset', number),
    ...optional(p, 'budget', number),
    ...optional(p, 'seed', number),
    ...optional(p, 'planner', (f) => record(f, ({ value }) => value)),
    results: list(field(p, 'results'), (r) => ({
      policy: text(field(r, 'policy')),
      tasks: number(field(r, 'tasks')),
      successAny: number(field(r, 'successAny')),
      ...optional(r, 'successLast', number),
      ...optional(r, 'medianSteps', number),
      ...optional(r, 'plans', number),
      ...optional(r, 'planSecondsMean', number),
    })),
  };
}

/** Reads `evals/probe.json`. */
export function parseProbe(found: Found): ProbeFile {
  return {
    probes: list(field(found, 'probes'), (p) => ({
      target: text(field(p, 'target')),
      kind: text(field(p, 'kind')),
      ...optional(p, 'samples', number),
      ...optional(p, 'r', number),
      ...optional(p, 'mse', number),
      dimensions: list(field(p, 'dimensions'), (d) => ({
        name: text(field(d, 'name')),
        r: number(field(d, 'r')),
        r2: number(field(d, 'r2')),
        ...optional(d, 'mse', number),
      })),
    })),
    ...optional(found, 'leftOut', parseLeftOut),
    ...optional(found, 'sample', (s) => ({
      target: text(field(s, 'target')),
      kind: text(field(s, 'kind')),
      names: list(field(s, 'names'), text),
      truth: list(field(s, 'truth'), (row) => list(row, number)),
      predicted: list(field(s, 'predicted'), (row) => list(row, number)),
      ...optional(s, 'unit', text),
    })),
  };
}

/** Reads `evals/surprise.json`. */
export function parseSurprise(found: Found): SurpriseFile {
  const curve = (f: Found): SurpriseCurve => ({
    mean: list(field(f, 'mean'), number),
    ...optional(f, 'low', (x) => list(x, number)),
    ...optional(f, 'high', (x) => list(x, number)),
  });
  return {
    clips: number(field(found, 'clips')),
    perturbedAt: number(field(found, 'perturbedAt')),
    ...optional(found, 'band', text),
    clean: curve(field(found, 'clean')),
    perturbations: list(field(found, 'perturbations'), (p) => ({
      name: text(field(p, 'name')),
      ...optional(p, 'about', text),
      auc: number(field(p, 'auc')),
      ...optional(p, 'p', number),
      curve: curve(field(p, 'curve')),
    })),
    ...optional(found, 'leftOut', parseLeftOut),
  };
}

function parseLeftOut(found: Found): readonly { readonly name: string; readonly why: string }[] {
  return list(found, (f) => ({ name: text(field(f, 'name')), why: text(field(f, 'why')) }));
}

function point(found: Found): Point {
  const xy = list(found, number);
  if (xy.length !== 2) throw new JepaError('data', `${found.where} must be [x, y], got ${xy.length} numbers`);
  return [xy[0]!, xy[1]!];
}

function parseRollout(found: Found): RolloutFile {
  return {
    frames: number(field(found, 'frames')),
    height: number(field(found, 'height')),
    width: number(field(found, 'width')),
    success: flag(field(found, 'success')),
    ...optional(found, 'reachedAt', number),
    ...optional(found, 'title', text),
    ...optional(found, 'path', (p) => list(p, point)),
    ...optional(found, 'goal', point),
    ...optional(found, 'imagined', (m) =>
      list(m, (p) => ({ at: number(field(p, 'at')), path: list(field(p, 'path'), point) })),
    ),
    ...optional(found, 'extent', (e) => {
      const [left, top, right, bottom, ...rest] = list(e, number);
      if (bottom === undefined || rest.length > 0) {
        throw new JepaError('data', `${e.where} must be [left, top, right, bottom]`);
      }
      return [left!, top!, right!, bottom] as const;
    }),
  };
}

/** Reads up to `max` planned episodes of a run folder, in the order of their numbers. */
export function readRollouts(dir: string, max: number): Rollout[] {
  const folder = join(dir, 'rollouts');
  const names = readdirSync(folder)
    .filter((name) => /^\d+\.json$/.test(name))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .slice(0, max);
  if (names.length === 0) throw new JepaError('data', 'rollouts/ holds no <k>.json');
  return names.map((json) => {
    const where = `rollouts/${json}`;
    const file = parseRollout({ value: parseJson(readFileSync(join(folder, json), 'utf8'), where), where });
    const name = json.slice(0, -5);
    const images = new Uint8Array(readFileSync(join(folder, `${name}.bin`)));
    const bytes = (file.frames + 1) * file.height * file.width * 3;
    if (images.length !== bytes) {
      throw new JepaError(
        'corrupt',
        `rollouts/${name}.bin must hold ${bytes} bytes (${file.frames} frames and the goal of ` +
          `${file.height}x${file.width} RGB), got ${images.length}`,
      );
    }
    return { name, file, images };
  });
}
