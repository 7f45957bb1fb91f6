// The datasets of the control benchmark: each is collected once, right before the first run that needs it, by `jepa collect`
// in a process of its own. A file beside each says what it was made from and whether it is complete.

import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { anything, byName, flag, JepaError, open, text, whole } from '../../core/index.ts';
import { readText, writeFileAtomic } from '../../data/node.ts';
import { parseFile } from '../../run/index.ts';
import { makeFolder } from '../../run/node.ts';
import { parseProgress } from '../progress.ts';
import type { ExperimentSession } from '../session.ts';
import { differences } from '../settings.ts';
import { runChild } from '../sweep/child.ts';
import type { PlannedRun } from '../sweep/plan.ts';
import type { PlannedData } from './matrix.ts';

/** `<folder>.json`. */
interface DataRecord {
  readonly world: string;
  readonly seed: number;
  readonly made: object;
  readonly complete: boolean;
}

const dataRecord = open<DataRecord>({ world: text(), seed: whole(0), made: byName(anything()), complete: flag() });

const recordPath = ({ folder }: PlannedData): string => `${folder}.json`;

function readRecord(data: PlannedData): DataRecord | undefined {
  const path = recordPath(data);
  if (!existsSync(path)) return undefined;
  try {
    return parseFile(dataRecord, readText(path), basename(path));
  } catch (error) {
    const message = `${path} must say what its dataset was made from: ${(error as Error).message}; remove it to collect anew`;
    throw new JepaError('corrupt', message, { path }, { cause: error });
  }
}

function writeRecord(data: PlannedData, complete: boolean): void {
  const { world, seed, made, folder } = data;
  makeFolder(dirname(folder));
  const record: DataRecord = { world, seed, made, complete };
  writeFileAtomic(recordPath(data), [new TextEncoder().encode(`${JSON.stringify(record, undefined, 2)}\n`)]);
}

/** Errors: `usage` when a folder holds a dataset that was made from other settings. */
export function checkDatasets(datasets: readonly PlannedData[]): void {
  for (const data of datasets) {
    const before = readRecord(data);
    if (before === undefined || !existsSync(data.folder)) continue;
    const changed = differences(before.made, data.made);
    if (changed.length === 0) continue;
    const message = `'${data.folder}' holds a dataset with another ${changed.join(', ')}; choose another --out, or give the same --set`;
    throw new JepaError('usage', message, { folder: data.folder, changed });
  }
}

/**
 * What makes a run's dataset ready: a function that collects it unless it is complete, and says why when that fails. What
 * failed once is not tried again by the same call of the command. Throws the signal's reason when interrupted.
 */
export function datasetMaker(
  session: ExperimentSession,
  dir: string,
  datasets: readonly PlannedData[],
): (run: PlannedRun) => Promise<string | undefined> {
  const failed = new Map<string, string>();
  return async ({ data: folder }) => {
    const data = datasets.find((d) => d.folder === folder);
    if (data === undefined) return undefined;
    const earlier = failed.get(data.folder);
    if (earlier !== undefined) return earlier;
    if (readRecord(data)?.complete === true && existsSync(data.folder)) return undefined;
    const why = await collectOne(session, dir, data);
    if (why !== undefined) failed.set(data.folder, why);
    return why;
  };
}

async function collectOne(
  { output, signal }: ExperimentSession,
  dir: string,
  data: PlannedData,
): Promise<string | undefined> {
  const { folder, source, seed, set, world } = data;
  output.log(`data: ${world}, seed ${seed}`);
  writeRecord(data, false);
  const begun = existsSync(folder) && readdirSync(folder).length > 0;
  const args = ['collect', source, '--seed', String(seed), '--out', folder];
  const end = await runChild([...args, ...set.flatMap((s) => ['--set', s]), ...(begun ? ['--resume'] : [])], {
    log: join(dir, 'logs', `data-${basename(folder)}.log`),
    signal,
    onLine(line) {
      const progress = parseProgress(line);
      if (progress !== undefined) output.progress({ ...progress, stage: `${world} ${progress.stage}` });
    },
  });
  if (end.kind === 'failed') return `no dataset: ${end.why}`;
  if (end.kind === 'interrupted') {
    signal.throwIfAborted();
    throw new JepaError('runtime', `collecting ${folder} was interrupted from outside; continue with --resume`, {
      folder,
    });
  }
  writeRecord(data, true);
  return undefined;
}
