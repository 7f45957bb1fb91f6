// A run as code holds it: a handle on the folder with run.json (what was asked, and of which machine), metrics.jsonl,
// checkpoints/, and what others add (evals/, rollouts/, report.html).

import { dirname, join, resolve, sep } from 'node:path';
import { JepaError } from '../core/index.ts';
import { writeFileAtomic } from '../data/node.ts';
import { exactJson } from './json.ts';
import { machineRecord, versionRecord } from './machine.ts';
import { makeFolder } from './make-folder.ts';
import { hasMetrics, type MetricRecord, metricsFile, readMetrics, truncateMetrics } from './metrics.ts';
import { isRunFolder, readRunFile, writeRunFile } from './record.ts';
import type { MetricsLine, RunFile } from './schema.ts';

/** A handle on a run folder. `close` it when done. */
export interface RunFolder {
  readonly dir: string;
  /** run.json as it was when the handle was made, with the updates since. */
  readonly file: RunFile;
  /** The absolute path of `name` inside the folder; its parent folders are made. Errors: `usage` when it leaves the folder. */
  path(name: string): string;
  /** Writes `value` to the file `name`, whole or not at all. Errors: `io`; `usage` for numbers that are not finite. */
  writeJson(name: string, value: unknown): void;
  /** Changes fields of run.json. A failure stands only together with the status `failed`. Errors: `io`. */
  update(fields: Partial<RunFile>): void;
  /** Appends one line to metrics.jsonl. Errors: `io`. */
  appendMetric(record: MetricRecord): void;
  /** The lines of metrics.jsonl so far. */
  metrics(): readonly MetricsLine[];
  /** Whether metrics.jsonl holds a line. */
  hasMetrics(): boolean;
  /** Drops the metrics of later steps, before the run continues from `step`. */
  truncateMetrics(step: number): void;
  /** Forces the metrics to the disk. */
  flush(): void;
  close(): void;
}

/** What a new run is created from. */
export interface RunDescription {
  /** The complete configuration, defaults included. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Versions besides those of jepa, node and onnxruntime. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Creates the folder `dir` with its run.json.
 *
 * Errors: `usage` when the folder already holds a run; `io` when it cannot be written.
 */
export function createRun(dir: string, { config, seed, versions }: RunDescription): RunFolder {
  if (isRunFolder(dir)) {
    throw new JepaError('usage', `${dir} already holds a run; resume it, or choose another folder`, { dir });
  }
  makeFolder(join(dir, 'checkpoints'));
  writeRunFile(dir, {
    recipe: '',
    seed,
    status: 'unfinished',
    started: new Date().toISOString(),
    minutes: 0,
    machine: machineRecord(),
    versions: { ...versionRecord(), ...versions },
    config: JSON.parse(exactJson('config', config)),
    metrics: {},
  });
  return handle(dir);
}

/** Opens an existing run. Errors: `usage` when there is no run.json, `corrupt` or `data` when it cannot be read as one. */
export function openRun(dir: string): RunFolder {
  return handle(dir);
}

function handle(dir: string): RunFolder {
  let file = readRunFile(dir);
  const root = resolve(dir);
  makeFolder(join(root, 'checkpoints'));
  const metricsPath = join(root, 'metrics.jsonl');
  const lines = metricsFile(metricsPath);
  const inside = (name: string): string => {
    const path = resolve(root, name);
    if (!path.startsWith(root + sep)) {
      throw new JepaError('usage', `'${name}' must name a file inside the run folder ${dir}`, { dir, name });
    }
    makeFolder(dirname(path));
    return path;
  };
  return {
    dir: root,
    get file() {
      return file;
    },
    path: inside,
    writeJson(name, value) {
      writeFileAtomic(inside(name), [new TextEncoder().encode(`${exactJson(name, value, 2)}\n`)]);
    },
    update(fields) {
      const { failure: _, ...before } = readRunFile(root);
      file = { ...before, ...fields };
      writeRunFile(root, file);
    },
    appendMetric: lines.append,
    metrics: () => readMetrics(metricsPath),
    hasMetrics: () => hasMetrics(metricsPath),
    truncateMetrics(step) {
      lines.close();
      truncateMetrics(metricsPath, step);
    },
    flush: lines.flush,
    close: lines.close,
  };
}
