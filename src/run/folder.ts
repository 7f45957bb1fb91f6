// A run is a folder: run.json (what was asked, and of which machine), metrics.jsonl, checkpoints/, and what others add
// (evals/, rollouts/, report.html). The trainer writes it; the command line, the studio and notebooks read it.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { JepaError } from '../core/index.ts';
import { removeStaleFiles, writeFileAtomic } from '../data/index.ts';
import { exactJson, isRecord } from './json.ts';
import { type MetricRecord, metricsFile, readMetrics, truncateMetrics } from './metrics.ts';

/** The content of run.json. */
export interface RunManifest {
  /** The complete configuration, defaults included. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Versions of everything that moves numbers: jepa, node, onnxruntime. */
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: Readonly<Record<string, string | number>>;
  /** Time of the first start, ISO 8601. */
  readonly started: string;
}

/** A handle on a run folder. `close` it when done. */
export interface RunFolder {
  readonly dir: string;
  readonly manifest: RunManifest;
  /** The absolute path of `name` inside the folder; its parent folders are made. Errors: `usage` when it leaves the folder. */
  path(name: string): string;
  /** Writes `value` to the file `name`, whole or not at all. Errors: `io`; `usage` for numbers that are not finite. */
  writeJson(name: string, value: unknown): void;
  /** Appends one line to metrics.jsonl. Errors: `io`. */
  appendMetric(record: MetricRecord): void;
  /** The records of metrics.jsonl so far. */
  metrics(): readonly MetricRecord[];
  /** Drops the metrics of later steps, before the run continues from `step`. */
  truncateMetrics(step: number): void;
  /** Forces the metrics to the disk. */
  flush(): void;
  close(): void;
}

/** What a new run is created from. */
export interface RunDescription {
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Versions besides node's. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Creates the folder `dir` with its run.json.
 *
 * Errors: `usage` when the folder already holds a run; `io` when it cannot be written.
 */
export function createRun(dir: string, { config, seed, versions }: RunDescription): RunFolder {
  const path = join(dir, 'run.json');
  if (existsSync(path)) {
    throw new JepaError('usage', `${dir} already holds a run; resume it, or choose another folder`, { dir });
  }
  const manifest: RunManifest = {
    config,
    seed,
    versions: { ...versions, node: process.version },
    machine: {
      platform: platform(),
      release: release(),
      arch: arch(),
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
    },
    started: new Date().toISOString(),
  };
  try {
    mkdirSync(join(dir, 'checkpoints'), { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new JepaError(
      'io',
      `cannot create the run folder ${dir}: ${reason}; check the path`,
      { dir },
      { cause: error },
    );
  }
  const run = handle(dir, manifest);
  run.writeJson('run.json', manifest);
  return run;
}

/** Opens an existing run. Errors: `usage` when there is no run.json, `corrupt` when it cannot be read as one. */
export function openRun(dir: string): RunFolder {
  const path = join(dir, 'run.json');
  if (!existsSync(path)) {
    throw new JepaError('usage', `${dir} is not a run folder: it must hold a run.json; check the path`, { dir });
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new JepaError('corrupt', `${path} is not JSON; the run cannot be opened`, { path }, { cause: error });
  }
  if (!isManifest(manifest)) {
    throw new JepaError('corrupt', `${path} must hold config, seed, versions, machine and started`, { path });
  }
  return handle(dir, manifest);
}

function isManifest(value: unknown): value is RunManifest {
  return (
    isRecord(value) &&
    isRecord(value.config) &&
    typeof value.seed === 'number' &&
    isRecord(value.versions) &&
    isRecord(value.machine) &&
    typeof value.started === 'string'
  );
}

function handle(dir: string, manifest: RunManifest): RunFolder {
  const root = resolve(dir);
  mkdirSync(join(root, 'checkpoints'), { recursive: true });
  removeStaleFiles(root, { recursive: true });
  const metricsPath = join(root, 'metrics.jsonl');
  const file = metricsFile(metricsPath);
  const inside = (name: string): string => {
    const path = resolve(root, name);
    if (!path.startsWith(root + sep)) {
      throw new JepaError('usage', `'${name}' must name a file inside the run folder ${dir}`, { dir, name });
    }
    mkdirSync(dirname(path), { recursive: true });
    return path;
  };
  return {
    dir: root,
    manifest,
    path: inside,
    writeJson(name, value) {
      writeFileAtomic(inside(name), [new TextEncoder().encode(`${exactJson(name, value, 2)}\n`)]);
    },
    appendMetric: file.append,
    metrics: () => readMetrics(metricsPath),
    truncateMetrics(step) {
      file.close();
      truncateMetrics(metricsPath, step);
    },
    flush: file.flush,
    close: file.close,
  };
}
