// Reads the run folders of control experiments that lie in one folder, with the files that only they have.
//
//   evals/long-horizon.json    LongHorizonFile
//   evals/generalisation.json  GeneralisationFile

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../core/index.ts';
import type {
  GeneralisationFile,
  LongHorizonFile,
  PlanningFile,
  ProbeFile,
  RunFile,
  SuccessCount,
  SurpriseFile,
} from '../../run/index.ts';
import {
  type Found,
  field,
  jsonPart,
  list,
  number,
  optional,
  type Part,
  parseProtocol,
  readRunFolder,
  text,
} from '../../run/index.ts';
import { trainingAxes } from '../compare/curve.ts';

/** One finished run of a control experiment. */
export interface ControlRunFolder {
  /** Its folder in that of the benchmark. */
  readonly name: string;
  readonly run: RunFile;
  /** What the configuration chooses among its models. */
  readonly model: string;
  /** Minutes of training, without pauses for instruments and checkpoints. */
  readonly trainingMinutes?: number;
  readonly planning: Part<PlanningFile>;
  readonly probe: Part<ProbeFile>;
  readonly surprise: Part<SurpriseFile>;
  readonly longHorizon: Part<LongHorizonFile>;
  readonly generalisation: Part<GeneralisationFile>;
}

/** A run that has no place in the tables yet. */
export interface UnfinishedRun {
  readonly name: string;
  /** `waiting`, or how it ended. */
  readonly status: string;
  readonly why?: string;
}

/** The runs in a folder by their names: finished control experiments, and those that are not finished. */
export function readControlRuns(dir: string): {
  readonly runs: readonly ControlRunFolder[];
  readonly unfinished: readonly UnfinishedRun[];
} {
  if (!existsSync(dir)) throw new JepaError('usage', `folder must exist, got '${dir}'; check the path`, { dir });
  const names = readdirSync(dir)
    .filter((name) => existsSync(join(dir, name, 'run.json')))
    .sort();
  const runs: ControlRunFolder[] = [];
  const unfinished: UnfinishedRun[] = [];
  for (const name of names) {
    const folder = readRunFolder(join(dir, name), 0);
    const { run, metrics } = folder;
    if (!run.ok) {
      unfinished.push({ name, status: 'unreadable', why: run.why });
      continue;
    }
    const model = modelOf(run.value);
    if (model === undefined) continue;
    if (run.value.status !== 'done') {
      unfinished.push({ name, status: run.value.status });
      continue;
    }
    const seconds = trainingAxes(metrics.ok ? metrics.value : []).seconds.at(-1);
    runs.push({
      name,
      run: run.value,
      model,
      ...(seconds === undefined || !Number.isFinite(seconds) ? {} : { trainingMinutes: seconds / 60 }),
      planning: folder.planning,
      probe: folder.probe,
      surprise: folder.surprise,
      longHorizon: jsonPart(folder.dir, 'evals/long-horizon.json', parseLongHorizon),
      generalisation: jsonPart(folder.dir, 'evals/generalisation.json', parseGeneralisation),
    });
  }
  return { runs, unfinished };
}

/** The model that a run's configuration names; undefined for the run of another kind of experiment. */
function modelOf({ config }: RunFile): string | undefined {
  if (typeof config !== 'object' || config === null) return undefined;
  if ('modelName' in config && typeof config.modelName === 'string') return config.modelName;
  // Until November 2026 `model` was the name.
  return 'model' in config && typeof config.model === 'string' ? config.model : undefined;
}

function parseLongHorizon(found: Found): LongHorizonFile {
  return {
    horizons: list(field(found, 'horizons'), (h) => ({
      goalOffset: number(field(h, 'goalOffset')),
      budget: number(field(h, 'budget')),
      record: parseProtocol(field(h, 'record')),
    })),
  };
}

function parseGeneralisation(found: Found): GeneralisationFile {
  return {
    tasks: number(field(found, 'tasks')),
    budget: number(field(found, 'budget')),
    ...optional(found, 'reference', text),
    unvaried: list(field(found, 'unvaried'), (r) => ({ policy: text(field(r, 'policy')), ...parseCount(r) })),
    groups: list(field(found, 'groups'), (g) => ({
      group: text(field(g, 'group')),
      factors: list(field(g, 'factors'), text),
      tasks: number(field(g, 'tasks')),
      leftOut: number(field(g, 'leftOut')),
      results: list(field(g, 'results'), (r) => ({
        policy: text(field(r, 'policy')),
        ...parseCount(r),
        unvaried: parseCount(field(r, 'unvaried')),
      })),
    })),
    excluded: list(field(found, 'excluded'), (e) => ({ factor: text(field(e, 'factor')), why: text(field(e, 'why')) })),
  };
}

function parseCount(found: Found): SuccessCount {
  const interval = field(found, 'interval');
  const [low, high] = list(interval, number);
  if (high === undefined) throw new JepaError('data', `${interval.where} must be [low, high]`);
  return { success: number(field(found, 'success')), interval: [low!, high] };
}
