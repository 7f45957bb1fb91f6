// Reads the run folders of control experiments that lie in one folder, with the files that only they have.
//
//   evals/long-horizon.json    LongHorizonFile
//   evals/generalisation.json  GeneralisationFile

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../../core/index.ts';
import { type Found, field, list, number, optional, text } from '../check.ts';
import { trainingAxes } from '../compare/curve.ts';
import { jsonPart, type Part, parseProtocol, readRunFolder } from '../read.ts';
import type { PlanningFile, PlanningProtocol, PolicyResult, ProbeFile, RunFile, SurpriseFile } from '../schema.ts';

/** `evals/long-horizon.json`: the same goals further and further away; policy `planner` is the flat planner. */
export interface LongHorizonFile {
  readonly horizons: readonly {
    readonly goalOffset: number;
    readonly budget: number;
    readonly record: PlanningProtocol;
  }[];
}

/** Counts of the main planner on some tasks. */
export type TaskCount = Pick<PolicyResult, 'tasks' | 'successAny'>;

/** `evals/generalisation.json`: the main planner while one factor of variation is drawn anew, which training never saw. */
export interface GeneralisationFile {
  readonly factors: readonly ({ readonly factor: string } & TaskCount)[];
  /** Nothing varied. */
  readonly base?: TaskCount;
}

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
  if (typeof config !== 'object' || config === null || !('model' in config)) return undefined;
  return typeof config.model === 'string' ? config.model : undefined;
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
    factors: list(field(found, 'factors'), (f) => ({ factor: text(field(f, 'factor')), ...parseCount(f) })),
    ...optional(found, 'base', parseCount),
  };
}

function parseCount(found: Found): TaskCount {
  return { tasks: number(field(found, 'tasks')), successAny: number(field(found, 'successAny')) };
}
