// Reads the run folders of control experiments that lie in one folder, with the files that only they have.
//
//   evals/long-horizon.json    LongHorizonFile
//   evals/generalisation.json  GeneralisationFile

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../core/index.ts';
import {
  type GeneralisationFile,
  generalisationFile,
  type LongHorizonFile,
  longHorizonFile,
  type Part,
  type PlanningFile,
  type ProbeFile,
  type RunFile,
  type SurpriseFile,
} from '../../run/index.ts';
import { jsonPart, readRunFolder } from '../../run/node.ts';
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
      longHorizon: jsonPart(folder.dir, 'evals/long-horizon.json', longHorizonFile),
      generalisation: jsonPart(folder.dir, 'evals/generalisation.json', generalisationFile),
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
